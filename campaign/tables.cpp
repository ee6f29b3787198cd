#include "campaign/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "campaign/columns.hpp"
#include "campaign/comparison.hpp"

namespace fencelab::campaign {

namespace {

std::string number(double value) { return fmt::format("{:.9g}", value); }

std::string number(const std::optional<double>& value) {
  return value ? number(*value) : std::string();
}

/// 0 where no run has a number.
double mean_of(const RunGroup& group, std::string_view column) {
  for (std::size_t i = 0; i < columns().size(); ++i)
    if (columns()[i].name == column) return estimate(group.values(i)).mean;
  return 0;
}

/// Names of columns() with their places, in the order of RunRecord::values.
const std::vector<std::pair<std::string_view, std::size_t>>& places_by_name() {
  static const auto kSorted = [] {
    std::vector<std::pair<std::string_view, std::size_t>> sorted;
    for (std::size_t i = 0; i < columns().size(); ++i) sorted.emplace_back(columns()[i].name, i);
    std::sort(sorted.begin(), sorted.end());
    return sorted;
  }();
  return kSorted;
}

constexpr std::string_view kOracleSuffix = "+oracle";

}  // namespace

std::string oracle_variant(const std::string& stack) { return stack + std::string(kOracleSuffix); }

bool is_oracle_variant(const std::string& stack) {
  return stack.size() > kOracleSuffix.size() && stack.ends_with(kOracleSuffix);
}

std::string csv_field(const std::string& text) {
  std::string safe = text;
  const bool number_like =
      !safe.empty() && safe.find_first_not_of("0123456789+-.eE") == std::string::npos;
  if (!safe.empty() && std::string("=+-@\t\r").find(safe[0]) != std::string::npos && !number_like)
    safe.insert(0, "'");
  if (safe.find_first_of(",\"\n\r") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string runs_csv_header() {
  std::string csv = "schema_version,scenario,point,stack,seed,status,verdict,build";
  for (const Column& column : columns()) csv += "," + column.name;
  return csv + "\n";
}

std::string runs_csv_row(const RunRecord& record, const std::string& build) {
  std::string csv =
      fmt::format("{},{},{},{},{},{},{},{}", kSchemaVersion, csv_field(record.scenario),
                  csv_field(record.point), csv_field(record.stack), record.seed, record.status,
                  record.verdict, csv_field(build));
  // Both are walked by name, then written in the order of the columns.
  std::vector<const std::string*> values(columns().size(), nullptr);
  auto value = record.values.begin();
  for (const auto& [name, place] : places_by_name()) {
    while (value != record.values.end() && value->first < name) ++value;
    if (value == record.values.end()) break;
    if (value->first == name) values[place] = &value->second;
  }
  for (const std::string* const text : values) {
    csv += ',';
    if (text) csv += csv_field(*text);
  }
  return csv + "\n";
}

std::string runs_csv(const std::vector<RunRecord>& records, const std::string& build) {
  std::string csv = runs_csv_header();
  for (const RunRecord& record : records) csv += runs_csv_row(record, build);
  return csv;
}

std::string compare_csv_header() {
  return "schema_version,scenario,point,stack,verdicts,baseline,metric,unit,n,mean,ci95_low,ci95_"
         "high,"
         "ratio_to_baseline,paired_difference,paired_ci95_low,paired_ci95_high,oracle,"
         "ratio_to_oracle\n";
}

std::string compare_csv_rows(const std::vector<RunRecord>& records, const CompareOptions& options) {
  return compare_csv_rows(group_runs(records), options);
}

std::string compare_csv_rows(const std::vector<RunGroup>& groups, const CompareOptions& options) {
  std::string csv;
  for (const RunGroup& own : groups) {
    const RunGroup* const baseline = baseline_of(groups, own, options);
    const RunGroup* const oracle = oracle_of(groups, own);
    const std::string key =
        fmt::format("{},{},{},{},{},{}", kSchemaVersion, csv_field(own.scenario()),
                    csv_field(own.point()), csv_field(own.stack()), csv_field(own.verdicts()),
                    baseline ? csv_field(baseline->stack()) : "");
    for (const Comparison& row : compare(own, baseline, oracle, options)) {
      const bool paired = row.difference.n > 0;
      csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", key,
                         columns()[row.column].name, columns()[row.column].unit, row.mean.n,
                         number(row.mean.mean), number(row.mean.low()), number(row.mean.high()),
                         number(row.ratio_to_baseline), paired ? number(row.difference.mean) : "",
                         number(row.difference.low()), number(row.difference.high()),
                         oracle ? csv_field(oracle->stack()) : "", number(row.ratio_to_oracle));
    }
  }
  return csv;
}

std::string compare_csv(const std::vector<RunRecord>& records) {
  return compare_csv_header() + compare_csv_rows(records);
}

std::string comparison_table_header(bool has_oracle) {
  return fmt::format("{:<28} {:<26} {:<10} {:>7} {:>12} {:>12} {:>12} {:>7} {:>7} {:>7}{}\n",
                     "scenario", "stack", "verdict", "jobs", "makespan ms", "p95 job ms",
                     "oversync ms", "false", "hazards", "evicted", has_oracle ? "  / oracle" : "");
}

std::string comparison_table_rows(const std::vector<RunGroup>& groups, bool has_oracle) {
  std::string table, previous;
  for (const RunGroup& own : groups) {
    const std::string name =
        own.point().empty() ? own.scenario() : fmt::format("{} [{}]", own.scenario(), own.point());
    const auto mean = [&](const char* column) { return mean_of(own, column); };
    const RunGroup* oracle = has_oracle ? oracle_of(groups, own) : nullptr;
    const double least = oracle ? mean_of(*oracle, "makespan_ns") : 0;
    constexpr std::size_t kWidth = 28;
    const bool is_long = name != previous && name.size() > kWidth;
    if (is_long) table += name + "\n";
    table += fmt::format(
        "{:<28} {:<26} {:<10} {:>7.0f} {:>12.3f} {:>12.3f} {:>12.3f} {:>7.0f} {:>7.0f} "
        "{:>7.0f}{}\n",
        is_long || name == previous ? "" : name, own.stack(), own.verdicts(),
        mean("jobs_done_count"), mean("makespan_ns") / 1e6, mean("job_latency_p95_ns") / 1e6,
        mean("oversync_time_ns") / 1e6, mean("dependencies_false_count"), mean("hazards_count"),
        mean("evictions_count"),
        least > 0 ? fmt::format("  {:>8.3f}", mean("makespan_ns") / least) : "");
    previous = name;
  }
  return table;
}

}  // namespace fencelab::campaign
