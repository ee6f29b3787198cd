// Litmus programs that take locks by trying, back off and try again, a bounded number of times.
#include <catch2/catch.hpp>

#include "tests/analysis/explore/litmus_check.hpp"

using namespace fencelab;
using namespace fencelab::testing;

namespace {

using World = LitmusWorld;
using core::Task;

void spawn(World& world, Task<> body) {
  world.sim.spawn({"p" + std::to_string(world.sim.unfinished())}, std::move(body));
}

enum class Then { same_order, swap };

/// Locks one, tries the other; gives both back, or the one and tries again, `rounds` times in all.
Task<> lock_and_try(World& world, std::size_t first, std::size_t second, int rounds, Then then) {
  for (int round = 0; round < rounds; ++round) {
    co_await world.lock(first).lock();
    co_await core::point(world.sim);
    const bool got = world.lock(second).try_lock();
    if (got) {
      co_await core::point(world.sim);
      world.lock(second).unlock();
    }
    co_await core::point(world.sim);
    world.lock(first).unlock();
    if (got) co_return;
    if (then == Then::swap) std::swap(first, second);
  }
}
std::function<void(World&)> back_off(std::size_t n, int rounds, Then then = Then::same_order) {
  return [=](World& world) {
    for (std::size_t i = 0; i < n; ++i)
      spawn(world, lock_and_try(world, i, (i + 1) % n, rounds, then));
  };
}

/// Gives the lock back only if it came in the order of its number.
Task<> unlock_in_turn(World& world, std::uint64_t number) {
  co_await world.lock(0).lock();
  co_await core::point(world.sim);
  const bool in_turn = world.variable(0).write()++ == number;
  if (!in_turn) co_return;
  co_await core::point(world.sim);
  world.lock(0).unlock();
}
void hard(World& world) {
  for (std::uint64_t i = 0; i < 3; ++i) spawn(world, unlock_in_turn(world, i));
}

}  // namespace

TEST_CASE("Backing off and trying again: bounded, so never dead", "[litmus]") {
  const LitmusCode rows[] = {
      {"phil_backoff2_2", back_off(2, 2), {37}},
      {"phil_backoff2_3", back_off(3, 2), {334}},
      {"livelock_try3", back_off(2, 3), {261}},
      // Six traces for each attempt, and one: there and back twice is four attempts.
      {"ww_retry_1", back_off(2, 1, Then::swap), {7}},
      {"ww_retry_2", back_off(2, 2, Then::swap), {13}},
      {"ww_retry_4", back_off(2, 4, Then::swap), {25}},
  };
  check_litmus(rows, {.naive = 3'000});
}

TEST_CASE("A lock that only one order of owners gives back", "[litmus]") {
  // All orders of the three requests; only 0, 1, 2 ends well.
  const LitmusCode rows[] = {{"mutex_hard_3", hard, {6, 5, 3}}};
  check_litmus(rows);
}
