// Signals that end interruptible waits, at any instant: system calls that give up (-EINTR) and such
// that begin again (-ERESTARTSYS). The provers against trying everything, and by hand.
#include <catch2/catch.hpp>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/paranoid.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/analysis/explore/against_naive.hpp"
#include "tests/analysis/explore/litmus_check.hpp"
#include "tests/analysis/explore/random_programs.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

namespace {

std::size_t dead_states(const LitmusProgram& program) {
  LitmusSubject subject(program, 2);
  const Exploration a = explore_dpor(subject, {}, {}), b = explore_states(subject, {}, {});
  CHECK((a.exhausted && b.exhausted));
  CHECK(keys(a) == keys(b));
  return a.dead.size();
}

}  // namespace

TEST_CASE("Provers find the dead states of programs with signals that trying everything finds") {
  const std::uint64_t programs = tests::kSanitized ? 200 : 1500;
  const std::uint64_t compared = check_against_naive(
      programs, [](std::uint64_t seed) { return ProgramGenerator(seed).program_with_signals(); });
  CHECK(compared > programs / 3);
}

TEST_CASE("Steps of programs with signals commute as the table says") {
  for (std::uint64_t seed = 1; seed <= tests::sample(100); ++seed) {
    LitmusSubject subject(ProgramGenerator(seed).program_with_signals(), 3);
    ParanoidLimits limits;
    limits.seed = seed;
    INFO("seed " << seed);
    for (const std::string& violation : check_paranoid(subject, {}, limits).violations)
      FAIL_CHECK(violation);
  }
}

TEST_CASE("A signal lets go of a wait for what nobody signals, whenever it comes") {
  // It ends the wait, or is pending when the wait begins (wait_event_interruptible looks at it).
  CHECK(dead_states({{WI(0, 0)}, {INTR(0)}}) == 0);
  // Who may send it may also not.
  CHECK(dead_states({{WI(0, 0)}, {CHOOSE(2), INTR(0)}}) == 1);
}

TEST_CASE("Who begins again after a signal is stuck as before: one signal ends one wait") {
  CHECK(dead_states({{WAGAIN(0)}, {INTR(0)}}) == 1);
  CHECK(dead_states({{WAGAIN(0)}, {INTR(0)}, {S(0)}}) == 0);
}

TEST_CASE("A wait that is not interruptible hears of no signal") {
  CHECK(dead_states({{W(0)}, {INTR(0)}}) == 1);
}

TEST_CASE("A system call that gave up does not do what others wait for") {
  // Interrupted before fence 0 it skips the signal of fence 1, for which the third waits.
  CHECK(dead_states({{WI(0, 1), S(1)}, {S(0)}, {W(1)}}) == 0);
  CHECK(dead_states({{WI(0, 1), S(1)}, {S(0)}, {W(1)}, {INTR(0)}}) == 1);
  // Restarted it does: a signal is harmless.
  CHECK(dead_states({{WAGAIN(0), S(1)}, {S(0)}, {W(1)}, {INTR(0)}}) == 0);
}

TEST_CASE("A transaction that starts over after a signal lets go of what it held, and ends") {
  // Two that lock in opposite orders; -EDEADLK or -ERESTARTSYS, whichever comes first.
  const auto transaction = [](std::size_t first) {
    return std::vector<LitmusOp>{
        {K::ww_lock, {first}, 1}, {K::ww_lock, {1 - first}, 1}, {K::ww_drop_all, {}}};
  };
  CHECK(dead_states({transaction(0), transaction(1), {INTR(0)}}) == 0);
  CHECK(dead_states({transaction(0), transaction(1), {INTR(0), INTR(1)}}) == 0);
}
