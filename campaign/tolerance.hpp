// Tolerance: how much worse than before a metric may be, where. Rules in a file, the last that fits
// decides.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/directions.hpp"
#include "scenarios/diagnostics.hpp"

namespace fencelab::campaign {

/// Version of the file format that this program reads.
inline constexpr int kToleranceVersion = 1;
/// The metric of rules about how runs end.
inline constexpr std::string_view kVerdictMetric = "verdict";

/// Texts are names, or patterns with `*` and `?`; none: all.
struct ToleranceRule {
  std::string scenario = "*", point = "*", stack = "*", metric = "*";
  bool ignore = false;             ///< nothing is said about it
  double relative = 0;             ///< of the mean before
  double absolute = 0;             ///< in the metric's unit
  std::optional<Better> better{};  ///< instead of better_of()
};

/// What is allowed for one metric in one place.
struct Allowance {
  Better better = Better::neither;  ///< neither: it is not watched
  double relative = 0, absolute = 0;
};

struct Tolerance {
  std::vector<ToleranceRule> rules;

  /// Without a rule that fits: nothing worse is allowed.
  Allowance allowance(const std::string& scenario, const std::string& point,
                      const std::string& stack, std::string_view metric) const;
};

/// Reads a file; strict: every mistake is an error with its place.
scenarios::Loaded<Tolerance> parse_tolerance(std::string_view text, const std::string& file);
scenarios::Loaded<Tolerance> load_tolerance(const std::string& file);

}  // namespace fencelab::campaign
