// What helps against a livelock, and how little of a scenario has it: by the same machinery as for
// deadlocks, and with the same rule that nothing is said of a change but what its check found.
#include <algorithm>
#include <catch2/catch.hpp>

#include "campaign/explain.hpp"
#include "campaign/scenario_variant.hpp"
#include "tests/campaign/check_samples.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::campaign;
using namespace fencelab::tests;
using Json = nlohmann::json;
using Outcome = FixTrial::Outcome;

namespace {

/// A check of a library scenario under one stack, explained.
class Explained {
 public:
  Explained(const std::string& name, const std::string& stack, Strength strength,
            ExplainOptions options) {
    const std::string file = FENCELAB_SOURCE_DIR "/scenarios/library/" + name + ".json";
    const auto document = document_of(file, {});
    REQUIRE(document);
    variant_ = variant_of(*document, file, stack, reading_);
    REQUIRE(variant_);
    const std::vector<CheckItem> items = {item_of(*variant_, strength)};
    records_ = check_all(items, {}, [](const CheckRecord&) {});
    const Judgement judgement = judge(variant_->scenario, records_[0], strength);
    explain_findings(items, records_, {judgement}, reading_, {}, options);
  }

  const CheckFinding& livelock() const {
    for (const CheckFinding& finding : records_[0].findings)
      if (finding.rule.ends_with("livelock")) return finding;
    FAIL("no livelock");
    throw;
  }

  /// The very check again, on the smaller scenario.
  CheckRecord check_what_is_left(Strength strength) const {
    const ReducedScenario& reduced = livelock().reduced;
    INFO(reduced.problem);
    REQUIRE_FALSE(reduced.text.empty());
    const auto left = variant_of(Json::parse(reduced.text), "left.json", reduced.stack, reading_);
    REQUIRE(left);
    CheckRecord record =
        check_all({item_of(*left, strength)}, {}, [](const CheckRecord&) {}).front();
    // It is a test from now on, so it must pass as it stands.
    CHECK(judge(left->scenario, record, strength).ok());
    return record;
  }

 private:
  static CheckItem item_of(const ScenarioVariant& variant, Strength strength) {
    CheckItem item{&variant.scenario, &variant.stack, {1}, {}};
    item.options.strength = strength;
    return item;
  }

  const policies::Registry registry_ = policies::Registry::built_in();
  const ScenarioReading reading_{registry_, scenarios::policy_names(registry_, {})};
  std::unique_ptr<ScenarioVariant> variant_;
  std::vector<CheckRecord> records_;
};

ExplainOptions explain_all(std::size_t trials, bool reduce) {
  ExplainOptions options;
  options.which = ExplainWhich::all;
  options.reduce = reduce;
  options.fixes.fixes_max = 32;
  options.fixes.trials_max = trials;
  return options;
}

const FixTrial* fix_of(const CheckFinding& finding, const std::string& change) {
  for (const FixTrial& fix : finding.fixes)
    if (fix.change == change) return &fix;
  return nullptr;
}

bool has_class(const CheckRecord& record, const CheckFinding& finding) {
  return std::any_of(record.findings.begin(), record.findings.end(), [&](const auto& found) {
    return found.kind == finding.kind && found.signature == finding.signature;
  });
}

}  // namespace

TEST_CASE("Backing off is cured by one order for both, or by one who waits: proved of each") {
  if (tests::kSanitized) return;  // more than a minute; others explain smaller ones
  // Five: two lists the other way round and two waits, and a policy, which cannot matter.
  const Explained explained("trylock-back-off", "linux-implicit", Strength::proved,
                            explain_all(5, true));
  const CheckFinding& finding = explained.livelock();
  CHECK(finding.kind == "soft-livelock");
  CHECK(finding.fixes_tried == 5);
  for (const char* const change : {"left/main: back_off_lock takes b before a",
                                   "left/main: wait for each lock instead of backing off",
                                   "right/main: back_off_lock takes a before b",
                                   "right/main: wait for each lock instead of backing off"}) {
    INFO(change);
    REQUIRE(fix_of(finding, change));
    CHECK(fix_of(finding, change)->outcome == Outcome::proved);
  }
  CHECK(finding.fixes_free == 4);
  CHECK(finding.fixes_stuck == 1);
  CHECK(has_class(explained.check_what_is_left(Strength::proved), finding));
  // It goes on with the work under the locks left out.
  CHECK(finding.reduced.text.find("think") == std::string::npos);
}

TEST_CASE("What never fits is cured by no way of restoring it, only refused, and the job is lost") {
  const Explained explained("restore-overcommit", "kfd", Strength::proved, explain_all(64, true));
  const CheckFinding& finding = explained.livelock();
  CHECK(finding.kind == "livelock");
  // What gives up tells the process so; whatever else restores it gets nowhere.
  const FixTrial* const refused =
      fix_of(finding, "residency: preempt-kfd with restore_failure ban");
  REQUIRE(refused);
  CHECK(refused->outcome == Outcome::worse);
  CHECK(refused->run.allocation_failures == 1);
  CHECK(refused->alike == std::vector<std::string>{"preempt-xe", "pinned"});
  for (const FixTrial& fix : finding.fixes)
    if (fix.change.starts_with("residency: preempt") && &fix != refused)
      CHECK(fix.outcome >= Outcome::other);
  CHECK(has_class(explained.check_what_is_left(Strength::proved), finding));
}

TEST_CASE("Eviction to and fro is cured by another residency, and found in what is left of it") {
  if (tests::kSanitized) return;  // as above
  const Explained explained("eviction-ping-pong", "no-minimum", Strength::observed,
                            explain_all(32, true));
  const CheckFinding& finding = explained.livelock();
  // KFD's restore delay is what the scenario says helps.
  const FixTrial* const kfd = fix_of(finding, "residency: preempt-kfd instead of preempt-xe");
  REQUIRE(kfd);
  CHECK(kfd->outcome == Outcome::observed);
  CHECK(finding.way.token.empty());  // a timed run has no schedule, and is made smaller by runs
  CHECK(has_class(explained.check_what_is_left(Strength::observed), finding));
}

TEST_CASE("A soft livelock that nothing rests on is a warning, and nothing is tried against it") {
  CheckRecord record = record_of("complete");
  record.findings = {finding_of("soft-livelock", "soft-livelock")};
  record.findings[0].json = R"({"members": [], "behind": []})";
  const Judgement judgement = judge(scenario_expecting({"complete"}), record, Strength::observed);
  REQUIRE(judgement.findings[0] == FindingStanding::warning);
  const auto registry = policies::Registry::built_in();
  const ScenarioReading reading{registry, {}};
  std::vector<CheckRecord> records = {record};
  explain_findings({CheckItem{}}, records, {judgement}, reading, {}, explain_all(1, false));
  CHECK(records[0].findings[0].fixes_tried == 0);
}

TEST_CASE("A trial against a livelock is free only if the search for livelocks says so") {
  CheckRecord before = record_of("livelock");
  before.findings = {finding_of("livelock", "livelock")};
  CheckRecord after = record_of("complete");
  after.strength = Strength::proved;
  const auto judged = [&] { return judge_trial(before, before.findings[0], after); };
  after.livelock.outcome = LivelockClaim::Outcome::free;
  CHECK(judged().outcome == Outcome::proved);
  // A proof about deadlocks only.
  after.livelock.outcome = LivelockClaim::Outcome::open;
  CHECK(judged().outcome == Outcome::explored);
  CHECK(judged().strength == "proved(livelock open)");
  // One that can be left is less bad, and no freedom.
  after.livelock.outcome = LivelockClaim::Outcome::soft;
  after.findings = {finding_of("soft-livelock", "soft-livelock")};
  CHECK(judged().outcome == Outcome::other);
  before.findings[0].kind = "soft-livelock";
  after.findings[0].signature = before.findings[0].signature;
  CHECK(judged().outcome == Outcome::same);
}

TEST_CASE("Going round for ever instead of being stuck is a price, not a fix") {
  const CheckRecord before = deadlocked();
  CheckRecord after = record_of("complete");
  after.strength = Strength::proved;
  after.findings = {finding_of("soft-livelock", "soft-livelock")};
  CHECK(judge_trial(before, before.findings[0], after).outcome == Outcome::worse);
}
