// Relations between the runs of two stacks.
#include <fmt/format.h>

#include <map>
#include <optional>

#include "campaign/clients.hpp"
#include "campaign/expectations.hpp"

namespace fencelab::campaign {

namespace {

using BySeed = std::map<std::uint64_t, double>;

/// The metric of every run of `stack` that has it.
BySeed metric_of(const scenarios::Scenario& scenario, const std::vector<RunRecord>& records,
                 const std::string& stack, const std::string& metric) {
  BySeed values;
  for (const RunRecord& record : records) {
    if (record.file != scenario.file || record.stack != stack || record.status != "ok") continue;
    const std::string* const value = find_metric(record, metric);
    if (value && !value->empty()) values[record.seed] = std::stod(*value);
  }
  return values;
}

std::optional<std::string> broken(const scenarios::RelationSpec& relation, const BySeed& ours,
                                  const BySeed& others) {
  double sum = 0, of = 0;
  std::size_t seeds = 0;
  for (const auto& [seed, value] : ours) {
    const auto other = others.find(seed);
    if (other == others.end()) continue;
    ++seeds;
    sum += value;
    of += other->second;
  }
  if (seeds == 0) return "no seed gives a value for both";
  if (of <= 0) return fmt::format("{} has {}: a part of that says nothing", relation.of, of);
  const double ratio = sum / of;
  const std::string is =
      fmt::format("{} is {:.4g} of {} ({} to {})", relation.stack, ratio, relation.of, sum, of);
  if (relation.min_ratio && ratio < *relation.min_ratio)
    return fmt::format("{}, below {}", is, *relation.min_ratio);
  if (relation.max_ratio && ratio > *relation.max_ratio)
    return fmt::format("{}, above {}", is, *relation.max_ratio);
  return std::nullopt;
}

bool was_run(const scenarios::Scenario& scenario, const std::vector<RunRecord>& records,
             const std::string& stack) {
  for (const RunRecord& record : records)
    if (record.file == scenario.file && record.stack == stack) return true;
  return false;
}

}  // namespace

std::vector<Failure> check_relations(const scenarios::Scenario& scenario,
                                     const std::vector<RunRecord>& records) {
  std::vector<Failure> failures;
  for (const scenarios::RelationSpec& relation : scenario.relations) {
    if (!was_run(scenario, records, relation.stack) || !was_run(scenario, records, relation.of))
      continue;
    const auto why = broken(relation, metric_of(scenario, records, relation.stack, relation.metric),
                            metric_of(scenario, records, relation.of, relation.metric));
    if (!why) continue;
    failures.push_back({fmt::format("{}:{}:{}: {}: {}: {}", scenario.file, relation.place.line,
                                    relation.place.column, scenario.name, relation.metric, *why),
                        false});
  }
  return failures;
}

}  // namespace fencelab::campaign
