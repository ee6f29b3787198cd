// Text of a prediction: the class cycle, then lockdep's two-CPU table for n processes, then where
// each edge was seen.
#pragma once

#include <functional>
#include <string>

#include "analysis/lockdep/order_watch.hpp"

namespace fencelab::analysis {

struct PredictionTextOptions {
  /// Words for a source place, e.g. "file:line:column pointer"; none: the index is left out.
  std::function<std::string(std::uint32_t)> describe_place;
};

std::string render_prediction(const Prediction& prediction,
                              const PredictionTextOptions& options = {});

/// All reports, then the notes in one line each.
std::string render_order_report(const OrderReport& report,
                                const PredictionTextOptions& options = {});

}  // namespace fencelab::analysis
