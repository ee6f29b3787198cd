// What a blocked process says of its wait, and who the snapshot says can release it: one case for
// each primitive.
#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "core/completion.hpp"
#include "core/fence.hpp"
#include "core/fifo.hpp"
#include "core/locks.hpp"
#include "core/resource.hpp"
#include "core/timeline.hpp"
#include "core/wait_graph_builder.hpp"

using namespace fencelab::core;

namespace {

/// A thread that will signal a fence or advance a timeline.
struct Thread final : FenceProducer, ValueProducer {
  Process* process = nullptr;
  std::uint64_t highest = 0;
  GateIndex describe_release(WaitGraphBuilder& builder, const DmaFence&) const override {
    return builder.process(process);
  }
  std::string describe(const DmaFence&) const override { return "of the thread"; }
  std::uint64_t reachable(const ValueTimeline&) const override { return highest; }
  GateIndex describe_release(WaitGraphBuilder& builder, const ValueTimeline&,
                             std::uint64_t) const override {
    return builder.process(process);
  }
};

struct World {
  Simulation simulation;
  Thread thread;
  FencePtr fence = make_intrusive<DmaFence>(simulation, &thread, 1, 1);
  FencePtr other = make_intrusive<DmaFence>(simulation, nullptr, 2, 1);
  ValueTimeline timeline{simulation, "t"};
  Mutex mutex{simulation, "m"};
  RwLock rwlock{simulation, "rw"};
  WwMutex ww{simulation, "ww"};
  CountedResource pool{simulation, "pool", 4};
  Doorbell bell{simulation};
  Completion completion{simulation, "c"};
  WwContext context{7};

  WaitGraph graph() const { return WaitGraphBuilder(simulation).build(); }
};

Task<> hold(World& world) {
  co_await world.mutex.lock();
  co_await world.rwlock.lock_write();
  co_await world.ww.lock(nullptr);
  world.simulation.current()->place = 12;
  co_await sleep_for(world.simulation, 3600s);
}

Task<> wait_mutex(World& world) { co_await world.mutex.lock(); }
Task<> wait_read(World& world) { co_await world.rwlock.lock_read(); }
Task<> wait_write(World& world) { co_await world.rwlock.lock_write(WaitReason::notifier); }
Task<> wait_ww(World& world) { co_await world.ww.lock(&world.context); }
Task<> wait_fence(World& world) { co_await world.fence->wait(); }
Task<> wait_orphan(World& world) { co_await world.other->wait(WaitReason::memory); }
Task<> wait_value(World& world) { co_await world.timeline.wait(5); }
Task<> wait_units(World& world) { co_await world.pool.acquire(3, WaitReason::credit); }
Task<> wait_bell(World& world) { co_await world.bell.wait(); }
Task<> wait_bell_until(World& world) {
  co_await world.bell.wait_until(world.simulation.now() + 5us, WaitReason::engine);
}
Task<> wait_completion(World& world) { co_await world.completion.wait(WaitReason::irq); }
Task<> wait_k_of(World& world, std::uint32_t need) {
  const WaitItem items[] = {{world.fence.get()}, {world.other.get()}, {&world.timeline, 9}};
  MultiWait wait(world.simulation, items, need, {.reason = WaitReason::fence});
  co_await wait;
}
Task<> wait_or_give_up(World& world) {
  co_await world.fence->wait({.deadline = world.simulation.now() + 3us, .recovery = true});
}

const Agent& agent_named(const WaitGraph& graph, const std::string& name) {
  for (const Agent& agent : graph.agents)
    if (agent.name == name) return agent;
  FAIL("no agent " << name);
  throw 0;
}

/// Names of the agents that can open `gate`, and words for gates without one, each once.
std::map<std::string, int> providers(const WaitGraph& graph, GateIndex gate) {
  std::map<std::string, int> names;
  std::vector<GateIndex> open{gate};
  std::vector<bool> seen(graph.gates.size());
  while (!open.empty()) {
    const GateIndex index = open.back();
    open.pop_back();
    if (seen[index]) continue;
    seen[index] = true;
    const Gate& node = graph.gates[index];
    if (node.kind == GateKind::agent) ++names[graph.agents[node.agent].name];
    if (node.kind == GateKind::nobody) ++names["nobody"];
    if (node.kind == GateKind::environment) ++names["environment"];
    if (node.kind == GateKind::units)
      for (const auto& holding : graph.pools[node.pool].holdings)
        if (holding.agent != kNoIndex) ++names[graph.agents[holding.agent].name];
    open.insert(open.end(), node.inputs.begin(), node.inputs.end());
  }
  return names;
}

using Names = std::map<std::string, int>;

/// Starts the holder at 0 and `waiter` at 1 us, and looks once it waits.
WaitGraph snapshot_of(World& world, Task<> waiter) {
  world.thread.process = &world.simulation.spawn({"holder"}, hold(world));
  world.simulation.run_instant();
  world.simulation.advance_to(Time(1us));
  world.simulation.spawn({"waiter"}, std::move(waiter));
  world.simulation.run_instant();
  return world.graph();
}

void check_wait(World& world, Task<> waiter, WaitReason reason, const Names& released_by) {
  const WaitGraph graph = snapshot_of(world, std::move(waiter));
  const Agent& agent = agent_named(graph, "waiter");
  CHECK(agent.state == AgentState::blocked);
  CHECK(agent.reason == reason);
  CHECK(agent.since == Time(1us));
  REQUIRE(agent.gate != kNoIndex);
  CHECK(providers(graph, agent.gate) == released_by);
}

}  // namespace

TEST_CASE("A lock is released by its holder") {
  World a, b, c, d;
  check_wait(a, wait_mutex(a), WaitReason::lock, {{"holder", 1}});
  check_wait(b, wait_read(b), WaitReason::lock, {{"holder", 1}});
  check_wait(c, wait_write(c), WaitReason::notifier, {{"holder", 1}});
  check_wait(d, wait_ww(d), WaitReason::ww_lock, {{"holder", 1}});
}

TEST_CASE("A holder says what it holds and where it took it") {
  World world;
  const WaitGraph graph = snapshot_of(world, wait_mutex(world));
  const Agent& holder = agent_named(graph, "holder");
  CHECK(holder.state == AgentState::runnable);  // a sleep ends
  REQUIRE(holder.holds.size() == 3);
  CHECK(holder.holds[0].label == "lock m");
  CHECK(holder.holds[1].label == "rwlock rw");
  CHECK(holder.holds[2].label == "ww_mutex ww");
  CHECK(holder.place == 12);
}

TEST_CASE("A fence is released by its producer, or by nobody") {
  World a, b;
  check_wait(a, wait_fence(a), WaitReason::fence, {{"holder", 1}});
  check_wait(b, wait_orphan(b), WaitReason::memory, {{"nobody", 1}});
}

TEST_CASE("A value is released by who can still reach it") {
  World reaches, falls_short;
  reaches.thread.highest = 5;
  reaches.timeline.add_producer(reaches.thread);
  check_wait(reaches, wait_value(reaches), WaitReason::value, {{"holder", 1}});
  falls_short.thread.highest = 4;
  falls_short.timeline.add_producer(falls_short.thread);
  check_wait(falls_short, wait_value(falls_short), WaitReason::value, {{"nobody", 1}});
}

TEST_CASE("Units come back from those who use them") {
  World world;
  REQUIRE(world.pool.try_acquire(2));
  const WaitGraph graph = snapshot_of(world, wait_units(world));
  const Agent& agent = agent_named(graph, "waiter");
  const Gate& gate = graph.gates[agent.gate];
  REQUIRE(gate.kind == GateKind::units);
  CHECK(gate.amount == 3);
  CHECK(graph.pools[gate.pool].free == 2);
  std::uint64_t in_use = 0;
  for (const auto& holding : graph.pools[gate.pool].holdings)
    if (holding.agent == kNoIndex) in_use += holding.amount;
  CHECK(in_use == 2);
}

TEST_CASE("A completion is released by its provider, set or not") {
  World with, without;
  with.completion.set_provider(&with.simulation.spawn({"provider"}, hold(with)));
  check_wait(with, wait_completion(with), WaitReason::irq, {{"provider", 1}});
  check_wait(without, wait_completion(without), WaitReason::irq, {{"nobody", 1}});
}

TEST_CASE(
    "A server without work is idle, not blocked, and a planned deadline is as good as a sleep") {
  World idle, planned;
  CHECK(agent_named(snapshot_of(idle, wait_bell(idle)), "waiter").state == AgentState::idle);
  const WaitGraph graph = snapshot_of(planned, wait_bell_until(planned));
  CHECK(agent_named(graph, "waiter").state == AgentState::runnable);
}

TEST_CASE("A recovery timer does not make a wait a sleep: it is noted beside it") {
  World world;
  const WaitGraph graph = snapshot_of(world, wait_or_give_up(world));
  const Agent& agent = agent_named(graph, "waiter");
  CHECK(agent.state == AgentState::blocked);
  CHECK(agent.has_recovery_timer);
  CHECK(agent.recovery_at == Time(4us));
}

TEST_CASE("A wait for several needs as many as it says, of those not done yet") {
  for (const std::uint32_t need : {1u, 2u, 3u}) {
    World world;
    const WaitGraph graph = snapshot_of(world, wait_k_of(world, need));
    const Gate& gate = graph.gates[agent_named(graph, "waiter").gate];
    CHECK(gate.kind == GateKind::threshold);
    CHECK(gate.need == need);
    CHECK(gate.inputs.size() == 3);
  }
  World world;
  world.other->signal();
  const WaitGraph graph = snapshot_of(world, wait_k_of(world, 2));
  const Gate& gate = graph.gates[agent_named(graph, "waiter").gate];
  CHECK(gate.inputs.size() == 2);
  CHECK(gate.need == 1);
}

TEST_CASE("Of a queue for a lock each needs the holder and everybody ahead of it") {
  World world;
  world.simulation.spawn({"holder"}, hold(world));
  for (const char* name : {"first", "second", "third"})
    world.simulation.spawn({name}, wait_mutex(world));
  world.simulation.run_instant();
  const WaitGraph graph = world.graph();
  CHECK(providers(graph, agent_named(graph, "first").gate) == Names{{"holder", 1}});
  CHECK(providers(graph, agent_named(graph, "third").gate) ==
        Names{{"holder", 1}, {"first", 1}, {"second", 1}});
}

TEST_CASE("A reader waits for the writers ahead of it, not for the readers") {
  World world;
  world.simulation.spawn({"holder"}, hold(world));
  world.simulation.spawn({"reader 1"}, wait_read(world));
  world.simulation.spawn({"writer"}, wait_write(world));
  world.simulation.spawn({"reader 2"}, wait_read(world));
  world.simulation.run_instant();
  const WaitGraph graph = world.graph();
  CHECK(providers(graph, agent_named(graph, "reader 1").gate) == Names{{"holder", 1}});
  CHECK(providers(graph, agent_named(graph, "writer").gate) ==
        Names{{"holder", 1}, {"reader 1", 1}});
  CHECK(providers(graph, agent_named(graph, "reader 2").gate) ==
        Names{{"holder", 1}, {"writer", 1}});
}

TEST_CASE("A snapshot grows in proportion to its waiters, whatever they queue for") {
  const auto gates_of = [](int waiters, Task<> (*wait)(World&)) {
    World world;
    (void)world.pool.try_acquire(4);
    world.simulation.spawn({"holder"}, hold(world));
    for (int i = 0; i < waiters; ++i) world.simulation.spawn({"waiter"}, wait(world));
    world.simulation.run_instant();
    const WaitGraph graph = world.graph();
    std::size_t edges = graph.gates.size();
    for (const Gate& gate : graph.gates) edges += gate.inputs.size();
    return edges;
  };
  for (auto* wait : {wait_mutex, wait_read, wait_write, wait_fence, wait_value, wait_units}) {
    const std::size_t few = gates_of(100, wait), many = gates_of(10'000, wait);
    CHECK(many <= 110 * few);
  }
}
