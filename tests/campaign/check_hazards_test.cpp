// Hazards of the timed run are findings of a check: `metrics` of `expect` decides what they count
// for, and a baseline accepts them like others.
#include <catch2/catch.hpp>

#include "campaign/baseline.hpp"
#include "campaign/check_all.hpp"
#include "campaign/check_rules.hpp"
#include "campaign/hazard_rules.hpp"
#include "campaign/sarif.hpp"
#include "tests/campaign/check_samples.hpp"

using namespace fencelab;
using namespace fencelab::campaign;

namespace {

CheckRecord racing(std::uint64_t count = 3) {
  CheckRecord record = tests::record_of("complete");
  CheckFinding race = tests::finding_of("read-write-race", "read-write-race");
  race.signature = "draw of game (writes), main of compositor (reads) on window";
  race.count = count;
  record.findings = {race};
  record.hazards = {
      {"races_read_write_count", count}, {"races_count", count}, {"hazards_count", count}};
  return record;
}

scenarios::Scenario with_bound(const std::string& column, scenarios::Bound bound) {
  auto scenario = tests::scenario_expecting({"complete"});
  scenario.expect["stack"].metrics[column] = bound;
  return scenario;
}

}  // namespace

TEST_CASE("a hazard that nothing states fails, although the verdict is as expected") {
  for (const auto& scenario :
       {tests::scenario_expecting({"complete"}), tests::scenario_expecting({})}) {
    const Judgement judgement = judge(scenario, racing(), Strength::observed);
    REQUIRE(judgement.failures.size() == 1);
    CHECK(judgement.failures[0].rule == "read-write-race");
    CHECK(judgement.failures[0].blame == Blame::expectation);
    CHECK(judgement.failures[0].message.find("draw of game (writes)") != std::string::npos);
  }
}

TEST_CASE("a bound on any column that counts a hazard states it, as far as it reaches") {
  const auto ok = [](const std::string& column, scenarios::Bound bound) {
    return judge(with_bound(column, bound), racing(3), Strength::observed).ok();
  };
  for (const char* column : {"races_read_write_count", "races_count", "hazards_count"}) {
    CHECK(ok(column, {.min = 1, .max = {}, .place = {}}));
    CHECK(ok(column, {.min = {}, .max = 3, .place = {}}));
    CHECK_FALSE(ok(column, {.min = {}, .max = 2, .place = {}}));
    CHECK_FALSE(ok(column, {.min = 0, .max = 0, .place = {}}));
  }
  CHECK_FALSE(ok("races_write_write_count", {.min = 1, .max = {}, .place = {}}));
  CHECK_FALSE(ok("jobs_done_count", {.min = 1, .max = {}, .place = {}}));
}

TEST_CASE("a baseline accepts a hazard by its class, whatever its count") {
  const auto scenario = tests::scenario_expecting({"complete"});
  const std::vector<CheckRecord> first = {racing(3)};
  const Baseline baseline =
      updated_baseline({}, first, {judge(scenario, first[0], Strength::observed)});
  REQUIRE(baseline.entries.size() == 1);
  const Judgement accepted = judge(scenario, racing(9), Strength::observed, baseline);
  CHECK(accepted.ok());
  CHECK(accepted.findings[0] == FindingStanding::accepted);
  CHECK(result_word(racing(9), accepted) == "accepted");
  CHECK(stale_entries(baseline, {tests::record_of("complete")}).size() == 1);
}

TEST_CASE("an accepted hazard does not take from an expected deadlock that it is its own witness") {
  CheckRecord record = tests::deadlocked();
  const CheckRecord race = racing();
  record.findings.push_back(race.findings[0]);
  record.hazards = race.hazards;
  const auto scenario = tests::scenario_expecting({"deadlock"});
  const Baseline baseline =
      updated_baseline({}, {record}, {judge(scenario, record, Strength::observed)});
  CHECK(judge(scenario, record, Strength::proved, baseline).ok());
}

TEST_CASE("of several seeds a class of hazards is one finding, with the largest count") {
  const CheckRecord sum = merge_seeds({racing(3), racing(5)});
  REQUIRE(sum.findings.size() == 1);
  CHECK(sum.findings[0].count == 5);
  CHECK(sum.hazards.at("races_count") == 5);
}

TEST_CASE("hazards of a record survive the way between processes") {
  const CheckRecord back = CheckRecord::from_json(racing(4).to_json());
  REQUIRE(back.findings.size() == 1);
  CHECK(back.findings[0].count == 4);
  CHECK(back.hazards == racing(4).hazards);
}

TEST_CASE("each kind of hazard is a rule with a help text, and stands in SARIF at its line") {
  for (const HazardRule& rule : hazard_rules()) {
    CHECK(find_hazard_rule(rule.id)->kind == rule.kind);
    REQUIRE(find_rule(rule.id) != nullptr);
    CHECK(find_rule(rule.id)->can_be_accepted);
    CHECK(hazard_rule_id(rule.kind) == rule.id);
  }
  const auto scenario = tests::scenario_expecting({"complete"});
  const CheckRecord record = racing();
  const std::string sarif =
      sarif_text({&scenario}, {record}, {judge(scenario, record, Strength::observed)}, {});
  CHECK(sarif.find(R"("ruleId": "read-write-race")") != std::string::npos);
  CHECK(sarif.find(R"("startLine": 7)") != std::string::npos);
}
