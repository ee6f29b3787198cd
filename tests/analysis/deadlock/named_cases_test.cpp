// Who is stuck, and which of them is to blame: one small system each. The first group is what
// published detectors have missed.
#include <algorithm>
#include <catch2/catch.hpp>

#include "analysis/deadlock/findings.hpp"
#include "analysis/deadlock/reduction.hpp"
#include "tests/analysis/deadlock/graph_maker.hpp"

namespace fencelab::test {
namespace {

using analysis::find_deadlocks;
using analysis::Finding;
using analysis::FindingKind;
using core::AgentIndex;
using core::GateKind;
using core::WaitReason;
using Names = std::vector<std::string>;

Names members(const Finding& finding) {
  Names names;
  for (const auto& member : finding.members) names.push_back(member.name);
  std::sort(names.begin(), names.end());
  return names;
}

Names behind(const Finding& finding) {
  Names names;
  for (const auto& blocked : finding.behind) names.push_back(blocked.name);
  return names;
}

/// Agents n, n+1, ... each want the lock that the next one holds.
std::vector<AgentIndex> ring(GraphMaker& maker, const std::string& prefix, int size) {
  std::vector<AgentIndex> agents;
  for (int i = 0; i < size; ++i) agents.push_back(maker.agent(prefix + std::to_string(i)));
  for (std::size_t i = 0; i < agents.size(); ++i)
    maker.wants_lock(agents[i], prefix + " lock " + std::to_string(i),
                     agents[(i + 1) % agents.size()]);
  return agents;
}

}  // namespace

// ---------------------------------------------------------------- what others' detectors missed

TEST_CASE("a tail outside the cycle is dead too, and reported behind it", "[deadlock]") {
  GraphMaker maker;
  const auto tail = maker.agent("tail");
  const auto last = maker.agent("last of the tail");
  const auto cycle = ring(maker, "c", 2);
  maker.wants_lock(tail, "c lock 1", cycle[0]);
  maker.wants_lock(last, "tail lock", tail);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(members(findings[0]) == Names{"c0", "c1"});
  CHECK(behind(findings[0]) == Names{"tail", "last of the tail"});
}

TEST_CASE("a system that goes fully quiet is a deadlock of all of it", "[deadlock]") {
  GraphMaker maker;
  const auto client = maker.agent("client");
  const auto server = maker.agent("server");
  const auto idle = maker.agent("idle worker");
  maker.at(idle).state = core::AgentState::idle;
  maker.blocks(client, maker.end_of(server, "reply"), WaitReason::notifier);
  maker.blocks(server, maker.end_of(client, "acknowledgement"), WaitReason::notifier);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(members(findings[0]) == Names{"client", "server"});
  CHECK(findings[0].behind.empty());
}

TEST_CASE("cycles of three, seven and a thousand are found whole", "[deadlock]") {
  for (const int size : {3, 7, 1000}) {
    GraphMaker maker;
    ring(maker, "p", size);
    const auto findings = find_deadlocks(maker.graph);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].members.size() == static_cast<std::size_t>(size));
    CHECK(findings[0].cycle.size() == static_cast<std::size_t>(size));
    CHECK(findings[0].cycle.front().from == 0);
    CHECK(findings[0].cycle.back().to == 0);
  }
}

TEST_CASE("two independent cycles are two findings", "[deadlock]") {
  GraphMaker maker;
  ring(maker, "a", 2);
  ring(maker, "b", 3);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 2);
  CHECK(members(findings[0]) == Names{"a0", "a1"});
  CHECK(members(findings[1]) == Names{"b0", "b1", "b2"});
}

TEST_CASE("a cycle that also waits for another cycle is a finding of its own", "[deadlock]") {
  GraphMaker maker;
  const auto a = ring(maker, "a", 2);
  const auto b = ring(maker, "b", 2);
  const auto needs_both = maker.all_of({maker.graph.agents[a[0]].gate, maker.end_of(b[0])});
  maker.graph.agents[a[0]].gate = needs_both;
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 2);
  CHECK(members(findings[0]) == Names{"b0", "b1"});
  CHECK(members(findings[1]) == Names{"a0", "a1"});
}

TEST_CASE("a display that ticks for ever hides no deadlock", "[deadlock]") {
  GraphMaker maker;
  const auto display = maker.agent("display");
  maker.blocks(display, maker.leaf(GateKind::environment, "vblank"), WaitReason::vblank);
  ring(maker, "p", 2);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(members(findings[0]) == Names{"p0", "p1"});
}

TEST_CASE("a wait that any of several could release is dead only if all of them are",
          "[deadlock]") {
  GraphMaker maker;
  const auto waiter = maker.agent("waiter");
  const auto first = maker.agent("first");
  const auto second = maker.agent("second");
  maker.blocks(waiter,
               maker.any_of({maker.end_of(first, "fence 1"), maker.end_of(second, "fence 2")}));
  maker.wants_lock(first, "lock", waiter);
  CHECK(find_deadlocks(maker.graph).empty());  // a cycle with a way out
  maker.wants_lock(second, "lock", waiter);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);  // now a knot
  CHECK(members(findings[0]) == Names{"first", "second", "waiter"});
  CHECK(findings[0].members[0].name == "waiter");
  CHECK(findings[0].members[0].mode == "any of 2");
  CHECK(findings[0].members[0].waits.size() == 2);
}

// ---------------------------------------------------------------- kinds of waits

TEST_CASE("two locks taken in opposite orders deadlock", "[deadlock]") {
  GraphMaker maker;
  ring(maker, "p", 2);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == FindingKind::deadlock);
  CHECK(findings[0].members[0].waits[0].label == "p lock 0");
  CHECK(findings[0].members[0].waits[0].providers == std::vector<AgentIndex>{1});
  CHECK(findings[0].members[0].holds[0].label == "p lock 1");
  CHECK(findings[0].signature == "deadlock: lock p lock #");
}

TEST_CASE("who waits for itself is a deadlock of one", "[deadlock]") {
  GraphMaker maker;
  const auto self = maker.agent("self");
  maker.wants_lock(self, "lock", self);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(members(findings[0]) == Names{"self"});
  CHECK(findings[0].cycle.size() == 1);
}

TEST_CASE("of a two-of-three wait one dead item is harmless, two are not", "[deadlock]") {
  GraphMaker maker;
  const auto waiter = maker.agent("waiter");
  const auto a = maker.agent("a");
  const auto b = maker.agent("b");
  const auto c = maker.agent("c");
  maker.blocks(
      waiter, maker.k_of(2, {maker.end_of(a, "fa"), maker.end_of(b, "fb"), maker.end_of(c, "fc")}));
  maker.wants_lock(a, "lock", waiter);
  CHECK(find_deadlocks(maker.graph).empty());
  maker.wants_lock(b, "lock", waiter);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(members(findings[0]) == Names{"a", "b", "waiter"});
  CHECK(findings[0].members[0].mode == "2 of 3");
  CHECK(findings[0].members[0].waits.size() == 2);  // c's fence would come
}

TEST_CASE("of two cycles through one agent the shorter is the minimal set", "[deadlock]") {
  GraphMaker maker;
  const auto hub = maker.agent("hub");
  const auto far = maker.agent("far");
  const auto farther = maker.agent("farther");
  const auto near = maker.agent("near");
  maker.blocks(hub, maker.all_of({maker.end_of(far, "f1"), maker.end_of(near, "f2")}));
  maker.blocks(far, maker.end_of(farther, "f3"));
  maker.blocks(farther, maker.end_of(hub, "f4"));
  maker.blocks(near, maker.end_of(hub, "f4"));
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(members(findings[0]) == Names{"hub", "near"});
  CHECK(behind(findings[0]) == Names{"far", "farther"});
  CHECK(findings[0].members[0].mode == "all of 2");
  CHECK(findings[0].members[0].waits[0].label == "f2");
}

TEST_CASE("a pool deadlocks only when what others give back is not enough", "[deadlock]") {
  GraphMaker maker;
  const auto user = maker.agent("user");
  const auto gpu = maker.agent("gpu");
  const auto other = maker.agent("other");
  const auto vram = maker.pool("vram", 1);
  maker.guards(vram, maker.end_of(gpu, "dma_fence gfx:1"), 2);
  maker.holds(vram, other, 1);
  maker.blocks(user, maker.units(vram, 3), WaitReason::memory);
  maker.blocks(gpu, maker.end_of(user, "value fence u >= 1"), WaitReason::value);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(members(findings[0]) == Names{"gpu", "user"});
  CHECK(findings[0].cycle[0].label == "3 of vram");
  CHECK(findings[0].cycle[0].guard == "dma_fence gfx:1");
  CHECK(findings[0].members[0].waits[0].why ==
        "needs 3, free 1, others can give back 1, reclaimable 2 (2 guarded by dma_fence gfx:1)");
  maker.graph.gates[maker.graph.agents[user].gate].amount = 2;
  CHECK(find_deadlocks(maker.graph).empty());
}

TEST_CASE("who can be released gives back what it takes", "[deadlock]") {
  GraphMaker maker;
  const auto pool = maker.pool("credits", 1);
  for (int i = 0; i < 5; ++i) {
    const auto agent = maker.agent("a" + std::to_string(i));
    maker.holds(pool, agent, 1);
    maker.blocks(agent, maker.units(pool, static_cast<std::uint64_t>(i) + 1), WaitReason::credit);
  }
  CHECK(find_deadlocks(maker.graph).empty());
  maker.graph.pools[pool].free = 0;
  // The last wants five units of five and holds one of them: nobody else is to blame.
  CHECK(members(find_deadlocks(maker.graph)[0]) == Names{"a4"});
  CHECK(behind(find_deadlocks(maker.graph)[0]).size() == 4);
  for (core::Gate& gate : maker.graph.gates) gate.amount = 1;
  CHECK(find_deadlocks(maker.graph)[0].members.size() == 5);
}

TEST_CASE("a FIFO waiter is dead if somebody ahead of it is", "[deadlock]") {
  GraphMaker maker;
  const auto owner = maker.agent("owner");  // runs and will release the lock
  const auto ahead = maker.agent("ahead");
  const auto waiter = maker.agent("waiter");
  const auto lock = maker.end_of(owner);
  maker.blocks(ahead, maker.all_of({lock, maker.end_of(ahead, "own fence")}));
  maker.blocks(waiter, maker.all_of({lock, maker.end_of(ahead)}, "lock"), WaitReason::lock);
  const auto findings = find_deadlocks(maker.graph);
  REQUIRE(findings.size() == 1);
  CHECK(members(findings[0]) == Names{"ahead"});
  CHECK(behind(findings[0]) == Names{"waiter"});
}

TEST_CASE("an idle server is live, and so is who waits for it", "[deadlock]") {
  GraphMaker maker;
  const auto server = maker.agent("server");
  const auto client = maker.agent("client");
  maker.at(server).state = core::AgentState::idle;
  maker.at(server).daemon = true;
  maker.blocks(client, maker.end_of(server, "reply"));
  CHECK(find_deadlocks(maker.graph).empty());
}

TEST_CASE("what the hardware brings keeps a cycle alive", "[deadlock]") {
  GraphMaker maker;
  const auto a = maker.agent("a");
  const auto b = maker.agent("b");
  maker.wants_lock(a, "lock", b);
  maker.blocks(
      b, maker.any_of({maker.end_of(a, "fence"), maker.leaf(GateKind::environment, "vblank")}));
  CHECK(find_deadlocks(maker.graph).empty());
}

TEST_CASE("without blocked agents, or without agents, there is nothing to find", "[deadlock]") {
  GraphMaker maker;
  CHECK(find_deadlocks(maker.graph).empty());
  maker.agent("runs");
  CHECK(find_deadlocks(maker.graph).empty());
}

}  // namespace fencelab::test
