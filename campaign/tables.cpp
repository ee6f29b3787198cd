#include "campaign/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <optional>

#include "campaign/columns.hpp"

namespace fencelab::campaign {

namespace {

struct Group {
  std::string scenario, point, stack;
  std::vector<const RunRecord*> runs;
};

/// Runs by scenario point and stack, in the order in which they first appear.
std::vector<Group> group(const std::vector<RunRecord>& records) {
  std::vector<Group> groups;
  for (const RunRecord& record : records) {
    auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& known) {
      return known.scenario == record.scenario && known.point == record.point &&
             known.stack == record.stack;
    });
    if (found == groups.end())
      found = groups.insert(groups.end(), {record.scenario, record.point, record.stack, {}});
    found->runs.push_back(&record);
  }
  return groups;
}

std::optional<double> value_of(const RunRecord& record, const std::string& column) {
  if (record.status != "ok") return std::nullopt;
  const auto found = record.values.find(column);
  if (found == record.values.end()) return std::nullopt;
  if (found->second.empty()) return std::nullopt;  // a ratio of nothing
  return std::stod(found->second);
}

struct Estimate {
  std::size_t n = 0;
  double mean = 0;
  std::optional<double> half_width;  ///< of the 95 % interval; none below two values
};

Estimate estimate(const std::vector<double>& values) {
  Estimate result;
  result.n = values.size();
  if (values.empty()) return result;
  for (const double value : values) result.mean += value;
  result.mean /= static_cast<double>(values.size());
  if (values.size() < 2) return result;
  double squares = 0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  const double freedom = static_cast<double>(values.size() - 1);
  const double error = std::sqrt(squares / freedom / static_cast<double>(values.size()));
  const boost::math::students_t distribution(freedom);
  result.half_width = error * boost::math::quantile(distribution, 0.975);
  return result;
}

std::string number(double value) { return fmt::format("{:.9g}", value); }

std::vector<double> values_of(const Group& group, const std::string& column) {
  std::vector<double> values;
  for (const RunRecord* run : group.runs)
    if (const auto value = value_of(*run, column)) values.push_back(*value);
  return values;
}

/// Differences to the baseline, seed by seed.
std::vector<double> paired(const Group& group, const Group& baseline, const std::string& column) {
  std::vector<double> differences;
  for (const RunRecord* run : group.runs)
    for (const RunRecord* other : baseline.runs) {
      if (run->seed != other->seed) continue;
      const auto mine = value_of(*run, column), theirs = value_of(*other, column);
      if (mine && theirs) differences.push_back(*mine - *theirs);
    }
  return differences;
}

std::string verdicts_of(const Group& group) {
  std::map<std::string, int> counts;
  for (const RunRecord* run : group.runs)
    ++counts[run->status == "ok" ? run->verdict : run->status];
  if (counts.size() == 1) return counts.begin()->first;
  std::string text;
  for (const auto& [verdict, times] : counts)
    text += fmt::format("{}{}:{}", text.empty() ? "" : " ", verdict, times);
  return text;
}

const Group& baseline_of(const std::vector<Group>& groups, const Group& group) {
  return *std::find_if(groups.begin(), groups.end(), [&](const Group& other) {
    return other.scenario == group.scenario && other.point == group.point;
  });
}

constexpr std::string_view kOracleSuffix = "+oracle";

/// Whom `group` is measured against: nullptr if nobody is the oracle, or it is itself.
const Group* oracle_of(const std::vector<Group>& groups, const Group& group) {
  if (is_oracle_variant(group.stack) || group.stack == "oracle") return nullptr;
  const Group* found = nullptr;
  for (const Group& other : groups) {
    if (other.scenario != group.scenario || other.point != group.point) continue;
    if (other.stack == oracle_variant(group.stack)) return &other;
    if (other.stack == "oracle") found = &other;
  }
  return found;
}

std::string ratio(const Estimate& of, const Estimate& to) {
  return of.n && to.n && to.mean != 0 ? number(of.mean / to.mean) : std::string();
}

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

std::string runs_csv_rows(const std::vector<RunRecord>& records, const std::string& build) {
  std::string csv;
  for (const RunRecord& record : records) {
    csv += fmt::format("{},{},{},{},{},{},{},{}", kSchemaVersion, csv_field(record.scenario),
                       csv_field(record.point), csv_field(record.stack), record.seed, record.status,
                       record.verdict, csv_field(build));
    for (const Column& column : columns()) {
      const auto found = record.values.find(column.name);
      csv += "," + (found == record.values.end() ? std::string() : csv_field(found->second));
    }
    csv += "\n";
  }
  return csv;
}

std::string runs_csv(const std::vector<RunRecord>& records, const std::string& build) {
  return runs_csv_header() + runs_csv_rows(records, build);
}

std::string compare_csv_header() {
  return "schema_version,scenario,point,stack,verdicts,baseline,metric,unit,n,mean,ci95_low,ci95_"
         "high,"
         "ratio_to_baseline,paired_difference,paired_ci95_low,paired_ci95_high,oracle,"
         "ratio_to_oracle\n";
}

std::string compare_csv_rows(const std::vector<RunRecord>& records) {
  std::string csv;
  const auto groups = group(records);
  for (const Group& own : groups) {
    const Group& baseline = baseline_of(groups, own);
    const Group* oracle = oracle_of(groups, own);
    for (const Column& column : columns()) {
      if (column.is_cost || column.unit == "text") continue;
      const Estimate mean = estimate(values_of(own, column.name));
      if (mean.n == 0) continue;
      const Estimate reference = estimate(values_of(baseline, column.name));
      const Estimate difference = estimate(paired(own, baseline, column.name));
      const auto low = [](const Estimate& e) {
        return e.half_width ? number(e.mean - *e.half_width) : std::string();
      };
      const auto high = [](const Estimate& e) {
        return e.half_width ? number(e.mean + *e.half_width) : std::string();
      };
      csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", kSchemaVersion,
                         csv_field(own.scenario), csv_field(own.point), csv_field(own.stack),
                         csv_field(verdicts_of(own)), csv_field(baseline.stack), column.name,
                         column.unit, mean.n, number(mean.mean), low(mean), high(mean),
                         ratio(mean, reference),
                         difference.n ? number(difference.mean) : std::string(), low(difference),
                         high(difference), oracle ? csv_field(oracle->stack) : "",
                         oracle ? ratio(mean, estimate(values_of(*oracle, column.name))) : "");
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

std::string comparison_table_rows(const std::vector<RunRecord>& records, bool has_oracle) {
  const auto groups = group(records);
  std::string table, previous;
  for (const Group& own : groups) {
    const std::string name =
        own.point.empty() ? own.scenario : fmt::format("{} [{}]", own.scenario, own.point);
    const auto mean = [&](const char* column) { return estimate(values_of(own, column)).mean; };
    const Group* oracle = has_oracle ? oracle_of(groups, own) : nullptr;
    const double least = oracle ? estimate(values_of(*oracle, "makespan_ns")).mean : 0;
    constexpr std::size_t kWidth = 28;
    const bool is_long = name != previous && name.size() > kWidth;
    if (is_long) table += name + "\n";
    table += fmt::format(
        "{:<28} {:<26} {:<10} {:>7.0f} {:>12.3f} {:>12.3f} {:>12.3f} {:>7.0f} {:>7.0f} "
        "{:>7.0f}{}\n",
        is_long || name == previous ? "" : name, own.stack, verdicts_of(own),
        mean("jobs_done_count"), mean("makespan_ns") / 1e6, mean("job_latency_p95_ns") / 1e6,
        mean("oversync_time_ns") / 1e6, mean("dependencies_false_count"), mean("hazards_count"),
        mean("evictions_count"),
        least > 0 ? fmt::format("  {:>8.3f}", mean("makespan_ns") / least) : "");
    previous = name;
  }
  return table;
}

}  // namespace fencelab::campaign
