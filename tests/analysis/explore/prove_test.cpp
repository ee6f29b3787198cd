// Everything as one: the portfolio of provers, bounds, random walks, and counterexamples made
// short.
#include "analysis/explore/prove.hpp"

#include <catch2/catch.hpp>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/minimise.hpp"
#include "analysis/explore/random_walk.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/analysis/explore/litmus.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

namespace {

/// ABBA among processes that have nothing to do with it.
LitmusProgram abba_in_a_crowd() {
  return {{INC(0), L(0), INC(1), L(1), U(1), U(0)},
          {INC(2), L(1), INC(3), L(0), U(0), U(1)},
          {L(2), U(2), L(2), U(2)},
          {L(3), U(3)}};
}

core::Task<> takes_turns(LitmusWorld& world) {
  co_await world.lock(0).lock();
  world.lock(0).unlock();
}

/// A service that is in nobody's way at first, and then keeps the lock.
core::Task<> keeps_the_second_lock(LitmusWorld& world) {
  co_await world.lock(1).lock();
  world.lock(1).unlock();
  co_await world.lock(0).lock();
}

}  // namespace

TEST_CASE("What a service could have done before all others were done is tried, too") {
  // Left alone the thread is done in no time, and then nothing is left to be done.
  CodeSubject subject([](LitmusWorld& world) {
    world.sim.spawn({"thread"}, takes_turns(world));
    world.sim.spawn({"service", core::ProcessRole::kernel_worker, true},
                    keeps_the_second_lock(world));
  });
  CHECK(explore_dpor(subject, {}, {}).found_deadlock());
  CHECK(explore_states(subject, {}, {}).found_deadlock());
  CHECK(prove(subject, {}).outcome == ProofOutcome::dead);
}

TEST_CASE("A proof says that both provers finished, and agree") {
  LitmusSubject free({{L(0), L(1), U(1), U(0)}, {L(0), L(1), U(1), U(0)}});
  const Proof good = prove(free, {});
  CHECK(good.outcome == ProofOutcome::free);
  CHECK(good.exhausted);
  CHECK(good.finished_by == "A and B");
  CHECK(good.bounds_hit.empty());
  LitmusSubject abba({{L(0), L(1), U(1), U(0)}, {L(1), L(0), U(0), U(1)}});
  const Proof bad = prove(abba, {});
  CHECK(bad.outcome == ProofOutcome::dead);
  CHECK(bad.exhausted);
  CHECK(bad.dead.size() == 1);
}

TEST_CASE("Without time nothing is proved, and the bound that was hit is named") {
  LitmusSubject subject(philosophers(9), 9);
  ProofOptions options;
  options.budget = std::chrono::duration<double>(0.0);
  const Proof proof = prove(subject, options);
  CHECK_FALSE(proof.exhausted);
  if (proof.dead.empty()) CHECK(proof.outcome == ProofOutcome::open);
  CHECK_FALSE(proof.bounds_hit.empty());
}

TEST_CASE("A bound on preemptions finds what needs as many and proves nothing") {
  // Each must be interrupted between its two locks: one preemption for two processes.
  LitmusSubject abba({{L(0), L(1), U(1), U(0)}, {L(1), L(0), U(0), U(1)}});
  ProofOptions options;
  options.preemptions = 0;
  const Proof none = prove(abba, options);
  CHECK(none.outcome == ProofOutcome::bounded);
  CHECK_FALSE(none.exhausted);
  CHECK_FALSE(none.bounds_hit.empty());
  options.preemptions = 1;
  CHECK(prove(abba, options).outcome == ProofOutcome::dead);
}

TEST_CASE("Whoever is alone is in as many states with a bound on preemptions as without") {
  LitmusSubject alone({{INC(0), L(0), INC(1), U(0), INC(0)}});
  ExploreLimits bounded;
  bounded.preemptions = 0;
  const Exploration without = explore_states(alone, {}, {}),
                    with = explore_states(alone, {}, bounded);
  CHECK(with.exhausted);
  CHECK(with.preemptions_cut == 0);
  CHECK(with.states == without.states);
}

TEST_CASE("Random walks with priorities meet an ABBA, the same way each time") {
  const auto walk = [](std::uint64_t seed) {
    LitmusSubject subject(philosophers(3), 3);
    return explore_randomly(subject, {}, {}, {.executions = 2000, .depth = 3, .seed = seed});
  };
  const Exploration first = walk(1), again = walk(1), other = walk(2);
  CHECK(first.found_deadlock());
  CHECK_FALSE(first.exhausted);
  CHECK(first.dead_executions == again.dead_executions);
  CHECK(first.steps == again.steps);
  CHECK(first.steps != other.steps);
  // The paper's bound, 1 / (n k^(d-1)), is far below what is met.
  CHECK(first.dead_executions > 2000 / 100);
}

TEST_CASE("A counterexample keeps what it needs: two steps each, in one switch") {
  LitmusSubject subject(abba_in_a_crowd(), 4);
  const Exploration found = explore_states(subject, {}, {});
  REQUIRE(found.dead.size() == 1);
  const DeadState& dead = found.dead.begin()->second;
  const MinimalSchedule minimal = minimise(subject, {}, dead, {});
  CHECK(minimal.schedule.size() < dead.schedule.size());
  CHECK(minimal.switches <= 3);
  for (const ScheduledStep& step : minimal.schedule) CHECK(step.actor < 2);
  CHECK(stuck_after(subject, {}, minimal.schedule, false, nullptr) ==
        std::vector<std::string>{"p0", "p1"});
  // Before the critical step there is a way out; leaving out any step leaves nobody stuck.
  REQUIRE(minimal.critical);
  CHECK_FALSE(minimal.doomed_from_the_start);
  for (std::size_t i = 0; i < minimal.schedule.size(); ++i) {
    Schedule shorter = minimal.schedule;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(stuck_after(subject, {}, shorter, true, nullptr).empty());
  }
}

TEST_CASE("What gets stuck in every schedule has no critical step") {
  LitmusSubject subject({{W(0), S(1)}, {W(1), S(0)}});
  const Exploration found = explore_states(subject, {}, {});
  REQUIRE(found.dead.size() == 1);
  const MinimalSchedule minimal = minimise(subject, {}, found.dead.begin()->second, {});
  CHECK(minimal.doomed_from_the_start);
  CHECK_FALSE(minimal.critical);
}

TEST_CASE("A random walk takes as many steps as it may, and no more") {
  CodeSubject subject([](LitmusWorld& world) {
    for (int i = 0; i < 3; ++i)
      world.sim.spawn({"p" + std::to_string(i)}, [](LitmusWorld& w) -> core::Task<> {
        for (int step = 0; step < 100; ++step) co_await core::point(w.sim);
      }(world));
  });
  ExploreLimits limits;
  limits.steps = 150;  // in the middle of the first execution of some 300
  const Exploration walked = explore_randomly(subject, {}, limits, {.executions = 10});
  CHECK(walked.steps == 150);
  CHECK(walked.out_of_steps);
  CHECK(walked.executions == 0);
}
