#include "campaign/plugins/metric_columns.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "campaign/columns.hpp"

namespace fencelab::campaign {

namespace {

/// Those of the plug-ins, which are of the process as well.
std::vector<plugin::MetricInfo>& metrics_of_process() {
  static std::vector<plugin::MetricInfo> metrics;
  return metrics;
}

Better better_by(plugin::Direction direction) {
  switch (direction) {
    case plugin::Direction::neither: return Better::neither;
    case plugin::Direction::less: return Better::less;
    case plugin::Direction::more: return Better::more;
  }
  return Better::neither;
}

}  // namespace

void add_metric(const std::string& plugin, plugin::MetricInfo metric) {
  const std::size_t number = metrics_of_process().size();
  for (std::size_t i = 0; i < metric.columns.size(); ++i) {
    const plugin::MetricColumn& column = metric.columns[i];
    Column added;
    added.name = plugin + "." + column.name;
    added.unit = column.unit;
    added.meaning = column.meaning;
    added.value = [number, i](const RunFacts& facts) {
      return facts.probes ? facts.probes->value(number, i) : std::string();
    };
    added.better = better_by(column.better);
    add_column(std::move(added));
  }
  metrics_of_process().push_back(std::move(metric));
}

MetricProbes::MetricProbes(core::Simulation& run) {
  for (const plugin::MetricInfo& info : metrics_of_process()) {
    metrics_.push_back(info.make(run));
    if (!metrics_.back())
      throw std::runtime_error(fmt::format("the plug-in of column {} made no metric",
                                           info.columns.empty() ? "?" : info.columns[0].name));
    run.probe().subscribe(*metrics_.back(), metrics_.back()->kinds());
  }
}

std::string MetricProbes::value(std::size_t metric, std::size_t column) const {
  const double value = metrics_.at(metric)->value(column);
  return std::isfinite(value) ? fmt::format("{}", value) : std::string();
}

}  // namespace fencelab::campaign
