// EstimateTable: every comparison of a campaign, metric by metric, with tests adjusted for their
// number.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "campaign/comparison.hpp"

namespace fencelab::campaign {

/// A cell is a stack at a scenario point, numbered in the order in which it is added.
class EstimateTable {
 public:
  /// The next cell. `rows` are compare() of all metrics.
  void add_cell(const std::vector<Comparison>& rows, const RunGroup& group);
  std::size_t cells() const { return cells_; }

  /// An object by name of the metric: json_column() of a number per cell, null where there is none.
  /// Left out are metrics that are 0 in each run, which the second list names. p-values are
  /// adjusted within a metric, over all cells that are compared with a baseline.
  std::string json() const;
  std::vector<std::string> always_zero() const;

 private:
  struct Metric {
    std::size_t column = 0;
    bool is_zero = true;
    std::vector<Comparison> cells;  ///< mean.n is 0 where a cell has no number
  };
  static std::string json_of_metric(const Metric& metric);
  std::vector<Metric> metrics_;
  std::size_t cells_ = 0;
};

}  // namespace fencelab::campaign
