// First tests of core; each names the rule it checks.
#include <catch2/catch.hpp>
#include <map>

#include "core/fence_array.hpp"
#include "core/fence_chain.hpp"
#include "core/fifo.hpp"
#include "core/locks.hpp"
#include "core/random.hpp"
#include "core/recovery.hpp"
#include "core/resource.hpp"
#include "core/simulation.hpp"
#include "core/timeline.hpp"
#include "core/wait_graph_builder.hpp"

using namespace fencelab::core;

namespace {

struct Producer final : FenceProducer {
  int armed = 0;
  bool pending = true;
  bool enable_signaling(DmaFence&) override { return ++armed, pending; }
  GateIndex describe_release(WaitGraphBuilder& builder, const DmaFence& fence) const override {
    return builder.environment("hw", fence.id());
  }
  std::string describe(const DmaFence&) const override { return "test"; }
};

struct Seen final : FenceCallback {
  int times = 0;
  void on_signaled(DmaFence&) override { ++times; }
};

FencePtr fence(Simulation& simulation, Producer& producer, std::uint64_t seqno = 1) {
  return make_intrusive<DmaFence>(simulation, &producer, 1, seqno);
}

Task<> wait_for(FencePtr fence) { co_await fence->wait(); }
Task<> sleeper(Simulation& simulation, Duration delay, std::vector<int>& log, int id) {
  co_await sleep_for(simulation, delay);
  log.push_back(id);
}
Task<> locker(Mutex& mutex, Simulation& simulation, std::vector<int>& log, int id) {
  co_await mutex.lock();
  log.push_back(id);
  co_await sleep_for(simulation, 1us);
  mutex.unlock();
}
Task<> ww_pair(WwMutex& first, WwMutex& second, Simulation& simulation, WwContext& context,
               int& backed_off) {
  for (;;) {
    const WwResult one = co_await first.lock(&context);
    REQUIRE(one == WwResult::locked);
    co_await sleep_for(simulation, 1us);
    const WwResult two = co_await second.lock(&context);
    if (two == WwResult::locked) break;
    ++backed_off;
    first.unlock();
    const WwResult slow = co_await second.lock(&context);
    REQUIRE(slow == WwResult::locked);
    second.unlock();
  }
  first.unlock();
  second.unlock();
}
Task<> if_without_locals(Simulation& simulation, bool yes) {
  if (yes) co_await sleep_for(simulation, 1us);
}
Task<> reader_of(RwLock& lock, Simulation& simulation, std::vector<int>& log, int id) {
  co_await lock.lock_read();
  log.push_back(id);
  co_await sleep_for(simulation, 10us);
  lock.unlock_read();
}
Task<> writer_of(RwLock& lock, Simulation& simulation, std::vector<int>& log, int id) {
  co_await sleep_for(simulation, 1us);
  co_await lock.lock_write();
  log.push_back(id);
  lock.unlock_write();
}
Task<> late_reader(RwLock& lock, Simulation& simulation, std::vector<int>& log, int id) {
  co_await sleep_for(simulation, 2us);
  co_await lock.lock_read();
  log.push_back(id);
  lock.unlock_read();
}

}  // namespace

TEST_CASE("Events leave in order of time, then of scheduling") {
  Simulation simulation;
  std::vector<int> log;
  simulation.spawn({"b"}, sleeper(simulation, 5us, log, 2));
  simulation.spawn({"a"}, sleeper(simulation, 3us, log, 1));
  simulation.spawn({"c"}, sleeper(simulation, 5us, log, 3));
  simulation.run();
  CHECK(log == std::vector{1, 2, 3});
  CHECK(simulation.now() == Time(5us));
}

TEST_CASE("The event queue agrees with a multimap over random operations") {
  EventQueue queue;
  std::multimap<std::pair<Time, std::uint64_t>, std::uint32_t> oracle;
  const Random random(3);
  std::uint64_t sequence = 0;
  for (std::uint64_t i = 0; i < 20000; ++i) {
    if (random.uniform({1, 1, i}, 0, 2) > 0 || oracle.empty()) {
      const Time at(Duration(random.uniform({1, 2, i}, 0, 500)));
      queue.push(at, {static_cast<std::uint32_t>(i), 0});
      oracle.emplace(std::pair{at, sequence++}, static_cast<std::uint32_t>(i));
    } else {
      REQUIRE(queue.next().slot == oracle.begin()->second);
      queue.pop();
      oracle.erase(oracle.begin());
    }
  }
}

TEST_CASE(
    "A timer that is rearmed or disarmed fires only as last set, and slots are reused safely") {
  Simulation simulation;
  int fired = 0;
  {
    Timer gone(simulation, [&] { fired += 100; });
    gone.arm(Time(1us));
  }
  Timer timer(simulation, [&] { ++fired; });
  timer.arm(Time(2us));
  timer.arm(Time(4us));
  simulation.run();
  CHECK(fired == 1);
  CHECK(simulation.now() == Time(4us));
}

TEST_CASE("F1, F5, F6, F10: signal once, no late callbacks, errors only after signalling") {
  Simulation simulation;
  Producer producer;
  const FencePtr f = fence(simulation, producer);
  Seen seen, removed, late;
  CHECK(f->add_callback(seen));
  CHECK(f->add_callback(removed));
  CHECK(f->remove_callback(removed));
  f->set_error(fence_error::kTime);
  CHECK(f->status() == 0);
  CHECK(f->signal());
  CHECK_FALSE(f->signal());
  CHECK(f->status() == fence_error::kTime);
  CHECK((seen.times == 1 && removed.times == 0));
  CHECK_FALSE(f->add_callback(late));
  CHECK_FALSE(f->remove_callback(seen));
}

TEST_CASE("F7, F8: polling does not arm, waiting does, and arming may find the fence done") {
  Simulation simulation;
  Producer producer;
  const FencePtr f = fence(simulation, producer);
  CHECK_FALSE(f->is_signaled());
  CHECK(producer.armed == 0);
  simulation.spawn({"waiter"}, wait_for(f));
  simulation.run();
  CHECK(producer.armed == 1);
  CHECK(simulation.unfinished() == 1);
  f->signal();
  simulation.run();
  CHECK(simulation.unfinished() == 0);
  Producer done;
  done.pending = false;
  const FencePtr quick = fence(simulation, done);
  simulation.spawn({"waiter"}, wait_for(quick));
  simulation.run();
  CHECK(quick->is_signaled());
  CHECK(simulation.unfinished() == 0);
}

TEST_CASE("An array passes the first member error on, a chain drops errors and keeps order") {
  Simulation simulation;
  Producer producer;
  const FencePtr a = fence(simulation, producer, 1), b = fence(simulation, producer, 2);
  const FencePtr array = make_intrusive<FenceArray>(simulation, std::vector{a, b}, 9, 1);
  const FencePtr first = FenceChain::make(simulation, nullptr, a, 1);
  const FencePtr second = FenceChain::make(simulation, first, b, 2);
  array->arm();
  second->arm();
  b->signal();
  CHECK_FALSE(array->is_signaled());
  CHECK_FALSE(second->is_signaled());
  a->set_error(-5);
  a->signal();
  CHECK(array->status() == -5);
  CHECK(second->status() == 1);
}

TEST_CASE("A chain of 100000 nodes is destroyed without recursion") {
  Simulation simulation;
  Producer producer;
  FencePtr chain;
  for (std::uint64_t i = 1; i <= 100000; ++i)
    chain = FenceChain::make(simulation, chain, fence(simulation, producer, i), i);
  CHECK(chain->references() == 1);
}

TEST_CASE("A timeline is monotonic and wakes by threshold") {
  Simulation simulation;
  ValueTimeline timeline(simulation, "u");
  std::vector<int> log;
  auto wait = [](ValueTimeline& t, std::uint64_t value, std::vector<int>& l) -> Task<> {
    co_await t.wait(value);
    l.push_back(static_cast<int>(value));
  };
  for (const std::uint64_t value : {5, 2, 9}) simulation.spawn({"w"}, wait(timeline, value, log));
  simulation.run();
  timeline.advance(5);
  timeline.advance(3);
  CHECK(timeline.value() == 5);
  simulation.run();
  CHECK(log == std::vector{2, 5});
}

TEST_CASE("A mutex hands over in FIFO order") {
  Simulation simulation;
  Mutex mutex(simulation, "m");
  std::vector<int> log;
  for (int i = 0; i < 4; ++i) simulation.spawn({"p"}, locker(mutex, simulation, log, i));
  simulation.run();
  CHECK(log == std::vector{0, 1, 2, 3});
  CHECK(mutex.owner() == nullptr);
}

TEST_CASE("A reader behind a queued writer waits") {
  Simulation simulation;
  RwLock lock(simulation, "rw");
  std::vector<int> log;
  simulation.spawn({"r"}, reader_of(lock, simulation, log, 1));
  simulation.spawn({"w"}, writer_of(lock, simulation, log, 2));
  simulation.spawn({"l"}, late_reader(lock, simulation, log, 3));
  simulation.run();
  CHECK(log == std::vector{1, 2, 3});
}

TEST_CASE("T60: of two ww transactions in opposite order the younger backs off, and both finish") {
  Simulation simulation;
  WwMutex a(simulation, "a"), b(simulation, "b");
  WwContext old{1, 0}, young{2, 0};
  int old_backed = 0, young_backed = 0;
  simulation.spawn({"old"}, ww_pair(a, b, simulation, old, old_backed));
  simulation.spawn({"young"}, ww_pair(b, a, simulation, young, young_backed));
  simulation.run();
  CHECK(simulation.unfinished() == 0);
  CHECK(old_backed == 0);
  CHECK(young_backed == 1);
}

TEST_CASE("A run that ends in deadlock tears down without leaking frames") {
  Simulation simulation;
  Mutex a(simulation, "a"), b(simulation, "b");
  auto cross = [](Mutex& first, Mutex& second, Simulation& s) -> Task<> {
    co_await first.lock();
    co_await sleep_for(s, 1us);
    co_await second.lock();
  };
  simulation.spawn({"one"}, cross(a, b, simulation));
  simulation.spawn({"two"}, cross(b, a, simulation));
  simulation.run();
  CHECK(simulation.unfinished() == 2);
  WaitGraphBuilder builder(simulation);
  const WaitGraph graph = builder.build();
  REQUIRE(graph.agents.size() == 2);
  CHECK(graph.agents[0].state == AgentState::blocked);
  CHECK(graph.agents[0].reason == WaitReason::lock);
  REQUIRE(graph.agents[0].holds.size() == 1);
  CHECK(graph.agents[0].holds[0].label == "lock a");
}

TEST_CASE("Cancelling destroys the frames of a process wherever it waits") {
  Simulation simulation;
  Producer producer;
  const FencePtr f = fence(simulation, producer);
  Process& process = simulation.spawn({"victim"}, wait_for(f));
  simulation.run();
  CHECK(f->references() == 2);
  simulation.cancel(process);
  CHECK(f->references() == 1);
  CHECK(process.state == ProcessState::done);
  f->signal();
  simulation.run();
}

TEST_CASE("A recovery timer is announced while the waiter is still blocked") {
  Simulation simulation;
  Producer producer;
  const FencePtr f = fence(simulation, producer);
  struct Watch final : ProbeSink {
    Simulation* simulation = nullptr;
    ProcessState state = ProcessState::done;
    void on_event(const ProbeEvent&) override { state = simulation->processes().front().state; }
  } watch;
  watch.simulation = &simulation;
  simulation.probe().subscribe(watch, Probe::bit(ProbeKind::recovery_expiring));
  WaitResult result = WaitResult::satisfied;
  auto impatient = [](FencePtr wanted, Simulation& s, WaitResult& out) -> Task<> {
    out = co_await wanted->wait({.deadline = s.now() + 5us, .recovery = true});
  };
  simulation.spawn({"impatient"}, impatient(f, simulation, result));
  simulation.run();
  CHECK(watch.state == ProcessState::blocked);
  CHECK(result == WaitResult::timed_out);
}

TEST_CASE("Counted resources admit in FIFO order: a big request is not overtaken") {
  Simulation simulation;
  CountedResource pool(simulation, "pool", 4);
  std::vector<int> log;
  auto take = [](CountedResource& p, Simulation& s, std::uint64_t units, std::vector<int>& l,
                 int id) -> Task<> {
    co_await p.acquire(units, WaitReason::credit);
    l.push_back(id);
    co_await sleep_for(s, 1us);
    p.release(units);
  };
  simulation.spawn({"a"}, take(pool, simulation, 3, log, 1));
  simulation.spawn({"b"}, take(pool, simulation, 4, log, 2));
  simulation.spawn({"c"}, take(pool, simulation, 1, log, 3));
  simulation.run();
  CHECK(log == std::vector{1, 2, 3});
}

TEST_CASE("Philox gives the published answers") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Draws depend on their key only, and stay in range") {
  const Random random(11);
  CHECK(random.bits({1, 2, 3}) == Random(11).bits({1, 2, 3}));
  CHECK(random.bits({1, 2, 3}) != random.bits({1, 2, 4}));
  bool low = false, high = false;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const auto value = random.uniform({1, 1, i}, -3, 3);
    REQUIRE((value >= -3 && value <= 3));
    low |= value == -3;
    high |= value == 3;
  }
  CHECK((low && high));
}

TEST_CASE("A coroutine without locals runs under every compiler we support") {
  Simulation simulation;
  simulation.spawn({"x"}, if_without_locals(simulation, true));
  simulation.run();
  CHECK(simulation.now() == Time(1us));
}
