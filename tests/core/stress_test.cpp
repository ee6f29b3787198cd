// Random programs over all primitives. They are free of deadlock by construction (locks in order,
// values awaited only of processes with a smaller number, nothing held meanwhile), so everybody
// must finish: a lost wake-up would leave somebody behind.
#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "core/fence.hpp"
#include "core/locks.hpp"
#include "core/resource.hpp"
#include "core/timeline.hpp"

using namespace fencelab::core;

namespace {

constexpr int kLocks = 3;
constexpr int kSteps = 25;
constexpr std::uint64_t kUnits = 5;

struct World {
  explicit World(std::uint64_t seed) : simulation({.seed = seed}) {
    for (int i = 0; i < kLocks; ++i) {
      mutexes.push_back(std::make_unique<Mutex>(simulation, "m"));
      ww.push_back(std::make_unique<WwMutex>(simulation, "w"));
    }
  }
  Simulation simulation;
  std::vector<std::unique_ptr<Mutex>> mutexes;
  std::vector<std::unique_ptr<WwMutex>> ww;
  RwLock rwlock{simulation, "rw"};
  CountedResource pool{simulation, "pool", kUnits};
  std::vector<std::unique_ptr<ValueTimeline>> progress;
  int inside[kLocks] = {}, ww_inside[kLocks] = {};
  int readers = 0, writers = 0;
  std::uint64_t units = 0;
  std::uint64_t tickets = 0;
  int back_offs = 0;
};

struct Dice {
  const Random& random;
  std::uint64_t process;
  std::uint64_t step = 0;
  std::uint32_t draws = 0;
  std::uint64_t below(std::uint64_t n) { return random.bits({process, 0, step}, draws++) % n; }
};

Task<> nap(World& world, Dice& dice) {
  co_await sleep_for(world.simulation, Duration(static_cast<std::int64_t>(dice.below(4))));
}

Task<> two_mutexes(World& world, Dice& dice) {
  const auto low = dice.below(kLocks), high = low + dice.below(kLocks - low);
  co_await world.mutexes[low]->lock();
  REQUIRE(++world.inside[low] == 1);
  co_await nap(world, dice);
  if (high != low) {
    co_await world.mutexes[high]->lock();
    REQUIRE(++world.inside[high] == 1);
    co_await nap(world, dice);
    --world.inside[high];
    world.mutexes[high]->unlock();
  }
  --world.inside[low];
  world.mutexes[low]->unlock();
}

// In any order: back-off must get everybody through.
Task<> all_ww(World& world, Dice& dice) {
  WwContext context{++world.tickets};
  const auto first = dice.below(kLocks);
  std::size_t contended = kLocks;
  std::vector<std::size_t> got;
  while (got.size() < kLocks) {
    std::size_t next = contended;
    for (std::size_t i = 0; i < kLocks && next == kLocks; ++i) {
      const std::size_t candidate = (first + i) % kLocks;
      if (std::find(got.begin(), got.end(), candidate) == got.end()) next = candidate;
    }
    contended = kLocks;
    const WwResult result = co_await world.ww[next]->lock(&context);
    REQUIRE(result != WwResult::already_held);
    if (result == WwResult::locked) {
      REQUIRE(++world.ww_inside[next] == 1);
      got.push_back(next);
      co_await nap(world, dice);
      continue;
    }
    ++world.back_offs;
    for (const std::size_t held : got) {
      --world.ww_inside[held];
      world.ww[held]->unlock();
    }
    got.clear();
    contended = next;
  }
  for (const std::size_t held : got) {
    --world.ww_inside[held];
    world.ww[held]->unlock();
  }
}

Task<> read_or_write(World& world, Dice& dice) {
  if (dice.below(3) == 0) {
    co_await world.rwlock.lock_write();
    ++world.writers;
    REQUIRE((world.writers == 1 && world.readers == 0));
    co_await nap(world, dice);
    --world.writers;
    world.rwlock.unlock_write();
  } else {
    co_await world.rwlock.lock_read();
    ++world.readers;
    REQUIRE(world.writers == 0);
    co_await nap(world, dice);
    --world.readers;
    world.rwlock.unlock_read();
  }
}

Task<> use_units(World& world, Dice& dice) {
  const std::uint64_t units = 1 + dice.below(kUnits);
  co_await world.pool.acquire(units, WaitReason::credit);
  world.units += units;
  REQUIRE(world.units <= kUnits);
  REQUIRE(world.units + world.pool.free() <= kUnits);
  co_await nap(world, dice);
  world.units -= units;
  world.pool.release(units);
}

// Either of two values will do; or a planned deadline.
Task<> wait_for_values(World& world, Dice& dice, std::uint64_t self) {
  if (self == 0) co_return;
  ValueTimeline& one = *world.progress[dice.below(self)];
  ValueTimeline& two = *world.progress[dice.below(self)];
  const WaitItem items[] = {{&one, 1 + dice.below(kSteps)}, {&two, 1 + dice.below(kSteps)}};
  const Time deadline = dice.below(2) ? kNever : world.simulation.now() + 3ns;
  MultiWait wait(world.simulation, items, 1 + static_cast<std::uint32_t>(dice.below(2)),
                 {.reason = WaitReason::value, .deadline = deadline});
  const WaitResult result = co_await wait;
  REQUIRE((result == WaitResult::satisfied || world.simulation.now() >= deadline));
}

Task<> act(World& world, std::uint64_t self) {
  Dice dice{world.simulation.random(), self};
  for (dice.step = 1; dice.step <= kSteps; ++dice.step) {
    dice.draws = 0;
    const auto what = dice.below(6);
    if (what == 0) co_await two_mutexes(world, dice);
    if (what == 1) co_await all_ww(world, dice);
    if (what == 2) co_await read_or_write(world, dice);
    if (what == 3) co_await use_units(world, dice);
    if (what == 4) co_await wait_for_values(world, dice, self);
    if (what == 5) co_await nap(world, dice);
    world.progress[self]->advance(dice.step);
  }
}

/// Order-sensitive hash of all events.
struct Hash final : ProbeSink {
  std::uint64_t value = 14695981039346656037u;
  void mix(std::uint64_t word) { value = (value ^ word) * 1099511628211u; }
  void on_event(const ProbeEvent& event) override {
    mix(static_cast<std::uint64_t>(event.kind));
    mix(raw(event.process));
    mix(static_cast<std::uint64_t>(nanoseconds_of(event.at)));
    mix(raw(event.object));
    mix(event.a);
    mix(event.b);
  }
};

std::uint64_t run(std::uint64_t seed, int& back_offs) {
  World world(seed);
  Hash hash;
  world.simulation.probe().subscribe(hash, Probe::kAll);
  const std::uint64_t processes = 2 + seed % 9;
  for (std::uint64_t i = 0; i < processes; ++i)
    world.progress.push_back(std::make_unique<ValueTimeline>(world.simulation, "p"));
  for (std::uint64_t i = 0; i < processes; ++i) world.simulation.spawn({"p"}, act(world, i));
  world.simulation.run();
  INFO("seed " << seed);
  REQUIRE(world.simulation.unfinished() == 0);
  REQUIRE(world.pool.free() == kUnits);
  for (const Process& process : world.simulation.processes()) REQUIRE(process.held.empty());
  back_offs += world.back_offs;
  return hash.value;
}

}  // namespace

TEST_CASE("Random programs over all primitives finish, exclude each other, and repeat exactly") {
  int back_offs = 0, ignored = 0;
  std::uint64_t last = 0;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const std::uint64_t hash = run(seed, back_offs);
    REQUIRE(run(seed, ignored) == hash);
    REQUIRE(hash != last);
    last = hash;
  }
  CHECK(back_offs > 1000);  // or the ww locks were never contended
}
