// Metrics of plug-ins: columns of runs.csv that are computed from the events of a run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/probe.hpp"

namespace fencelab::core {
class Simulation;
}

namespace fencelab::plugin {

/// Which way a column gets better.
enum class Direction : std::uint32_t { neither, less, more };

struct MetricColumn {
  std::string name;     ///< with its unit as last part; becomes "<plug-in>.<name>"
  std::string unit;     ///< "ns", "count", "bytes", "ratio"
  std::string meaning;  ///< one line
  Direction better = Direction::neither;
};

/// What one run is measured by: sees the events of kinds(), and is asked for its columns at the
/// end. It only looks: what it changes in a run is a bug of the plug-in.
class Metric : public core::ProbeSink {
 public:
  /// The events that on_event() is called with.
  virtual core::Probe::Mask kinds() const = 0;
  /// The value of the column of that number, from 0, in MetricInfo::columns; not a number: none.
  virtual double value(std::size_t column) const = 0;
};

struct MetricInfo {
  std::vector<MetricColumn> columns;
  /// A new one for each run; `run` outlives it.
  std::function<std::unique_ptr<Metric>(core::Simulation& run)> make;
};

}  // namespace fencelab::plugin
