// Livelocks in checks: what they say, what of them is a failure, and what a proof does not claim.
#include <algorithm>
#include <catch2/catch.hpp>

#include "campaign/check_one.hpp"
#include "campaign/check_report.hpp"
#include "campaign/instant_watch.hpp"
#include "campaign/sarif.hpp"
#include "scenarios/loader.hpp"
#include "tests/campaign/check_samples.hpp"

using namespace fencelab;
using namespace fencelab::campaign;
using fencelab::tests::finding_of;
using fencelab::tests::record_of;
using fencelab::tests::scenario_expecting;
using Outcome = LivelockClaim::Outcome;

namespace {

constexpr const char* kLibrary = FENCELAB_SOURCE_DIR "/scenarios/library/";

CheckRecord check_library(const std::string& name, const std::string& stack,
                          CheckOptions options = {.strength = Strength::proved}) {
  const auto registry = policies::Registry::built_in();
  const auto scenario = scenarios::load_scenario_file(kLibrary + name + ".json", {}, {});
  REQUIRE(scenario);
  for (const auto& spec : scenario->stacks) {
    if (spec.name != stack) continue;
    const auto resolved = scenarios::resolve_stack(*scenario, spec, registry);
    REQUIRE(resolved);
    return check_one(*scenario, *resolved, 1, options);
  }
  FAIL("no stack " << stack);
  return {};
}

const CheckFinding& livelock_of(const CheckRecord& record) {
  const auto found =
      std::find_if(record.findings.begin(), record.findings.end(),
                   [](const CheckFinding& finding) { return finding.rule.ends_with("livelock"); });
  REQUIRE(found != record.findings.end());
  return *found;
}

CheckRecord softly_livelocked() {
  CheckRecord record = record_of("complete");
  record.findings = {finding_of("soft-livelock", "soft-livelock")};
  return record;
}

}  // namespace

TEST_CASE("Memory that never fits is restored for ever: hard, with a schedule, and one finding") {
  // 2 * 40 MiB in 64 MiB: no schedule gets the job done. The timed run shows it as well, and is the
  // same finding.
  const CheckRecord record = check_library("restore-overcommit", "kfd");
  CHECK(record.verdict == "livelock");
  CHECK(record.strength == Strength::proved);
  CHECK(record.livelock.outcome == Outcome::hard);
  const CheckFinding& finding = livelock_of(record);
  CHECK(finding.rule == "livelock");
  CHECK(finding.signature == "livelock: app/main: wait");
  CHECK(finding.members == std::vector<std::string>{"app residency worker@gpu0"});
  CHECK_FALSE(finding.way.token.empty());
  CHECK(finding.text.find("finds too little memory in gpu0 vram") != std::string::npos);
  CHECK(std::count_if(record.findings.begin(), record.findings.end(),
                      [](const auto& other) { return other.rule.ends_with("livelock"); }) == 1);
}

TEST_CASE("A livelock has one class in a timed run and in explored schedules") {
  const CheckRecord observed =
      check_library("restore-overcommit", "kfd-every-ms", {.strength = Strength::observed});
  const CheckRecord proved = check_library("restore-overcommit", "kfd-every-ms");
  CHECK(observed.livelock.outcome == Outcome::not_asked);
  CHECK(livelock_of(observed).signature == livelock_of(proved).signature);
}

TEST_CASE("Where every schedule ends there is no livelock") {
  CHECK(check_library("restore-overcommit", "vulkan-explicit").livelock.outcome == Outcome::free);
}

TEST_CASE("Backing off without tickets is a soft livelock of both, and free of deadlock") {
  const CheckRecord record = check_library("trylock-back-off", "linux-implicit");
  CHECK(record.verdict == "complete");
  CHECK(record.strength == Strength::proved);
  CHECK(record.livelock.outcome == Outcome::soft);
  const CheckFinding& finding = livelock_of(record);
  CHECK(finding.rule == "soft-livelock");
  for (const char* who : {"left/main", "right/main"})
    CHECK(std::count(finding.members.begin(), finding.members.end(), who) == 1);
  CHECK(finding.text.find("each takes what another needs") != std::string::npos);
}

TEST_CASE("A bound keeps a proof of freedom from deadlock from claiming freedom from livelock") {
  const CheckRecord record = check_library("trylock-back-off", "linux-implicit",
                                           {.strength = Strength::proved, .steps_max = 400});
  CHECK(record.livelock.outcome >= Outcome::open);
  CHECK_FALSE(record.livelock.bound.empty());
}

TEST_CASE("A timed run whose time does not go on ends, as a livelock") {
  // Moves cost nothing there: two evictions of each other take no time at all.
  const CheckRecord record =
      check_library("rebind-ping-pong", "restores-idle", {.strength = Strength::observed});
  CHECK(record.verdict == "livelock");
  CHECK(livelock_of(record).text.find("time does not go on") != std::string::npos);
}

TEST_CASE("A soft livelock is a warning, unless the scenario claims it") {
  const Judgement warned =
      judge(scenario_expecting({"complete"}), softly_livelocked(), Strength::observed);
  CHECK(warned.ok());
  CHECK(warned.findings[0] == FindingStanding::warning);

  auto claiming = scenario_expecting({"complete"});
  claiming.expect["stack"].claim = {"livelock"};
  const Judgement claimed = judge(claiming, softly_livelocked(), Strength::observed);
  CHECK(claimed.ok());
  CHECK(claimed.findings[0] == FindingStanding::expected);
  // Without one the claim is wrong.
  CHECK_FALSE(judge(claiming, record_of("complete"), Strength::observed).ok());
}

TEST_CASE("A hard livelock fails like a deadlock unless it is expected") {
  CheckRecord record = record_of("livelock");
  record.findings = {finding_of("livelock", "livelock")};
  const Judgement judged = judge(scenario_expecting({"complete"}), record, Strength::observed);
  REQUIRE_FALSE(judged.ok());
  CHECK(judged.failures[0].rule == "livelock");
  CHECK(judged.failures[0].blame == Blame::deadlock);
  CHECK(judge(scenario_expecting({"livelock"}), record, Strength::observed).ok());
}

TEST_CASE("The line of a check says what is known of livelock beside its strength") {
  CheckRecord record = record_of("complete");
  record.strength = Strength::proved;
  record.livelock = {Outcome::open, 100, 200, "states=100"};
  const Judgement judged = judge(scenario_expecting({"complete"}), record, Strength::proved);
  const std::string table = check_table({record}, {judged});
  CHECK(table.find("proved    open") != std::string::npos);
  const CheckRecord copy = CheckRecord::from_json(record.to_json());
  CHECK(copy.livelock.outcome == Outcome::open);
  CHECK(copy.livelock.bound == "states=100");
}
