// Litmus programs over counted resources: an attempt that succeeds may owe it to one of several.
#include <catch2/catch.hpp>

#include "tests/analysis/explore/litmus_check.hpp"

using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

namespace {

const LitmusOp kGive{K::release, {0}, 1}, kTry{K::try_acquire, {0}, 1}, kTake{K::acquire, {0}, 1};

/// A program that finds its pool of two units empty.
LitmusCode drained(const char* name, const LitmusProgram& program, const LitmusAnswer& answer) {
  return {name,
          [program](LitmusWorld& world) {
            (void)world.pool(0).try_acquire(2);
            spawn_programs(world, program);
          },
          answer};
}

}  // namespace

TEST_CASE("An attempt that either of two returns makes possible fails before both", "[litmus]") {
  // Who fails never signals, and waits for its own signal for ever. After either return, and after
  // both, are different traces although nobody can tell them apart: with both there, the attempt
  // owes its success to neither alone.
  const std::vector<LitmusOp> trier = {kTry, S(0), W(0)};
  const LitmusCode rows[] = {
      drained("one_return", {{kGive}, trier}, {2, 1, 1}),
      drained("two_returns", {{kGive}, {kGive}, trier}, {4, 1, 1}),
      drained("two_returns_try_first", {trier, {kGive}, {kGive}}, {4, 1, 1}),
      drained("two_returns_two_tries", {{kGive}, {kGive}, trier, trier}, {23, 1, 1, 4}),
  };
  check_litmus(rows, {.naive = 10'000});
}

TEST_CASE("Takers of units that are plenty have no order, others have the order of asking",
          "[litmus]") {
  const LitmusRow rows[] = {
      {"plenty", {{kTake, kGive, kTake, kGive}, {kTake, kGive}}, {1}},
      {"scarce", {{kTake, kGive}, {kTake, kGive}, {kTake, kGive}}, {.traces = 15, .blocked = 1}},
      {"try_scarce", {{kTry, kTry}, {kTry}}, {2}},
      // What is taken at once owes nothing to what was given back before it.
      {"try_after_take", {{kTry, kGive}, {kTake, kTry, kGive, kGive}}, {5}},
  };
  check_litmus(rows, {.naive = 20'000});
}
