// Replay fits a schedule by names: unrelated changes do not matter, related ones are told exactly.
#include "analysis/explore/replay.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

using namespace fencelab::analysis;

namespace {

/// Processes that run lists of operations; "lock(x)" waits for "unlock(x)" of whoever has it.
class FakeStepper final : public Stepper {
 public:
  struct Operation {
    std::string name;
    std::vector<std::string> alternatives;
  };
  using Program = std::vector<Operation>;
  explicit FakeStepper(std::vector<std::pair<std::string, Program>> programs)
      : programs_(std::move(programs)), at_(programs_.size(), 0) {}

  std::vector<EnabledStep> enabled() override {
    std::vector<EnabledStep> steps;
    for (std::size_t i = 0; i < programs_.size(); ++i)
      if (at_[i] < programs_[i].second.size() && !is_blocked(i))
        steps.push_back({programs_[i].first, next(i).name, next(i).alternatives, "s.json:7"});
    return steps;
  }
  std::string take(std::size_t step, std::size_t alternative) override {
    const EnabledStep taken = enabled()[step];
    if (!taken.alternatives.empty()) chosen.push_back(taken.alternatives[alternative]);
    for (std::size_t i = 0; i < programs_.size(); ++i) {
      if (programs_[i].first != taken.process) continue;
      if (taken.operation.starts_with("lock")) owner_[taken.operation.substr(4)] = i;
      if (taken.operation.starts_with("unlock")) owner_.erase(taken.operation.substr(6));
      ++at_[i];
      return at_[i] < programs_[i].second.size() && is_blocked(i) ? "blocked" : "";
    }
    return "?";
  }
  bool finished() override {
    for (std::size_t i = 0; i < programs_.size(); ++i)
      if (at_[i] < programs_[i].second.size()) return false;
    return true;
  }
  std::string whereabouts(const std::string& process) override {
    for (std::size_t i = 0; i < programs_.size(); ++i)
      if (programs_[i].first == process)
        return at_[i] < programs_[i].second.size() ? "blocked at " + next(i).name : "at its end";
    return "";
  }
  std::vector<std::string> chosen;

 private:
  const Operation& next(std::size_t i) const { return programs_[i].second[at_[i]]; }
  bool is_blocked(std::size_t i) const {
    return next(i).name.starts_with("lock") && owner_.contains(next(i).name.substr(4));
  }
  std::vector<std::pair<std::string, Program>> programs_;
  std::vector<std::size_t> at_;
  std::map<std::string, std::size_t> owner_;
};

const FakeStepper::Program kFirst = {{"lock(a)", {}}, {"lock(b)", {}}, {"choose", {"B0", "B1"}}};
const FakeStepper::Program kSecond = {{"lock(b)", {}}, {"lock(a)", {}}};
const FakeStepper::Program kOther = {{"lock(z)", {}}, {"unlock(z)", {}}};

/// The schedule in which both have their first lock.
const std::vector<ScheduleStep> kDeadlock = {{"p", "lock(a)", {}}, {"q", "lock(b)", {}}};

}  // namespace

TEST_CASE("a schedule that fits is carried out, and ends where nobody can go on", "[replay]") {
  FakeStepper stepper({{"p", kFirst}, {"q", kSecond}});
  const ReplayResult result = replay(stepper, kDeadlock);
  CHECK(result.misfits.empty());
  CHECK(result.stuck);
  CHECK_FALSE(result.finished);
  REQUIRE(result.taken.size() == 2);
  CHECK(result.taken[0].note.empty());
  CHECK(result.taken[1].note == "blocked");
  CHECK(result.taken[1].place == "s.json:7");
}

TEST_CASE("an unrelated process, before or after, does not disturb a schedule", "[replay]") {
  FakeStepper stepper({{"zero", kOther}, {"p", kFirst}, {"q", kSecond}, {"other", kOther}});
  const ReplayResult result = replay(stepper, kDeadlock);
  CHECK(result.fits());
  CHECK(result.taken.size() == 2);
  CHECK_FALSE(result.stuck);  // the others could go on
}

TEST_CASE("alternatives are taken by name, in whatever order they come", "[replay]") {
  for (const auto& names : {std::vector<std::string>{"B0", "B1"}, {"B1", "new", "B0"}}) {
    FakeStepper stepper({{"p", {{"choose", names}}}});
    const ReplayResult result = replay(stepper, {{"p", "choose", "B1"}});
    CHECK(result.fits());
    CHECK(result.finished);
    CHECK(stepper.chosen == std::vector<std::string>{"B1"});
    CHECK(result.taken.at(0).choice == "B1");
  }
}

TEST_CASE("where a schedule no longer fits is told with the step, and what is there instead",
          "[replay]") {
  const auto misfit = [](const FakeStepper::Program& first, const ScheduleStep& last) {
    FakeStepper stepper({{"p", first}, {"q", kSecond}});
    const ReplayResult result = replay(stepper, {{"p", "lock(a)", {}}, last});
    REQUIRE(!result.misfits.empty());
    CHECK(result.misfits.back().remedy == Misfit::Remedy::skipped);
    CHECK(result.misfits.back().step == 1);
    return result.misfits.back().text;
  };
  CHECK(misfit({{"lock(a)", {}}, {"lock(a)", {}}}, {"p", "choose", "0"}) ==
        "step 2: expected p.choose=0, process is blocked at lock(a); left out");
  CHECK(misfit({{"lock(a)", {}}}, {"p", "choose", {}}) ==
        "step 2: expected p.choose, process is at its end; left out");
  CHECK(misfit(kFirst, {"r", "lock(a)", {}}) ==
        "step 2: expected r.lock(a), there is no process r; left out");
  CHECK(misfit({{"lock(a)", {}}, {"choose", {"B0", "B1"}}}, {"p", "choose", "B7"}) ==
        "step 2: expected p.choose=B7, the alternatives are B0, B1; left out");
  CHECK(misfit({{"lock(a)", {}}, {"choose", {"B0", "B1"}}}, {"p", "choose", {}}) ==
        "step 2: expected p.choose, the schedule does not say which of B0, B1; left out");
  CHECK(misfit({{"lock(a)", {}}, {"choose", {}}}, {"p", "choose", "B0"}) ==
        "step 2: expected p.choose=B0, there is nothing to choose any more; left out");
}

TEST_CASE("steps of a process that is gone are left out, and the others go on", "[replay]") {
  FakeStepper stepper({{"p", kFirst}, {"q", kSecond}});
  const ReplayResult result = replay(
      stepper, {{"gone", "x", {}}, {"p", "lock(a)", {}}, {"gone", "y", {}}, {"q", "lock(b)", {}}});
  REQUIRE(result.misfits.size() == 2);
  CHECK(result.misfits[0].step == 0);
  CHECK(result.misfits[1].text == "step 3: expected gone.y, there is no process gone; left out");
  CHECK(result.taken.size() == 2);
  CHECK(result.stuck);  // the same end as without the steps of the other
}

TEST_CASE("an operation that was removed costs its own step only", "[replay]") {
  FakeStepper stepper({{"p", kFirst}, {"q", kSecond}});
  const ReplayResult result =
      replay(stepper, {{"p", "log", {}}, {"p", "lock(a)", {}}, {"q", "lock(b)", {}}});
  REQUIRE(result.misfits.size() == 1);
  CHECK(result.misfits[0].text == "step 1: expected p.log, process is at p.lock(a); left out");
  CHECK(result.taken.size() == 2);
  CHECK(result.stuck);
}

TEST_CASE("an operation that is new is gone through, and said", "[replay]") {
  const FakeStepper::Program longer = {{"log", {}}, {"lock(a)", {}}, {"lock(b)", {}}};
  FakeStepper stepper({{"p", longer}, {"q", kSecond}});
  const ReplayResult result = replay(stepper, kDeadlock);
  REQUIRE(result.misfits.size() == 1);
  CHECK(result.misfits[0].remedy == Misfit::Remedy::inserted);
  CHECK(result.misfits[0].text ==
        "step 1: expected p.lock(a), process is at p.log, which is gone through");
  CHECK(result.taken.size() == 3);
  CHECK(result.stuck);
}

TEST_CASE("a process under another name is recognised when no other one could be it", "[replay]") {
  FakeStepper one({{"new", kFirst}, {"q", kSecond}});
  const ReplayResult known = replay(one, kDeadlock);
  REQUIRE(known.misfits.size() == 1);  // said once, not at each of its steps
  CHECK(known.misfits[0].remedy == Misfit::Remedy::renamed);
  CHECK(known.taken.at(0).process == "new");
  CHECK(known.stuck);
  FakeStepper two({{"new", kFirst}, {"newer", kFirst}, {"q", kSecond}});
  const ReplayResult unclear = replay(two, kDeadlock);
  REQUIRE(unclear.misfits.size() == 1);
  CHECK(unclear.misfits[0].remedy == Misfit::Remedy::skipped);
}

TEST_CASE("an operation on a thing of another name is taken for the one that was meant",
          "[replay]") {
  FakeStepper stepper({{"p", {{"submit: ask for ww_mutex dma_resv of new", {}}}}});
  const ReplayResult result =
      replay(stepper, {{"p", "submit: ask for ww_mutex dma_resv of old", {}}});
  REQUIRE(result.misfits.size() == 1);
  CHECK(result.misfits[0].remedy == Misfit::Remedy::renamed);
  CHECK(result.finished);
  CHECK(operation_shape("submit: ask for ww_mutex dma_resv of a") == "submit: ask for ww_mutex");
  CHECK(operation_shape("go on after doorbell") == "go on after doorbell");
  CHECK(operation_shape("start") == "start");
}
