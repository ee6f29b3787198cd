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

/// One kind of false dependency of a scenario under a stack, over its seeds.
struct Costly {
  std::string words;
  std::int64_t cost_ns = 0;
  std::uint64_t count = 0, runs = 0;
};

std::string words_of(const RunRecord& run, const DependencyRow& row) {
  const auto part = [](const char* before, const std::string& text) {
    return text.empty() ? std::string() : before + text;
  };
  return fmt::format("in {} under {}: {} waited for {}{}{}{}", run.scenario, run.stack,
                     row.consumer, row.producer.empty() ? "others" : row.producer,
                     part(" on ", row.buffer), part(" by ", row.rule), part(" of ", row.policy));
}

/// Costliest first.
std::vector<Costly> costly_kinds(const std::vector<RunRecord>& records) {
  std::map<std::string, Costly> kinds;
  for (const RunRecord& record : records)
    for (const DependencyRow& row : record.dependencies) {
      if (row.cost_ns <= 0) continue;
      const std::string words = words_of(record, row);
      Costly& kind = kinds[words];
      kind.words = words;
      kind.cost_ns += row.cost_ns;
      kind.count += row.count;
      ++kind.runs;
    }
  std::vector<Costly> list;
  for (auto& [words, kind] : kinds) list.push_back(std::move(kind));
  std::sort(list.begin(), list.end(), [](const Costly& a, const Costly& b) {
    return a.cost_ns != b.cost_ns ? a.cost_ns > b.cost_ns : a.words < b.words;
  });
  return list;
}

}  // namespace

std::string dependencies_csv(const std::vector<RunRecord>& records) {
  std::string csv = "schema_version,scenario,stack,seed";
  for (const RowColumn& column : row_columns()) csv += fmt::format(",{}", column.name);
  csv += "\n";
  for (const RunRecord& record : records)
    for (const DependencyRow& row : record.dependencies) {
      csv += fmt::format("{},{},{},{}", kDependenciesSchemaVersion, csv_field(record.scenario),
                         csv_field(record.stack), record.seed);
      for (const RowColumn& column : row_columns()) csv += "," + csv_field(column.value(row));
      csv += "\n";
    }
  return csv;
}

std::string costliest_dependencies(const std::vector<RunRecord>& records, std::size_t most) {
  const std::vector<Costly> kinds = costly_kinds(records);
  if (kinds.empty()) return "";
  std::string text = "costliest false dependencies:\n";
  for (std::size_t i = 0; i < std::min(most, kinds.size()); ++i)
    text += fmt::format("  {:.3f} ms {} ({} times in {} runs)\n", milliseconds(kinds[i].cost_ns),
                        kinds[i].words, kinds[i].count, kinds[i].runs);
  std::int64_t rest = 0;
  for (std::size_t i = most; i < kinds.size(); ++i) rest += kinds[i].cost_ns;
  if (rest > 0)
    text += fmt::format("  {:.3f} ms more of {} other kinds: dependencies.csv\n",
                        milliseconds(rest), kinds.size() - most);
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
      "| scenario | text | name of the scenario |\n| stack | text | name of the stack |\n"
      "| seed | count | seed of the run |\n",
      kDependencyRows, kDependenciesSchemaVersion);
  for (const RowColumn& column : row_columns())
    page += fmt::format("| {} | {} | {} |\n", column.name, column.unit, column.meaning);
  return page;
}

}  // namespace fencelab::campaign
