#include "campaign/report/point_judgement.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "campaign/tables.hpp"

namespace fencelab::campaign {

namespace {

constexpr std::size_t kMostFailures = 20;

StackJudgement stated_of(const scenarios::Scenario& scenario, const std::string& stack) {
  StackJudgement judgement{
      .stack = stack, .verdicts = {}, .claim = {}, .strength = {}, .why = {}, .failures = {}};
  const auto expect = scenario.expect.find(stack);
  if (expect == scenario.expect.end()) return judgement;
  judgement.stated = true;
  judgement.verdicts = expect->second.verdicts;
  judgement.claim = expect->second.claim;
  judgement.strength = expect->second.strength;
  judgement.why = expect->second.why;
  return judgement;
}

}  // namespace

std::string PointJudgement::to_json() const {
  nlohmann::json list = nlohmann::json::array();
  for (const StackJudgement& each : stacks)
    list.push_back({{"stack", each.stack},
                    {"stated", each.stated},
                    {"verdicts", each.verdicts},
                    {"claim", each.claim},
                    {"strength", each.strength},
                    {"why", each.why},
                    {"failures", each.failures},
                    {"failures_count", each.failures_count}});
  const nlohmann::json json{{"stacks", list}, {"relations", relations}};
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

PointJudgement PointJudgement::from_json(const std::string& text) {
  const auto json = nlohmann::json::parse(text);
  PointJudgement judgement;
  json.at("relations").get_to(judgement.relations);
  for (const auto& each : json.at("stacks"))
    judgement.stacks.push_back({each.at("stack"), each.at("stated"), each.at("verdicts"),
                                each.at("claim"), each.at("strength"), each.at("why"),
                                each.at("failures"), each.at("failures_count")});
  return judgement;
}

std::vector<Failure> PointJudge::add(const RunRecord& record) {
  relations_.add(record);
  std::vector<Failure> failures = check(scenario_, record);
  if (is_oracle_variant(record.stack)) return failures;  // a yardstick is not what it is about
  auto found = std::find_if(judgement_.stacks.begin(), judgement_.stacks.end(),
                            [&](const auto& known) { return known.stack == record.stack; });
  if (found == judgement_.stacks.end())
    found = judgement_.stacks.insert(found, stated_of(scenario_, record.stack));
  for (const Failure& failure : failures) {
    ++found->failures_count;
    if (found->failures.size() < kMostFailures) found->failures.push_back(failure.message);
  }
  return failures;
}

std::vector<Failure> PointJudge::end() {
  if (!whole_) return {};
  std::vector<Failure> failures = relations_.failures();
  for (const Failure& failure : failures) judgement_.relations.push_back(failure.message);
  return failures;
}

}  // namespace fencelab::campaign
