// The columns of runs.csv: one table that writes them, documents them, and names the metrics.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/hazards/hazard_tracker.hpp"
#include "analysis/oversync/oversync_tracker.hpp"
#include "analysis/run/client_metrics.hpp"
#include "analysis/run/metrics.hpp"
#include "analysis/run/verdict.hpp"
#include "campaign/directions.hpp"
#include "campaign/plugins/metric_columns.hpp"
#include "models/machine.hpp"

namespace fencelab::campaign {

/// What a column is computed from, at the end of a run.
struct RunFacts {
  const analysis::RunMetrics& metrics;
  models::Machine& machine;
  const analysis::DeadlockWatch& watch;
  const analysis::HazardTracker& hazards;
  const analysis::OversyncTracker& oversync;
  const analysis::ClientMetrics& clients;
  std::uint64_t fingerprint = 0, probe_events = 0, kernel_events = 0;
  double wall_seconds = 0;
  long peak_rss_kib = 0;
  const MetricProbes* probes = nullptr;  ///< of plug-ins; null: there are none
};

struct Column {
  std::string name;  ///< with its unit as last part
  std::string unit;  ///< "ns", "count", "bytes", "ratio", "text"
  std::string meaning;
  bool is_cost = false;  ///< depends on the machine that simulates; not compared between runs
  std::function<std::string(const RunFacts&)> value;
  Better better = Better::neither;  ///< of a plug-in's; of ours better_of() knows
};

/// Columns after the key columns (schema_version, scenario, stack, seed, status, verdict).
const std::vector<Column>& columns();
/// Of a plug-in (plugins/metric_columns.hpp), at the end.
void add_column(Column column);

/// Version of the column set; rises when a column changes its meaning.
inline constexpr int kSchemaVersion = 2;  // 2: the column `point`

/// docs/reference/columns.md, generated.
std::string columns_markdown();

}  // namespace fencelab::campaign
