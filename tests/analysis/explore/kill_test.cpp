// A process that is killed at any instant: the provers against trying everything, and by hand.
#include <catch2/catch.hpp>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/analysis/explore/against_naive.hpp"
#include "tests/analysis/explore/litmus_check.hpp"
#include "tests/analysis/explore/random_programs.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

TEST_CASE("Provers find the dead states of programs with a kill that trying everything finds") {
  const std::uint64_t programs = tests::kSanitized ? 600 : 3000;
  const std::uint64_t compared = check_against_naive(
      programs, [](std::uint64_t seed) { return ProgramGenerator(seed).program_with_kill(); });
  CHECK(compared > programs / 3);
}

TEST_CASE("A kill comes between any two steps of its victim, before the first and after the last") {
  // A signal takes two steps, from the start to the point before it and on to the end: the kill has
  // three places. If it may also not come at all, that makes one more.
  check_litmus(std::vector<LitmusRow>{
      {"kill", {{S(0)}, {KILL(0)}}, {3}},
      {"perhaps", {{S(0)}, {CHOOSE(2), KILL(0)}}, {.traces = 4, .blocked = 2}}});
}

TEST_CASE("A kill and what its victim does not touch come in one order only") {
  check_litmus(std::vector<LitmusRow>{{"apart", {{S(0)}, {INC(0), INC(0)}, {KILL(0)}}, {3}}});
}

TEST_CASE(
    "Who waits for what a killed process owed waits for ever, whenever it was killed before") {
  // Killed before its signal (after no step or one) the waiter is stuck: it waits already or not
  // yet, which is the same. Killed after it: fine.
  check_litmus(std::vector<LitmusRow>{{"owed", {{S(0)}, {W(0)}, {KILL(0)}}, {3, 2, 1}}});
}

TEST_CASE("A mutex that goes to a process as it is killed is gone with it") {
  // Steps of the victim: up to its request, the request, past the gate, unlock. Killed after
  //   0 or 1: the other is alone, 1 trace each;
  //   2 (it has asked): asked first, it owns the lock and takes it along; the other is stuck,
  //   whether
  //     it asks before the kill or after. Asked second, it leaves the queue before the other
  //     unlocks or is given the lock just before the kill; either way nobody is left to want it. 4
  //     traces;
  //   3 (it is past the gate): asked first, the other is stuck; asked second it had passed. 2
  //   traces; 4: who asked first is all that matters, 2 traces.
  // Two beginnings turn out to be known: of one who slept and was roused before the kill.
  check_litmus(
      std::vector<LitmusRow>{{"owner", {{L(0), U(0)}, {L(0), U(0)}, {KILL(0)}}, {10, 3, 1, 2}}});
}

TEST_CASE("A waiter that is killed leaves the queue, and those behind it move up") {
  // Fair rw lock: a reader that comes after a queued writer waits behind it, and the writer waits
  // for the first reader, who waits for the second one's signal: stuck, in some orders. With the
  // writer gone the second reader comes in, whenever that is.
  using Act = LitmusOp::Kind;
  const LitmusProgram stuck = {{{Act::read_lock, {0}}, W(0), {Act::read_unlock, {0}}},
                               {{Act::write_lock, {0}}, {Act::write_unlock, {0}}},
                               {{Act::read_lock, {0}}, S(0), {Act::read_unlock, {0}}}};
  LitmusProgram saved = stuck;
  saved.push_back({KILL(1)});
  LitmusSubject without(stuck, 2), with(saved, 2);
  CHECK(explore_dpor(without, {}, {}).dead.size() == 1);
  // What is left is a writer that takes the lock along: with both readers yet to come, or with the
  // second one gone and the first one yet to come.
  CHECK(explore_dpor(with, {}, {}).dead.size() == 2);
  CHECK(keys(explore_dpor(with, {}, {})) == keys(explore_states(with, {}, {})));
}
