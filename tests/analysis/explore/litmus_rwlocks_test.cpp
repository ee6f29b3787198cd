// Litmus programs over reader-writer locks: whether a queued writer keeps readers out decides.
#include <catch2/catch.hpp>

#include "tests/analysis/explore/litmus_check.hpp"

using namespace fencelab;
using namespace fencelab::testing;
using namespace fencelab::testing::litmus;

namespace {

const LitmusOp kRead{K::read_lock, {0}}, kReadEnd{K::read_unlock, {0}}, kWrite{K::write_lock, {0}},
    kWriteEnd{K::write_unlock, {0}};
const std::vector<LitmusOp> kTwice = {kRead, kRead, kReadEnd, kReadEnd}, kOnce = {kRead, kReadEnd},
                            kWriter = {kWrite, kWriteEnd};

/// A program whose lock 0 lets readers pass queued writers.
LitmusCode readers_first(const char* name, const LitmusProgram& program,
                         const LitmusAnswer& answer) {
  return {name,
          [program](LitmusWorld& world) {
            world.rws[0] =
                std::make_unique<core::RwLock>(world.sim, "R0", core::ReaderRule::recursive);
            spawn_programs(world, program);
          },
          answer};
}

}  // namespace

TEST_CASE("A reader who comes in twice is stuck behind a queued writer if the lock is fair",
          "[litmus]") {
  const LitmusRow fair[] = {
      {"fair_twice", {kTwice, kWriter}, {3, 1, 1}},
      {"fair_readers", {kOnce, kOnce, kOnce}, {1}},
  };
  check_litmus(fair, {.naive = 20'000});
  const LitmusCode others[] = {
      readers_first("first_twice", {kTwice, kWriter}, {6}),
      readers_first("first_two_writers", {kOnce, kWriter, kWriter}, {30}),
      readers_first("first_two_readers", {kOnce, kOnce, kWriter}, {44}),
  };
  check_litmus(others, {.naive = 20'000});
}
