// What is tried against a finding follows from how it works; what is said about a trial is what its
// check found, never more.
#include "campaign/fixes.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "campaign/fix_candidates.hpp"
#include "tests/campaign/check_samples.hpp"

using namespace fencelab;
using namespace fencelab::campaign;
using namespace fencelab::tests;
using Json = nlohmann::json;

namespace {

/// Two threads that take two locks in opposite orders; the first also signals u at its end.
const Json kLocks = {
    {"processes",
     Json::array(
         {{{"name", "app"},
           {"threads",
            Json::array({{{"name", "one"},
                          {"program",
                           Json::array({{{"lock", "a"}},
                                        {{"lock", "b"}},
                                        {{"unlock", "b"}},
                                        {{"unlock", "a"}},
                                        {{"signal", {{"timeline", "u"}, {"value", 1}}}}})}}})}}})},
    {"stacks", {"linux-implicit"}}};

const std::string kProgram = "/processes/0/threads/0/program";

scenarios::ResolvedStack stack_of(const policies::Registry& registry, const std::string& preset) {
  scenarios::Scenario scenario;
  scenarios::StackSpec spec;
  spec.name = spec.preset = preset;
  auto resolved = scenarios::resolve_stack(scenario, spec, registry);
  REQUIRE(resolved);
  return std::move(resolved).value();
}

bool has(const std::vector<FixCandidate>& all, const std::string& change) {
  return std::any_of(all.begin(), all.end(),
                     [&](const FixCandidate& each) { return each.change == change; });
}

/// What the program is after the candidate's change.
Json program_after(const std::vector<FixCandidate>& all, const std::string& change) {
  for (const FixCandidate& each : all)
    if (each.change == change)
      return Json::parse(each.sets.at(0).substr(each.sets[0].find('=') + 1));
  return {};
}

CheckRecord free_record(Strength strength) {
  CheckRecord record = record_of("complete");
  record.strength = strength;
  return record;
}

}  // namespace

TEST_CASE("who holds one lock and waits for another is tried in the other order, and apart") {
  const auto registry = policies::Registry::built_in();
  const auto stack = stack_of(registry, "linux-implicit");
  const std::vector<MechanismMember> members = {
      {"app/one", "lock", kProgram + "/1", {{"mutex b", ""}}, {{"mutex a", kProgram + "/0"}}}};
  const auto all = program_candidates({kLocks, stack, registry, members});
  const Json swapped = program_after(all, "app/one: lock b before lock a");
  REQUIRE(swapped.size() == 5);
  CHECK(swapped[0] == Json({{"lock", "b"}}));
  CHECK(swapped[1] == Json({{"lock", "a"}}));
  // Letting go of what it holds before it waits: the fourth operation comes to the second place.
  const Json released = program_after(all, "app/one: unlock a before lock b");
  REQUIRE(released.size() == 5);
  CHECK(released[1] == Json({{"unlock", "a"}}));
  CHECK(has(all, "app/one: signal u before lock b"));
}

TEST_CASE("what a job waits for in its queue is tried as a wait of the program, and not at all") {
  const auto registry = policies::Registry::built_in();
  const auto stack = stack_of(registry, "linux-implicit");
  Json scenario = kLocks;
  scenario["processes"][0]["threads"][0]["program"] =
      Json::array({{{"id", "frame"},
                    {"submit",
                     {{"context", "c"},
                      {"duration", "1 ms"},
                      {"wait_values", Json::array({{{"timeline", "u"}, {"value", 1}}})}}}}});
  const std::vector<MechanismMember> members = {
      {"job frame#0 of app", "fence", kProgram + "/0", {{"value u >= 1", ""}}, {}}};
  const auto all = program_candidates({scenario, stack, registry, members});
  const Json waits =
      program_after(all, "job frame#0 of app: wait for u in the program, before submit frame");
  REQUIRE(waits.size() == 2);
  CHECK(waits[0]["wait"]["values"][0]["timeline"] == "u");
  CHECK_FALSE(waits[1]["submit"].contains("wait_values"));
  const Json without = program_after(all, "job frame#0 of app: submit frame without waiting for u");
  REQUIRE(without.size() == 1);
  CHECK_FALSE(without[0]["submit"].contains("wait_values"));
}

TEST_CASE("a place that is no operation of the scenario gives no other program") {
  const auto registry = policies::Registry::built_in();
  const auto stack = stack_of(registry, "linux-implicit");
  for (const std::string& pointer :
       {std::string(""), std::string("/"), kProgram + "/9", kProgram + "/x", kProgram,
        std::string("/nowhere/program/0"), std::string("/processes/0/name")}) {
    const std::vector<MechanismMember> members = {{"m", "lock", pointer, {{"mutex b", ""}}, {}}};
    CHECK(program_candidates({kLocks, stack, registry, members}).empty());
  }
}

TEST_CASE("every other policy is tried, one axis at a time, those behind the wait first") {
  const auto registry = policies::Registry::built_in();
  const auto stack = stack_of(registry, "linux-implicit");
  const std::vector<MechanismMember> members = {{"m", "notifier", "", {{"fence f", ""}}, {}}};
  const auto all = policy_candidates({kLocks, stack, registry, members});
  REQUIRE(!all.empty());
  CHECK(all.front().axis == "userptr");  // what a notifier waits for is the userptr policy's doing
  CHECK(all.back().axis == "hang");      // recovery prevents nothing
  std::size_t others = 0;
  for (const policies::PolicyInfo& policy : registry.policies()) {
    const auto present = stack.system.find(policy.axis);
    if (present == stack.system.end() || present->second.policy->name == policy.name) continue;
    ++others;
    INFO(policy.axis << " " << policy.name);
    CHECK(
        has(all, policy.axis + ": " + policy.name + " instead of " + present->second.policy->name));
  }
  CHECK(others > 10);
  // One axis at a time, in the stack's own entry.
  for (const FixCandidate& each : all) {
    REQUIRE(each.sets.size() == 1);
    CHECK(each.sets[0].starts_with("/stacks/0={"));
    CHECK(Json::parse(each.sets[0].substr(10))["axes"].size() == 1);
  }
}

TEST_CASE("a GPU that has a policy of its own is changed with the system") {
  const auto registry = policies::Registry::built_in();
  const auto stack = stack_of(registry, "linux-implicit");
  Json scenario = kLocks;
  scenario["stacks"] = Json::array({{{"name", "linux-implicit"},
                                     {"preset", "linux-implicit"},
                                     {"gpus", {{"g", {{"bind", "sync"}, {"sync", "none"}}}}}}});
  const std::vector<MechanismMember> members;
  for (const FixCandidate& each : policy_candidates({scenario, stack, registry, members})) {
    if (each.option != "async-exact") continue;
    const Json changed = Json::parse(each.sets[0].substr(10));
    CHECK(changed["axes"]["bind"]["policy"] == "async-exact");
    CHECK(changed["gpus"]["g"]["bind"]["policy"] == "async-exact");
    CHECK(changed["gpus"]["g"]["sync"] == "none");
  }
}

TEST_CASE("a trial says how strongly its freedom is known, as its check does") {
  const CheckRecord before = deadlocked();
  const auto outcome = [&](const CheckRecord& after) {
    return judge_trial(before, before.findings[0], after).outcome;
  };
  using Outcome = FixTrial::Outcome;
  CHECK(outcome(free_record(Strength::proved)) == Outcome::proved);
  CHECK(outcome(free_record(Strength::explored)) == Outcome::explored);
  CHECK(outcome(free_record(Strength::predicted)) == Outcome::predicted);
  CHECK(outcome(free_record(Strength::observed)) == Outcome::observed);
  // What is foretold and not refuted is no freedom of that kind.
  CheckRecord foretold = free_record(Strength::predicted);
  foretold.findings = {finding_of("predicted", "lock-recursion")};
  foretold.findings[0].state = CheckFinding::State::open;
  CHECK(outcome(foretold) == Outcome::observed);
  CheckRecord crashed = free_record(Strength::proved);
  crashed.status = "crashed";
  CHECK(outcome(crashed) == Outcome::failed);
}

TEST_CASE("freedom that costs hazards, jobs or allocations is not sold as a fix") {
  CheckRecord before = deadlocked();
  before.run.hazards = 1;
  CheckRecord after = free_record(Strength::proved);
  const auto outcome = [&] { return judge_trial(before, before.findings[0], after).outcome; };
  after.run.hazards = 1;
  CHECK(outcome() == FixTrial::Outcome::proved);  // it had that before
  after.run.hazards = 2;
  CHECK(outcome() == FixTrial::Outcome::worse);
  after.run = {.jobs_lost = 1};
  CHECK(outcome() == FixTrial::Outcome::worse);
  after.run = {.allocation_failures = 1};
  CHECK(outcome() == FixTrial::Outcome::worse);
}

TEST_CASE("what is still stuck is told apart by its class, and a timer frees nobody") {
  const CheckRecord before = deadlocked();
  CheckRecord after = deadlocked();
  const auto judged = [&] { return judge_trial(before, before.findings[0], after); };
  CHECK(judged().outcome == FixTrial::Outcome::same);
  after.findings[0].signature = "deadlock: other";
  CHECK(judged().outcome == FixTrial::Outcome::other);
  CHECK(judged().core == "deadlock: other");
  after.verdict = "masked";
  after.findings[0] = finding_of("masked", "masked-deadlock");
  after.findings[0].signature = before.findings[0].signature;
  CHECK(judged().outcome == FixTrial::Outcome::recovers);
  // Who is rescued by a timer already has gained nothing by another.
  CheckRecord masked = after;
  CHECK(judge_trial(masked, masked.findings[0], after).outcome == FixTrial::Outcome::same);
}

TEST_CASE("how a finding works is read back from its data") {
  const auto members = mechanism_of(R"({"members": [
    {"name": "p", "reason": "lock", "place": "a b.json:1:2 /processes/0/threads/0/program/1",
     "waits": [{"label": "mutex b"}],
     "holds": [{"label": "mutex a", "place": "a b.json:1:1 /processes/0/threads/0/program/0"}]}],
    "behind": [{"name": "q", "reason": "fence", "waits_for": "fence of p"}]})");
  REQUIRE(members.size() == 2);
  CHECK(members[0].pointer == "/processes/0/threads/0/program/1");
  CHECK(members[0].waits.at(0).name() == "b");
  CHECK(members[0].holds.at(0).pointer == "/processes/0/threads/0/program/0");
  CHECK(members[1].pointer.empty());
  CHECK(mechanism_of("").empty());
}
