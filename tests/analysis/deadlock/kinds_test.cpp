// Rule: what is stuck is sorted by what would help: nothing, a timer, a producer, a mended fault.
#include <catch2/catch.hpp>
#include <set>

#include "analysis/deadlock/findings.hpp"
#include "analysis/deadlock/reduction.hpp"
#include "core/assert.hpp"
#include "tests/analysis/deadlock/graph_maker.hpp"

namespace fencelab::test {
namespace {

using analysis::find_deadlocks;
using analysis::FindingKind;
using core::GateKind;
using namespace std::chrono_literals;

void set_timer(core::Agent& agent, core::Duration at) {
  agent.has_recovery_timer = true;
  agent.recovery_at = core::Time{at};
}

}  // namespace

TEST_CASE("a fence that nobody will signal is an orphan, not a cycle", "[deadlock]") {
  GraphMaker maker;
  const auto waiter = maker.agent("waiter");
  const auto next = maker.agent("next");
  maker.blocks(waiter, maker.leaf(GateKind::nobody, "dma_fence x:1"));
  maker.wants_lock(next, "lock", waiter);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == FindingKind::orphan);
  CHECK(findings[0].cycle.empty());
  CHECK(findings[0].members[0].name == "waiter");
  CHECK(findings[0].members[0].waits[0].why == "nobody will signal it");
  CHECK(findings[0].behind[0].name == "next");
  CHECK(findings[0].signature == "orphan: fence dma_fence x:#");
}

TEST_CASE("who waits for an idle server is stuck only where nothing will happen any more",
          "[deadlock]") {
  // A server without work does whatever it is told, as long as somebody may still tell it.
  GraphMaker maker;
  const auto waiter = maker.agent("waiter");
  const auto server = maker.agent("server");
  maker.at(server).state = core::AgentState::idle;
  maker.at(server).daemon = true;
  maker.blocks(waiter, maker.all_of({maker.end_of(server)}, "restore"));
  CHECK(find_deadlocks(maker.graph).empty());
  const auto findings = analysis::find_lost_wakeups(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == FindingKind::orphan);
  REQUIRE(findings[0].members.size() == 1);
  CHECK(findings[0].members[0].name == "waiter");
}

TEST_CASE("two waiters of one producerless fence are one orphan", "[deadlock]") {
  GraphMaker maker;
  const auto a = maker.agent("a");
  const auto b = maker.agent("b");
  maker.blocks(a, maker.leaf(GateKind::nobody, "dma_fence x:1"));
  maker.blocks(b, maker.leaf(GateKind::nobody, "dma_fence x:1"));
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].members.size() == 2);
}

TEST_CASE("a threshold with too few producers and a demand beyond a pool's size are orphans",
          "[deadlock]") {
  GraphMaker maker;
  const auto runner = maker.agent("runner");
  const auto a = maker.agent("a");
  const auto b = maker.agent("b");
  maker.blocks(a, maker.k_of(2, {maker.end_of(runner)}, "value u >= 2"), core::WaitReason::value);
  const auto pool = maker.pool("slots", 1);
  maker.holds(pool, runner, 2);
  maker.blocks(b, maker.units(pool, 4), core::WaitReason::credit);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].kind == FindingKind::orphan);
  CHECK(findings[0].members[0].waits[0].why == "needs 2 producers, has 1");
  CHECK(findings[1].kind == FindingKind::orphan);
  CHECK(findings[1].members[0].waits[0].why ==
        "needs 4, free 1, others can give back 2, reclaimable 0");
}

TEST_CASE("an agent that waits for nothing at all is an orphan", "[deadlock]") {
  GraphMaker maker;
  maker.blocks(maker.agent("lost"), core::kNoIndex);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == FindingKind::orphan);
}

TEST_CASE("a producerless alternative does not make a deadlock an orphan", "[deadlock]") {
  GraphMaker maker;
  const auto a = maker.agent("a");
  const auto b = maker.agent("b");
  maker.blocks(a, maker.any_of({maker.leaf(GateKind::nobody, "dma_fence x:1"),
                                maker.end_of(b, "dma_fence b:1")}));
  maker.wants_lock(b, "lock", a);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == FindingKind::deadlock);
  REQUIRE(findings[0].members[0].waits.size() == 2);
  CHECK(findings[0].members[0].waits[0].why == "nobody will signal it");
}

TEST_CASE("waiting for a hung producer is a stall, not a deadlock", "[deadlock]") {
  GraphMaker maker;
  const auto ring = maker.agent("gfx");
  const auto client = maker.agent("client");
  maker.blocks(ring, maker.leaf(GateKind::faulty, "job 7"), core::WaitReason::engine);
  maker.blocks(client, maker.end_of(ring, "dma_fence gfx:7"));
  set_timer(maker.at(ring), 10s);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == FindingKind::stall);
  CHECK(findings[0].members[0].name == "gfx");
  CHECK(findings[0].members[0].waits[0].why == "its producer is hung by a fault");
  CHECK(findings[0].behind[0].name == "client");
  CHECK(findings[0].rescue.exists);
  CHECK(analysis::reduce(maker.graph).is_dead(client));
  CHECK_FALSE(analysis::reduce(maker.graph, {.forgive_faults = true}).any_dead());
}

TEST_CASE("a deadlock and a stall are told apart in one snapshot, the deadlock first",
          "[deadlock]") {
  GraphMaker maker;
  const auto hung = maker.agent("hung");
  const auto a = maker.agent("a");
  const auto b = maker.agent("b");
  maker.blocks(hung, maker.leaf(GateKind::faulty, "job 1"));
  maker.wants_lock(a, "lock 1", b);
  maker.wants_lock(b, "lock 2", a);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].kind == FindingKind::deadlock);
  CHECK(findings[1].kind == FindingKind::stall);
}

TEST_CASE("a recovery timer of a member masks a deadlock, one outside it does not", "[deadlock]") {
  GraphMaker maker;
  const auto a = maker.agent("a");
  const auto b = maker.agent("b");
  const auto outside = maker.agent("outside");
  maker.wants_lock(a, "lock 1", b);
  maker.wants_lock(b, "lock 2", a);
  maker.wants_lock(outside, "lock 2", a);
  set_timer(maker.at(outside), 1s);
  CHECK_FALSE(find_deadlocks(maker.graph)[0].rescue.exists);
  set_timer(maker.at(a), 3s);
  set_timer(maker.at(b), 2s);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].rescue.exists);
  CHECK(findings[0].rescue.agent == b);
  CHECK(findings[0].rescue.at == core::Time{2s});
}

TEST_CASE("a set that no timer ends is not hidden by one that shares an agent with it",
          "[deadlock]") {
  GraphMaker maker;
  const auto rescued = maker.agent("rescued");
  const auto hub = maker.agent("hub");
  const auto stuck = maker.agent("stuck");
  maker.blocks(hub, maker.all_of({maker.end_of(rescued, "f1"), maker.end_of(stuck, "f2")}));
  maker.blocks(rescued, maker.end_of(hub, "f3"));
  maker.blocks(stuck, maker.end_of(hub, "f3"));
  set_timer(maker.at(rescued), 1s);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK_FALSE(findings[0].rescue.exists);
  CHECK(findings[0].members[0].name == "hub");
  CHECK(findings[0].members[1].name == "stuck");
}

TEST_CASE("an orphan is masked only if each waiter has a timer", "[deadlock]") {
  GraphMaker maker;
  const auto a = maker.agent("a");
  const auto b = maker.agent("b");
  maker.blocks(a, maker.leaf(GateKind::nobody, "dma_fence x:1"));
  maker.blocks(b, maker.leaf(GateKind::nobody, "dma_fence x:1"));
  set_timer(maker.at(a), 1s);
  CHECK_FALSE(find_deadlocks(maker.graph)[0].rescue.exists);
  set_timer(maker.at(b), 2s);
  CHECK(find_deadlocks(maker.graph)[0].rescue.exists);
  CHECK(find_deadlocks(maker.graph).size() == 1);
}

TEST_CASE("stuck services are reported, and marked if nobody else is concerned", "[deadlock]") {
  GraphMaker maker;
  const auto engine = maker.agent("engine");
  maker.at(engine).daemon = true;
  maker.blocks(engine, maker.leaf(GateKind::nobody, "value u >= 1"), core::WaitReason::value);
  CHECK(find_deadlocks(maker.graph)[0].services_only);
  const auto client = maker.agent("client");
  maker.blocks(client, maker.end_of(engine, "dma_fence gfx:1"));
  CHECK_FALSE(find_deadlocks(maker.graph)[0].services_only);
}

TEST_CASE("an index out of range is our mistake and says so", "[deadlock]") {
  GraphMaker maker;
  maker.blocks(maker.agent("a"), 7);
  CHECK_THROWS_AS(analysis::reduce(maker.graph), core::InternalError);
}

TEST_CASE("the class of a finding forgets instances, members and order", "[deadlock]") {
  std::vector<std::string> signatures;
  for (const int size : {2, 5}) {
    GraphMaker maker;
    for (int i = 0; i < size; ++i) maker.agent("client" + std::to_string(i));
    for (int i = 0; i < size; ++i)
      maker.wants_lock(static_cast<core::AgentIndex>((3 * i) % size),
                       "dma_resv bo" + std::to_string(10 * size + i),
                       static_cast<core::AgentIndex>((3 * i + 3) % size));
    signatures.push_back(find_deadlocks(maker.graph)[0].signature);
  }
  CHECK(signatures[0] == "deadlock: lock dma_resv bo#");
  CHECK(signatures[1] == signatures[0]);
}

TEST_CASE("The class of a cycle is the same from whichever of its members it is seen") {
  // A ring of four, its members made in each rotation and both directions: the class lists what is
  // waited for, and where one begins to go round tells nothing about it.
  const std::vector<std::string> locks{"mmap_lock", "dma_resv", "notifier", "vm"};
  std::set<std::string> classes;
  for (std::size_t turn = 0; turn < locks.size(); ++turn)
    for (const bool backwards : {false, true}) {
      GraphMaker maker;
      std::vector<core::AgentIndex> agents(locks.size());
      for (std::size_t i = 0; i < locks.size(); ++i) {
        const std::size_t member = (turn + (backwards ? locks.size() - i : i)) % locks.size();
        agents[member] = maker.agent("p" + std::to_string(member));
      }
      for (std::size_t i = 0; i < locks.size(); ++i)
        maker.wants_lock(agents[i], locks[i], agents[(i + 1) % locks.size()]);
      const auto findings = find_deadlocks(maker.graph);
      REQUIRE(findings.size() == 1);
      classes.insert(findings[0].signature);
    }
  CHECK(classes.size() == 1);
}

}  // namespace fencelab::test
