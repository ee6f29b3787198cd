#include "campaign/dependencies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "campaign/tables.hpp"

namespace fencelab::campaign {

namespace {

using analysis::DependencyRow;

struct RowColumn {
  const char* name;
  const char* unit;
  const char* meaning;
  std::function<std::string(const DependencyRow&)> value;
};

std::string time_or_nothing(const DependencyRow& row, std::int64_t time) {
  return row.cost_max_ns > 0 && !row.example.empty() ? std::to_string(time) : "";
}

const std::vector<RowColumn>& row_columns() {
  static const std::vector<RowColumn> kColumns = {
      {"needed", "text", "needed, or false: the bytes of the two do not ask for it",
       [](const auto& row) { return row.needed ? "needed" : "false"; }},
      {"where", "text",
       "queue (a job waits), thread (it waits before it submits or takes a buffer over) or flip "
       "(in-fence of a commit)",
       [](const auto& row) { return row.where; }},
      {"consumer", "text", "who waits: operation and process, or a flip",
       [](const auto& row) { return row.consumer; }},
      {"producer", "text", "who is waited for: operation and process, a value, or what else",
       [](const auto& row) { return row.producer; }},
      {"buffer", "text", "on which buffer it came about; empty where the program asked",
       [](const auto& row) { return row.buffer; }},
      {"policy", "text", "whose rule it was; empty where the program asked",
       [](const auto& row) { return row.policy; }},
      {"rule", "text",
       "program, resv_kernel, resv_write, resv_read, tracked, oracle, bind or in_fence",
       [](const auto& row) { return row.rule; }},
      {"count", "count", "dependencies of this kind",
       [](const auto& row) { return std::to_string(row.count); }},
      {"cost_ns", "ns", "what they cost: their part of oversync_time_ns",
       [](const auto& row) { return std::to_string(row.cost_ns); }},
      {"cost_max_ns", "ns", "the costliest of them",
       [](const auto& row) { return std::to_string(row.cost_max_ns); }},
      {"example", "text", "the costliest: iterations of consumer and producer (the first is #0)",
       [](const auto& row) { return row.example; }},
      {"example_start_ns", "ns", "when that consumer began",
       [](const auto& row) { return time_or_nothing(row, row.start_ns); }},
      {"example_could_start_ns", "ns", "when it would have begun with needed dependencies only",
       [](const auto& row) { return time_or_nothing(row, row.could_start_ns); }},
      {"example_done_ns", "ns", "when what it waited for was done",
       [](const auto& row) { return time_or_nothing(row, row.done_ns); }}};
  return kColumns;
}

double milliseconds(std::int64_t ns) { return static_cast<double>(ns) * 1e-6; }

std::string words_of(const RunRecord& run, const DependencyRow& row) {
  const auto part = [](const char* before, const std::string& text) {
    return text.empty() ? std::string() : before + text;
  };
  return fmt::format("in {}{} under {}: {} waited for {}{}{}{}", run.scenario,
                     run.point.empty() ? "" : " [" + run.point + "]", run.stack, row.consumer,
                     row.producer.empty() ? "others" : row.producer, part(" on ", row.buffer),
                     part(" by ", row.rule), part(" of ", row.policy));
}

}  // namespace

std::string dependencies_csv_header() {
  std::string csv = "schema_version,scenario,point,stack,seed";
  for (const RowColumn& column : row_columns()) csv += fmt::format(",{}", column.name);
  return csv + "\n";
}

std::string dependencies_csv_rows(const RunRecord& record) {
  std::string csv;
  for (const DependencyRow& row : record.dependencies) {
    csv += fmt::format("{},{},{},{},{}", kDependenciesSchemaVersion, csv_field(record.scenario),
                       csv_field(record.point), csv_field(record.stack), record.seed);
    for (const RowColumn& column : row_columns()) csv += "," + csv_field(column.value(row));
    csv += "\n";
  }
  return csv;
}

void CostlyDependencies::add(const RunRecord& record) {
  for (const DependencyRow& row : record.dependencies) {
    if (row.cost_ns <= 0) continue;
    Kind& kind = kinds_[words_of(record, row)];
    kind.cost_ns += row.cost_ns;
    kind.count += row.count;
    ++kind.runs;
  }
}

void CostlyDependencies::end_point() {
  if (kinds_.size() > kMostKinds) drop_cheapest();
}

std::vector<std::pair<std::string, CostlyDependencies::Kind>> CostlyDependencies::costliest_first()
    const {
  std::vector<std::pair<std::string, Kind>> list(kinds_.begin(), kinds_.end());
  std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) {
    return a.second.cost_ns != b.second.cost_ns ? a.second.cost_ns > b.second.cost_ns
                                                : a.first < b.first;
  });
  return list;
}

// A kind belongs to one scenario point, so those of earlier points get no costlier.
void CostlyDependencies::drop_cheapest() {
  const auto list = costliest_first();
  for (std::size_t i = kMostKinds / 2; i < list.size(); ++i) {
    dropped_ns_ += list[i].second.cost_ns;
    ++dropped_;
    kinds_.erase(list[i].first);
  }
}

std::string CostlyDependencies::words(std::size_t most) const {
  const auto kinds = costliest_first();
  if (kinds.empty()) return "";
  std::string text = "costliest false dependencies:\n";
  for (std::size_t i = 0; i < std::min(most, kinds.size()); ++i)
    text +=
        fmt::format("  {:.3f} ms {} ({} times in {} runs)\n", milliseconds(kinds[i].second.cost_ns),
                    kinds[i].first, kinds[i].second.count, kinds[i].second.runs);
  std::int64_t rest = dropped_ns_;
  std::size_t others = dropped_;
  for (std::size_t i = most; i < kinds.size(); ++i, ++others) rest += kinds[i].second.cost_ns;
  if (rest > 0)
    text += fmt::format("  {:.3f} ms more of {} other kinds: dependencies.csv\n",
                        milliseconds(rest), others);
  return text + "\n";
}

std::string dependencies_markdown() {
  std::string page = fmt::format(
      "\n# Columns of dependencies.csv\n\n"
      "One row per run and kind of dependency: who waited for whom, on which buffer, by which "
      "rule, "
      "and what it cost ([how](../guide/oversynchronisation.md)). Costliest first; after the {} "
      "costliest of a run the others are summed up in one row for needed and one for false ones, "
      "so that sums over rows equal the columns of runs.csv.\n\n"
      "| column | unit | meaning |\n|---|---|---|\n"
      "| schema_version | count | version of this table, now {} |\n"
      "| scenario | text | name of the scenario |\n| point | text | of its sweep |\n"
      "| stack | text | name of the stack |\n"
      "| seed | count | seed of the run |\n",
      kDependencyRows, kDependenciesSchemaVersion);
  for (const RowColumn& column : row_columns())
    page += fmt::format("| {} | {} | {} |\n", column.name, column.unit, column.meaning);
  return page;
}

}  // namespace fencelab::campaign
