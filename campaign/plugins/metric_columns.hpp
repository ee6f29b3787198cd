// Columns of runs.csv that plug-ins bring.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/simulation.hpp"
#include "policies/plugin/metric.hpp"

namespace fencelab::campaign {

/// Adds the columns of `metric` to columns(), each as "<plugin>.<name>", and measures every run by
/// it from now on. To be called before anything is done with columns().
void add_metric(const std::string& plugin, plugin::MetricInfo metric);

/// The metrics of one run, which see its events.
class MetricProbes {
 public:
  explicit MetricProbes(core::Simulation& run);
  /// As runs.csv has it; empty: there is none.
  std::string value(std::size_t metric, std::size_t column) const;

 private:
  std::vector<std::unique_ptr<plugin::Metric>> metrics_;
};

}  // namespace fencelab::campaign
