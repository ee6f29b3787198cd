// Processes: order, cancellation wherever they wait, recycling, teardown, nesting, exceptions.
#include <catch2/catch.hpp>

#include "core/completion.hpp"
#include "core/fence.hpp"
#include "core/fifo.hpp"
#include "core/locks.hpp"
#include "core/resource.hpp"
#include "core/timeline.hpp"

using namespace fencelab::core;

namespace {

/// Counts the frames that hold one.
struct Live {
  explicit Live(int& count) : count_(count) { ++count_; }
  ~Live() { --count_; }
  Live(const Live&) = delete;
  int& count_;
};

/// All that a process can wait for, each kept from ever being satisfied.
struct World {
  Simulation simulation;
  FencePtr fence = make_intrusive<DmaFence>(simulation, nullptr, 1, 1);
  ValueTimeline timeline{simulation, "t"};
  Mutex mutex{simulation, "m"};
  RwLock rwlock{simulation, "rw"};
  WwMutex ww{simulation, "ww"};
  CountedResource pool{simulation, "pool", 2};
  Doorbell bell{simulation};
  Completion completion{simulation, "c"};
};
constexpr int kWaits = 10;

Task<> wait_somewhere(World& world, int which, int& live) {
  const Live here(live);
  const WaitItem items[] = {{world.fence.get()}, {&world.timeline, 7}};
  WwContext context{99};
  switch (which) {
    case 0: co_await world.fence->wait(); break;
    case 1: co_await world.timeline.wait(5); break;
    case 2: co_await world.mutex.lock(); break;
    case 3: co_await world.rwlock.lock_read(); break;
    case 4: co_await world.rwlock.lock_write(); break;
    case 5: co_await world.ww.lock(&context); break;
    case 6: co_await world.pool.acquire(1, WaitReason::credit); break;
    case 7: co_await world.bell.wait(); break;
    case 8: co_await world.completion.wait(WaitReason::irq); break;
    default: {
      MultiWait all(world.simulation, items, 2, {});
      co_await all;
    }
  }
}

Task<> hold_everything(World& world) {
  co_await world.mutex.lock();
  co_await world.rwlock.lock_write();
  co_await world.ww.lock(nullptr);
  co_await world.pool.acquire(2, WaitReason::credit);
  co_await world.timeline.wait(1000);
}

Task<> nest(World& world, int which, int depth, int& live) {
  const Live here(live);
  if (depth == 0)
    co_await wait_somewhere(world, which, live);
  else
    co_await nest(world, which, depth - 1, live);
}

Task<std::uint64_t> sum_to(std::uint64_t n) {
  if (n == 0) co_return 0;
  const std::uint64_t rest = co_await sum_to(n - 1);
  co_return rest + n;
}

Task<> store_sum(std::uint64_t n, std::uint64_t& result) { result = co_await sum_to(n); }

Task<> throw_after(Simulation& simulation, Duration delay) {
  co_await sleep_for(simulation, delay);
  throw std::runtime_error("model is broken");
}

Task<> forward(Simulation& simulation) { co_await throw_after(simulation, 1us); }

Task<> cancel_itself(Simulation& simulation, int& steps) {
  ++steps;
  simulation.cancel(*simulation.current());
  ++steps;  // runs on until it suspends
  co_await sleep_for(simulation, 1us);
  ++steps;
}

Task<> sleep_then_count(Simulation& simulation, Duration delay, int& count) {
  co_await sleep_for(simulation, delay);
  ++count;
}

Task<> spawn_generations(Simulation& simulation, int rounds, int& count) {
  for (int i = 0; i < rounds; ++i) {
    simulation.spawn({.name = "short", .transient = true},
                     sleep_then_count(simulation, 1us, count));
    co_await sleep_for(simulation, 2us);
  }
}

std::size_t records(const Simulation& simulation) {
  std::size_t count = 0;
  for (const Process& process : simulation.processes()) count += process.id != kNoProcess;
  return count;
}

}  // namespace

TEST_CASE("Cancelling ends a process at every kind of wait, and nobody is woken for it later") {
  for (int which = 0; which < kWaits; ++which) {
    for (const int depth : {0, 3}) {
      INFO("wait " << which << " at depth " << depth);
      World world;
      world.simulation.spawn({"holder", ProcessRole::kernel_worker, true}, hold_everything(world));
      world.simulation.run();
      int live = 0;
      Process& victim = world.simulation.spawn({"victim"}, nest(world, which, depth, live));
      world.simulation.run();
      REQUIRE(live == depth + 2);
      world.simulation.cancel(victim);
      CHECK(live == 0);
      CHECK(victim.state == ProcessState::done);
      CHECK(world.simulation.unfinished() == 0);
      // Whatever is released now finds no dead waiter in its list.
      world.fence->signal();
      world.timeline.advance(1000);
      world.bell.ring();
      world.completion.complete();
      CHECK_NOTHROW(world.simulation.run());
      for (const Waitable* object :
           {static_cast<const Waitable*>(world.fence.get()),
            static_cast<const Waitable*>(&world.timeline),
            static_cast<const Waitable*>(&world.mutex), static_cast<const Waitable*>(&world.rwlock),
            static_cast<const Waitable*>(&world.ww), static_cast<const Waitable*>(&world.pool)})
        CHECK(object->first_waiter() == nullptr);
    }
  }
}

TEST_CASE("A run torn down in the middle of every kind of wait leaves no frame behind") {
  int live = 0;
  {
    World world;
    world.simulation.spawn({"holder"}, hold_everything(world));
    world.simulation.run();
    for (int which = 0; which < kWaits; ++which)
      world.simulation.spawn({"waiter"}, nest(world, which, which, live));
    world.simulation.run();
    CHECK(live > kWaits);
  }
  CHECK(live == 0);
}

TEST_CASE("A process that cancels itself ends at its next suspension") {
  Simulation simulation;
  int steps = 0;
  simulation.spawn({"x"}, cancel_itself(simulation, steps));
  simulation.run();
  CHECK(steps == 2);
  CHECK(simulation.unfinished() == 0);
}

TEST_CASE("A cancelled sleeper's wake-up finds nobody, not even the next user of its record") {
  Simulation simulation;
  int count = 0;
  Process& first = simulation.spawn({.name = "first", .transient = true},
                                    sleep_then_count(simulation, 5us, count));
  simulation.run_instant();
  simulation.cancel(first);
  simulation.run_instant(Time(1us));
  // Takes over the record of the first, whose wake-up at 5 us is still in the heap.
  Process& second = simulation.spawn({.name = "second", .transient = true},
                                     sleep_then_count(simulation, 50us, count));
  CHECK(&second == &first);
  simulation.run(Time(10us));
  CHECK(count == 0);
  simulation.run();
  CHECK(count == 1);
}

namespace {

// Goes round as often as its bell has it do so.
Task<> serve_bell(Simulation& simulation, Doorbell& bell, bool clears, int& rounds) {
  for (;;) {
    if (clears) bell.clear();
    ++rounds;
    co_await sleep_for(simulation, Duration{10});
    if (clears) bell.clear();
    co_await bell.wait();
  }
}

Task<> ring_often(Simulation& simulation, Doorbell& bell) {
  for (int i = 0; i < 3; ++i) {
    bell.ring();
    co_await sleep_for(simulation, Duration{3});
  }
  co_await sleep_for(simulation, Duration{100});
  bell.ring();
}

}  // namespace

TEST_CASE("A bell remembers being rung, until a server says that it has looked since") {
  for (const bool clears : {false, true}) {
    Simulation simulation;
    Doorbell bell(simulation);
    int rounds = 0;
    simulation.spawn({"server", ProcessRole::kernel_worker, true},
                     serve_bell(simulation, bell, clears, rounds));
    simulation.spawn({"ringer"}, ring_often(simulation, bell));
    simulation.run();
    CHECK(rounds == (clears ? 2 : 3));
  }
}

TEST_CASE("Records of transient processes are used again, the others stay to be looked at") {
  Simulation simulation;
  int count = 0;
  simulation.spawn({"parent"}, spawn_generations(simulation, 1000, count));
  simulation.run();
  CHECK(count == 1000);
  CHECK(records(simulation) <= 2);
  for (int i = 0; i < 10; ++i) simulation.spawn({"kept"}, sleep_then_count(simulation, 1us, count));
  simulation.run();
  CHECK(records(simulation) >= 11);
}

TEST_CASE("Processes are listed in the order in which they were made") {
  Simulation simulation;
  int count = 0;
  for (int i = 0; i < 200; ++i)
    simulation.spawn({.name = std::to_string(i), .transient = i % 3 == 0},
                     sleep_then_count(simulation, Duration(1 + i % 7), count));
  simulation.run();
  simulation.run_instant();
  std::uint32_t last = 0;
  std::size_t listed = 0;
  for (const Process& process : simulation.processes()) {
    CHECK(raw(process.id) > last);
    last = raw(process.id);
    ++listed;
  }
  CHECK(listed >= 133);
}

TEST_CASE("Tasks nest deeply: awaiting and returning do not grow the machine's stack") {
  // Sanitizers and -O0 keep the frames of symmetric transfers; the release build must not.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
  constexpr std::uint64_t kDepth = 100'000;
#else
  constexpr std::uint64_t kDepth = 1'000;
#endif
  Simulation simulation;
  std::uint64_t result = 0;
  simulation.spawn({"deep"}, store_sum(kDepth, result));
  simulation.run();
  CHECK(result == kDepth * (kDepth + 1) / 2);
}

TEST_CASE("An exception of a model leaves the run through run(), with its process ended") {
  Simulation simulation;
  int count = 0;
  Process& broken = simulation.spawn({"broken"}, forward(simulation));
  simulation.spawn({"other"}, sleep_then_count(simulation, 2us, count));
  CHECK_THROWS_WITH(simulation.run(), "model is broken");
  CHECK(broken.state == ProcessState::done);
  CHECK(simulation.current() == nullptr);
  simulation.run();  // the rest of the machine is as it was
  CHECK(count == 1);
}

TEST_CASE("Instants run to their end before time moves, up to the limit and not beyond") {
  Simulation simulation;
  int count = 0;
  for (const Duration delay : {3us, 1us, 1us, 2us})
    simulation.spawn({"s"}, sleep_then_count(simulation, delay, count));
  CHECK(simulation.run_instant());  // everybody starts
  CHECK(simulation.run_instant());
  CHECK((simulation.now() == Time(1us) && count == 2));
  CHECK_FALSE(simulation.run_instant(Time(1us)));
  CHECK(simulation.now() == Time(1us));
  simulation.run(Time(2us));
  CHECK(count == 3);
  CHECK(simulation.next_event_time() == Time(3us));
}

TEST_CASE("Delays to the end of time saturate instead of wrapping round") {
  Simulation simulation;
  int count = 0;
  simulation.spawn({"ages"}, sleep_then_count(simulation, Duration::max(), count));
  simulation.spawn({"soon"}, sleep_then_count(simulation, 1ns, count));
  simulation.run(Time(Duration::max() - 1ns));
  CHECK(count == 1);
  CHECK(simulation.now() == Time(1ns));
}
