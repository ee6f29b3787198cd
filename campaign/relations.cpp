// Relations between the runs of two stacks.
#include <fmt/format.h>

#include <map>
#include <optional>

#include "campaign/clients.hpp"
#include "campaign/expectations.hpp"

namespace fencelab::campaign {

namespace {

using BySeed = std::map<std::uint64_t, double>;

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

}  // namespace

RelationCheck::RelationCheck(const scenarios::Scenario& scenario)
    : scenario_(scenario), sides_(scenario.relations.size()) {}

void RelationCheck::add(const RunRecord& record) {
  if (record.file != scenario_.file) return;
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    const scenarios::RelationSpec& relation = scenario_.relations[i];
    if (record.stack == relation.stack) add(record, relation.metric, sides_[i].ours);
    if (record.stack == relation.of) add(record, relation.metric, sides_[i].others);
  }
}

void RelationCheck::add(const RunRecord& record, const std::string& metric, Side& side) {
  side.was_run = true;
  if (record.status != "ok") return;
  const std::string* const value = find_metric(record, metric);
  if (value && !value->empty()) side.by_seed[record.seed] = std::stod(*value);
}

std::vector<Failure> RelationCheck::failures() const {
  std::vector<Failure> failures;
  for (std::size_t i = 0; i < sides_.size(); ++i) {
    const auto& [ours, others] = sides_[i];
    if (!ours.was_run || !others.was_run) continue;
    const scenarios::RelationSpec& relation = scenario_.relations[i];
    const auto why = broken(relation, ours.by_seed, others.by_seed);
    if (!why) continue;
    failures.push_back({fmt::format("{}:{}:{}: {}: {}: {}", scenario_.file, relation.place.line,
                                    relation.place.column, scenario_.name, relation.metric, *why),
                        false});
  }
  return failures;
}

}  // namespace fencelab::campaign
