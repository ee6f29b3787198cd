// Bytes of a memory pool: who took from others what was not there makes room for all, and those who
// come after have no order among themselves; where the room does not do for all, they have.
#include <catch2/catch.hpp>
#include <memory>

#include "models/memory/pool.hpp"
#include "tests/analysis/explore/litmus_check.hpp"

using namespace fencelab;
using namespace fencelab::testing;

namespace {

using PoolPtr = std::shared_ptr<models::MemoryPool>;

/// Takes one byte; if there is none, all are taken from whoever has them first.
core::Task<> take_one(LitmusWorld& world, PoolPtr pool) {
  co_await core::point(world.sim);
  if (!pool->fits(1)) pool->give_back(pool->used);
  pool->book(1);
}

/// Three that take, from a pool that is full.
LitmusCode takers(const char* name, std::uint64_t bytes, const LitmusAnswer& answer) {
  return {name,
          [bytes](LitmusWorld& world) {
            const auto pool = std::make_shared<models::MemoryPool>(world.sim, "vram", bytes);
            pool->book(bytes);
            for (int i = 0; i < 3; ++i) world.sim.spawn({"taker"}, take_one(world, pool));
          },
          answer};
}

}  // namespace

TEST_CASE("Behind a step that made room for all takers have no order", "[litmus]") {
  const LitmusCode rows[] = {
      takers("room_for_all", 3, {3}),  // only who came first
      takers("room_for_two", 2, {6}),  // the third finds nothing again
      takers("room_for_one", 1, {6}),
  };
  check_litmus(rows, {.naive = 10'000});
}
