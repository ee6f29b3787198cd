// A sweep: named axes of a scenario, each with values for places of its document. Its points are
// the combinations of values that its conditions let pass.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/sweep_condition.hpp"

namespace fencelab::scenarios {

struct SweepAxis {
  std::string name;
  std::vector<std::string> at;      ///< JSON pointers of what it changes
  std::vector<std::string> labels;  ///< its values as words, each once
  std::vector<std::string> values;  ///< the same as JSON
};

/// One combination of values.
struct SweepPoint {
  std::vector<std::pair<std::string, std::string>> values;  ///< axis and label, in order of axes
  std::vector<std::string> sets;                            ///< assignments as of `--set`

  /// "timeout=10 ms; clients=4"; empty where nothing is swept.
  std::string name() const;
};

struct Sweep {
  std::vector<SweepAxis> axes;
  /// Axes (by index) that step together; every axis is in exactly one group. Groups are crossed,
  /// the last one varies fastest.
  std::vector<std::vector<std::size_t>> groups;
  std::vector<SweepCondition> where;  ///< all must hold

  bool empty() const { return axes.empty(); }
  /// Combinations, also those that conditions rule out; saturates. 1 without axes.
  std::uint64_t combinations() const;
  /// Combination `n` of these, counted from 0, unless a condition rules it out.
  std::optional<SweepPoint> point(std::uint64_t n) const;
};

}  // namespace fencelab::scenarios
