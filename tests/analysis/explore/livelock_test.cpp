// Livelocks: hard ones have no way out, soft ones need bad luck for ever, unfair ones are none.
#include "analysis/explore/livelock.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/analysis/explore/litmus.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::testing;

namespace {

using core::Task;

/// Takes `first`, tries `second`, lets go and starts over if that fails.
Task<> polite(LitmusWorld& world, std::size_t first, std::size_t second) {
  for (;;) {
    world.sim.forget(1);
    co_await world.lock(first).lock();
    co_await core::point(world.sim);
    const bool both = world.lock(second).try_lock();
    co_await core::point(world.sim);
    if (both) world.lock(second).unlock();
    world.lock(first).unlock();
    if (both) co_return;
  }
}

/// Tries for ever.
Task<> stubborn(LitmusWorld& world, std::size_t lock) {
  for (;;) {
    world.sim.forget(1);
    co_await core::point(world.sim);
    const bool mine = world.lock(lock).try_lock();
    if (mine) co_return;
  }
}

Task<> take_and_leave(LitmusWorld& world, std::size_t lock) { co_await world.lock(lock).lock(); }

Task<> take_and_give(LitmusWorld& world, std::size_t lock) {
  co_await world.lock(lock).lock();
  co_await core::point(world.sim);
  world.lock(lock).unlock();
}

}  // namespace

TEST_CASE("Two that give way to each other may do so for ever, but need not") {
  CodeSubject subject([](LitmusWorld& world) {
    world.sim.spawn({"left"}, polite(world, 0, 1));
    world.sim.spawn({"right"}, polite(world, 1, 0));
  });
  const LivelockSearch search = find_livelocks(subject, {}, {});
  CHECK(search.exhausted);
  REQUIRE(search.found.size() == 1);
  CHECK_FALSE(search.found[0].hard);
  CHECK(search.found[0].actors.size() == 2);
  CHECK_FALSE(search.found[0].round.empty());
}

TEST_CASE("Who tries for what nobody gives back goes round for good") {
  CodeSubject subject([](LitmusWorld& world) {
    world.sim.spawn({"holder"}, take_and_leave(world, 0));
    world.sim.spawn({"stubborn"}, stubborn(world, 0));
  });
  const LivelockSearch search = find_livelocks(subject, {}, {});
  CHECK(search.exhausted);
  REQUIRE(search.found.size() == 1);
  CHECK(search.found[0].hard);
  CHECK(search.found[0].actors.size() == 1);
}

TEST_CASE("Going round only while another is never let on is unfair, and no livelock") {
  CodeSubject subject([](LitmusWorld& world) {
    world.sim.spawn({"holder"}, take_and_give(world, 0));
    world.sim.spawn({"stubborn"}, stubborn(world, 0));
  });
  const LivelockSearch search = find_livelocks(subject, {}, {});
  CHECK(search.exhausted);
  CHECK(search.found.empty());
}

TEST_CASE("Philosophers who put the fork back may do so for ever: SPIN's verdict, pan -DNP -l -f") {
  // phil.pml -DN=3 -DBACKOFF -DLOOP: free of deadlock, and with a fair non-progress cycle.
  CodeSubject subject([](LitmusWorld& world) {
    for (std::size_t i = 0; i < 3; ++i)
      world.sim.spawn({"p" + std::to_string(i)}, polite(world, i, (i + 1) % 3));
  });
  const LivelockSearch search = find_livelocks(subject, {}, {});
  CHECK(search.exhausted);
  CHECK(search.bound.empty());
  REQUIRE_FALSE(search.found.empty());
  for (const Livelock& livelock : search.found) CHECK_FALSE(livelock.hard);
}

TEST_CASE("A round of a livelock has everybody in it who could act all the time") {
  CodeSubject subject([](LitmusWorld& world) {
    world.sim.spawn({"left"}, polite(world, 0, 1));
    world.sim.spawn({"right"}, polite(world, 1, 0));
  });
  const LivelockSearch search = find_livelocks(subject, {}, {});
  REQUIRE(search.found.size() == 1);
  for (const std::uint32_t actor : search.found[0].actors)
    CHECK(std::any_of(search.found[0].round.begin(), search.found[0].round.end(),
                      [actor](const ScheduledStep& step) { return step.actor == actor; }));
}

TEST_CASE("A bound that is hit is named, and what may lie behind it is not ruled out") {
  CodeSubject subject([](LitmusWorld& world) {
    world.sim.spawn({"holder"}, take_and_leave(world, 0));
    world.sim.spawn({"stubborn"}, stubborn(world, 0));
  });
  ExploreLimits few;
  few.states = 2;
  const LivelockSearch search = find_livelocks(subject, {}, few);
  CHECK_FALSE(search.exhausted);
  CHECK(search.bound == "states=2");
  for (const Livelock& livelock : search.found) CHECK_FALSE(livelock.hard);
}

TEST_CASE("A service that goes round when all is done is no livelock") {
  CodeSubject subject([](LitmusWorld& world) {
    world.sim.spawn({"worker"}, take_and_give(world, 0));
    world.sim.spawn({"clock", core::ProcessRole::kernel_worker, true},
                    [](LitmusWorld& w) -> Task<> {
                      for (;;) {
                        w.sim.forget(1);
                        co_await core::point(w.sim);
                      }
                    }(world));
  });
  const LivelockSearch search = find_livelocks(subject, {}, {});
  CHECK(search.exhausted);
  CHECK(search.found.empty());
}
