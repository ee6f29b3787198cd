// What of a check is a failure, and which: expectations, strength, baseline.
#include "campaign/judgement.hpp"

#include <catch2/catch.hpp>

#include "campaign/check_rules.hpp"
#include "tests/campaign/check_samples.hpp"

using namespace fencelab::campaign;
using namespace fencelab::tests;

namespace {

constexpr Strength kObserved = Strength::observed, kExplored = Strength::explored,
                   kProved = Strength::proved;

/// The only failure of that judgement.
CheckFailure failure_of(const Judgement& judgement) {
  REQUIRE(judgement.failures.size() == 1);
  CHECK(find_rule(judgement.failures[0].rule) != nullptr);
  return judgement.failures[0];
}

Baseline accepting(const CheckRecord& record, Strength strength = kObserved) {
  Baseline baseline;
  baseline.file = "baseline.json";
  for (const auto& finding : record.findings)
    baseline.entries.push_back({baseline_key(record, finding), strength, "we know", 4});
  return baseline;
}

}  // namespace

TEST_CASE(
    "a deadlock that is expected is no failure, and needs no strength: it is its own witness") {
  for (const Strength asked : {kObserved, kProved}) {
    const auto judgement = judge(scenario_expecting({"masked", "deadlock"}), deadlocked(), asked);
    CHECK(judgement.ok());
    CHECK(judgement.findings == std::vector{FindingStanding::expected});
    CHECK(result_word(deadlocked(), judgement) == "ok");
  }
}

TEST_CASE("a deadlock that is not expected is a failure of its rule, at the line of the scenario") {
  const auto judgement = judge(scenario_expecting({"complete"}), deadlocked(), kObserved);
  const auto failure = failure_of(judgement);
  CHECK(failure.rule == "deadlock");
  CHECK(failure.blame == Blame::deadlock);
  CHECK(failure.finding == 0u);
  CHECK(failure.message ==
        "dir/s.json:9:5: s under stack: expected complete, got deadlock: lock mutex a <- lock "
        "mutex b");
  CHECK(judgement.findings == std::vector{FindingStanding::failure});
  CHECK(result_word(deadlocked(), judgement) == "failed");
}

TEST_CASE("where nothing is expected, nothing may be stuck, and the rest may be") {
  const auto none = scenario_expecting({});
  CHECK(failure_of(judge(none, deadlocked(), kObserved)).blame == Blame::deadlock);
  for (const char* const verdict : {"stall", "starved"}) {
    CheckRecord record = record_of(verdict);
    record.findings = {
        finding_of(verdict, verdict == std::string("stall") ? verdict : "starvation")};
    CHECK(judge(none, record, kObserved).ok());
  }
}

TEST_CASE("a claim of freedom must have the strength that was asked for") {
  CheckRecord record = record_of("complete");
  const auto expecting = scenario_expecting({"complete"});
  CHECK(judge(expecting, record, kObserved).ok());
  record.shortfall = "strength proved is not built into this program";
  auto failure = failure_of(judge(expecting, record, kProved));
  CHECK(failure.rule == "strength-not-reached");
  CHECK(failure.blame == Blame::expectation);
  CHECK(failure.message.find("strength proved was asked for, observed was reached: strength proved "
                             "is not built into this program") != std::string::npos);
  // A bound that was hit is never a proof, and it is named.
  record.shortfall.clear();
  record.strength = kExplored;
  record.schedules = 120;
  record.work.bounds_hit = {"budget of 60 s", "depth of 1000"};
  CHECK(judge(expecting, record, kExplored).ok());
  failure = failure_of(judge(expecting, record, kProved));
  CHECK(failure.message.find("explored(120) was reached: budget of 60 s, depth of 1000") !=
        std::string::npos);
  // Nor is it needed of stacks of which nothing is expected that they be checked by default.
  CHECK(judge(scenario_expecting({}), record, kObserved).ok());
}

TEST_CASE("the strength asked for is the command line's, else the scenario's, else observed") {
  auto scenario = scenario_expecting({"complete"});
  CHECK(strength_asked(scenario, "stack", {}) == kObserved);
  scenario.expect["stack"].strength = "explored";
  CHECK(strength_asked(scenario, "stack", {}) == kExplored);
  CHECK(strength_asked(scenario, "stack", kObserved) == kObserved);
  CHECK(strength_asked(scenario, "other", {}) == kObserved);
}

TEST_CASE("a claim of its own is what a check must find, whatever the timed runs show") {
  auto scenario = scenario_expecting({"complete"});
  scenario.expect["stack"].claim = {"deadlock"};
  CHECK(judge(scenario, deadlocked(), kExplored).ok());
  const auto judgement = judge(scenario, record_of("complete"), kObserved);
  CHECK(failure_of(judgement).rule == "unexpected-verdict");
  CHECK(failure_of(judgement).blame == Blame::expectation);
}

TEST_CASE("the core that a scenario names must be one that was found") {
  auto scenario = scenario_expecting({"deadlock"});
  scenario.expect["stack"].core = {"q", "p"};
  CHECK(judge(scenario, deadlocked(), kObserved).ok());
  scenario.expect["stack"].core = {"p"};
  CHECK(failure_of(judge(scenario, deadlocked(), kObserved)).rule == "different-core");
}

TEST_CASE("a predicted cycle fails unless it was refuted or the scenario expects to get stuck") {
  CheckRecord record = record_of("complete");
  record.findings = {finding_of("predicted", "lock-order")};
  auto& state = record.findings[0].state;
  const auto expecting = scenario_expecting({"complete"});
  state = CheckFinding::State::open;
  CHECK(failure_of(judge(expecting, record, kObserved)).blame == Blame::expectation);
  CHECK(failure_of(judge(scenario_expecting({}), record, kObserved)).rule == "lock-order");
  state = CheckFinding::State::confirmed;
  CHECK(failure_of(judge(expecting, record, kObserved)).blame == Blame::deadlock);
  state = CheckFinding::State::refuted;
  CHECK(judge(expecting, record, kObserved).ok());
  CHECK(judge(expecting, record, kObserved).findings == std::vector{FindingStanding::refuted});
  state = CheckFinding::State::open;
  CHECK(judge(scenario_expecting({"complete", "deadlock"}), record, kObserved).ok());
}

TEST_CASE("a check without a verdict is a failure, and only a crash counts as one") {
  for (const auto& [status, blame] : {std::pair{"crashed", Blame::crash},
                                      {"budget", Blame::expectation},
                                      {"error", Blame::expectation}}) {
    CheckRecord record = record_of("");
    record.status = status;
    record.message = "why";
    const auto judgement = judge(scenario_expecting({}), record, kObserved);
    CHECK(failure_of(judgement).blame == blame);
    CHECK(failure_of(judgement).rule == "check-failed");
    CHECK(result_word(record, judgement) == status);
  }
}

TEST_CASE("an accepted finding is no failure, until its class, rule, stack or scenario changes") {
  const auto expecting = scenario_expecting({"complete"});
  const Baseline baseline = accepting(deadlocked());
  const auto judgement = judge(expecting, deadlocked(), kObserved, baseline);
  CHECK(judgement.ok());
  CHECK(judgement.findings == std::vector{FindingStanding::accepted});
  CHECK(result_word(deadlocked(), judgement) == "accepted");
  CHECK(stale_entries(baseline, {deadlocked()}).empty());
  for (std::string BaselineKey::* const part :
       {&BaselineKey::scenario, &BaselineKey::stack, &BaselineKey::rule, &BaselineKey::signature}) {
    Baseline other = baseline;
    other.entries[0].key.*part += "x";
    CHECK_FALSE(judge(expecting, deadlocked(), kObserved, other).ok());
  }
}

TEST_CASE("an accepted deadlock is no witness: what else there is must still be looked for") {
  CheckRecord record = deadlocked();
  const auto expecting = scenario_expecting({"complete"});
  CHECK(failure_of(judge(expecting, record, kProved, accepting(record))).rule ==
        "strength-not-reached");
  record.strength = kProved;
  CHECK(judge(expecting, record, kProved, accepting(record)).ok());
}

TEST_CASE("a second, new finding fails beside an accepted one") {
  CheckRecord record = deadlocked();
  const Baseline baseline = accepting(record);
  record.findings.push_back(finding_of("deadlock", "deadlock"));
  record.findings[1].signature = "deadlock: another";
  const auto judgement = judge(scenario_expecting({"complete"}), record, kObserved, baseline);
  CHECK(failure_of(judgement).finding == 1u);
}

TEST_CASE("an entry is stale when a check that could see it does not, and not before") {
  const Baseline baseline = accepting(deadlocked(), kExplored);
  CheckRecord free = record_of("complete");
  CHECK(stale_entries(baseline, {free}).empty());  // merely observed
  free.strength = kExplored;
  REQUIRE(stale_entries(baseline, {free}).size() == 1);
  CHECK(stale_entries(baseline, {free})[0].line == 4);
  free.stack = "other";
  CHECK(stale_entries(baseline, {free}).empty());  // not checked
  CheckRecord crashed = free;
  crashed.stack = "stack";
  crashed.status = "crashed";
  CHECK(stale_entries(baseline, {crashed}).empty());
}

TEST_CASE("an updated baseline keeps what is still there with its reason, and adds the failures") {
  CheckRecord record = deadlocked();
  Baseline old = accepting(record);
  old.entries.push_back({{"s", "stack", "deadlock", "gone"}, kObserved, "", 5});
  old.entries.push_back({{"elsewhere", "stack", "deadlock", "x"}, kObserved, "", 6});
  record.findings.push_back(finding_of("deadlock", "deadlock"));
  record.findings[1].signature = "deadlock: another";
  const auto scenario = scenario_expecting({"complete"});
  const auto judgement = judge(scenario, record, kObserved, old);
  const Baseline updated = updated_baseline(old, {record}, {judgement});
  REQUIRE(updated.entries.size() == 3);
  CHECK(updated.entries[0].why == "we know");
  CHECK(updated.entries[1].key.scenario == "elsewhere");
  CHECK(updated.entries[2].key.signature == "deadlock: another");
  CHECK(judge(scenario, record, kObserved, updated).ok());
}

TEST_CASE("a difference that a paranoid check sees is nondeterminism, whatever the verdict") {
  CheckRecord record = record_of("complete");
  record.violations = {"step 3 by a and step 4 by b do not commute"};
  const auto failure = failure_of(judge(scenario_expecting({"complete"}), record, kObserved));
  CHECK(failure.rule == "nondeterminism");
  CHECK(failure.blame == Blame::nondeterminism);
  CHECK(failure.message.find("do not commute") != std::string::npos);
  CHECK(CheckRecord::from_json(record.to_json()).violations == record.violations);
}
