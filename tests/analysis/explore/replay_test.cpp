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
  CHECK(result.mismatch.empty());
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
  const auto mismatch = [](const FakeStepper::Program& first, const ScheduleStep& last) {
    FakeStepper stepper({{"p", first}, {"q", kSecond}});
    const ReplayResult result = replay(stepper, {{"p", "lock(a)", {}}, last});
    CHECK(result.taken.size() == 1);
    return result.mismatch;
  };
  CHECK(mismatch({{"lock(a)", {}}, {"lock(notifier)", {}}}, {"p", "choose", {}}) ==
        "step 2: expected p.choose, process is at p.lock(notifier)");
  CHECK(mismatch({{"lock(a)", {}}, {"lock(a)", {}}}, {"p", "choose", "0"}) ==
        "step 2: expected p.choose=0, process is blocked at lock(a)");
  CHECK(mismatch({{"lock(a)", {}}}, {"p", "choose", {}}) ==
        "step 2: expected p.choose, process is at its end");
  CHECK(mismatch(kFirst, {"r", "lock(a)", {}}) ==
        "step 2: expected r.lock(a), there is no process r");
  CHECK(mismatch({{"lock(a)", {}}, {"choose", {"B0", "B1"}}}, {"p", "choose", "B7"}) ==
        "step 2: expected p.choose=B7, the alternatives are B0, B1");
  CHECK(mismatch({{"lock(a)", {}}, {"choose", {"B0", "B1"}}}, {"p", "choose", {}}) ==
        "step 2: expected p.choose, the schedule does not say which of B0, B1");
  CHECK(mismatch({{"lock(a)", {}}, {"choose", {}}}, {"p", "choose", "B0"}) ==
        "step 2: expected p.choose=B0, there is nothing to choose any more");
}
