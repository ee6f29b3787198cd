// When recovery timers go off in explored schedules: never, only when nothing else can happen, or
// at any time (domain rule: a timeout that is always possible would hide every deadlock).
#include <catch2/catch.hpp>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/analysis/explore/against_naive.hpp"
#include "tests/analysis/explore/litmus.hpp"
#include "tests/analysis/explore/naive.hpp"
#include "tests/analysis/explore/random_programs.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;
using namespace fencelab::testing::litmus;
using core::TimerMode;

namespace {

/// What both provers find, which must be the same; `traces` as prover A runs them.
void check(const LitmusProgram& program, TimerMode mode, std::uint64_t traces,
           std::uint64_t dead_states) {
  LitmusSubject subject(program, 2);
  const Exploration a = explore_dpor(subject, {.timers = mode}, {});
  const Exploration b = explore_states(subject, {.timers = mode}, {});
  INFO("mode " << static_cast<int>(mode));
  CHECK((a.exhausted && b.exhausted));
  CHECK(a.executions == traces);
  CHECK(a.dead.size() == dead_states);
  CHECK(keys(b) == keys(a));
  const NaiveResult naive = explore_naively(subject, mode, 1000);
  REQUIRE(naive.complete);
  CHECK(naive.traces == traces);
  CHECK(naive.dead == keys(a));
}

}  // namespace

TEST_CASE("A wait for nobody is stuck for good only where its recovery timer may not end it") {
  // Nobody signals the fence. Never: the one trace ends stuck. Else: the timer ends the wait.
  const LitmusProgram alone = {{REPAIR(0, 0)}};
  check(alone, TimerMode::never, 1, 1);
  check(alone, TimerMode::quiescent, 1, 0);
  check(alone, TimerMode::any, 1, 0);
}

TEST_CASE("At quiescence a timer goes off only where nobody else could have ended the wait") {
  // The signal always comes: the wait times out in mode any alone, which makes a second trace. What
  // is skipped unless it timed out (a signal that somebody else waits for) happens only there.
  const LitmusProgram program = {{REPAIR(0, 1), S(1)}, {S(0)}, {W(1)}};
  check(program, TimerMode::never, 1, 1);
  check(program, TimerMode::quiescent, 1, 1);
  check(program, TimerMode::any, 2, 1);
}

TEST_CASE("A watchdog races with who stops it, where timers may go off at any time") {
  // Armed, then stopped: stopped in time it does nothing, and the waiter is stuck. Mode any knows
  // the other order; at quiescence nothing is armed any more.
  const LitmusProgram program = {{ARM(0), DISARM(0)}, {W(0)}};
  check(program, TimerMode::never, 1, 1);
  check(program, TimerMode::quiescent, 1, 1);
  check(program, TimerMode::any, 2, 1);
}

TEST_CASE("A watchdog that nobody stops ends the wait, at quiescence or before") {
  const LitmusProgram program = {{ARM(0)}, {W(0)}};
  check(program, TimerMode::never, 1, 1);
  check(program, TimerMode::quiescent, 1, 0);
  check(program, TimerMode::any, 1, 0);
}

TEST_CASE("Provers find the dead states of programs with recovery timers, in each mode of these") {
  constexpr std::uint64_t programs = 500;
  // Enough of them must be small enough for the naive search. Sanitizers stop once that is so.
  const std::uint64_t wanted = tests::kSanitized ? 26 : programs;
  const std::uint64_t least = tests::kSanitized ? 25 : programs / 4;
  for (const TimerMode mode : {TimerMode::never, TimerMode::quiescent, TimerMode::any}) {
    std::uint64_t compared = 0, with_dead = 0;
    for (std::uint64_t seed = 1; seed <= programs && compared < wanted; ++seed) {
      LitmusSubject subject(ProgramGenerator(seed).program_with_timers(), 3);
      const NaiveResult naive = explore_naively(subject, mode, 1000);
      if (!naive.complete) continue;
      ++compared;
      with_dead += !naive.dead.empty();
      const Exploration a = explore_dpor(subject, {.timers = mode}, {});
      const Exploration b = explore_states(subject, {.timers = mode}, {});
      INFO("mode " << static_cast<int>(mode) << " seed " << seed);
      CHECK((a.exhausted && b.exhausted));
      CHECK(keys(a) == naive.dead);
      CHECK(keys(b) == naive.dead);
    }
    INFO("mode " << static_cast<int>(mode) << ": " << compared << " compared, " << with_dead
                 << " dead");
    CHECK(compared > least);
    CHECK(with_dead > compared / 10);
  }
}
