// Rule: core's own objects describe themselves so that the analysis is right about a real run.
#include <array>
#include <catch2/catch.hpp>

#include "analysis/deadlock/findings.hpp"
#include "core/fence.hpp"
#include "core/locks.hpp"
#include "core/resource.hpp"
#include "core/wait_graph_builder.hpp"

namespace fencelab::test {
namespace {

using core::Task;
using namespace std::chrono_literals;

std::vector<analysis::Finding> find(const core::Simulation& simulation) {
  return analysis::find_deadlocks(core::WaitGraphBuilder(simulation).build());
}

bool is_named(const std::vector<analysis::Finding>& findings, const std::string& name) {
  for (const auto& finding : findings) {
    for (const auto& member : finding.members)
      if (member.name == name) return true;
    for (const auto& blocked : finding.behind)
      if (blocked.name == name) return true;
  }
  return false;
}

Task<void> lock_both(core::Simulation& simulation, core::Mutex& first, core::Mutex& second) {
  co_await first.lock();
  co_await core::sleep_for(simulation, 1us);
  co_await second.lock();
  second.unlock();
  first.unlock();
}

Task<void> wait_for_fence(core::FencePtr fence) { co_await fence->wait(); }

Task<void> read_and_wait(core::RwLock& lock, core::FencePtr fence) {
  co_await lock.lock_read();
  co_await fence->wait();
  lock.unlock_read();
}

Task<void> read_later(core::Simulation& simulation, core::RwLock& lock) {
  co_await core::sleep_for(simulation, 2us);
  co_await lock.lock_read();
  lock.unlock_read();
}

/// Waits for `need` of an object and a fence.
Task<void> wait_for_two(core::Simulation& simulation, core::Waitable& object, std::uint64_t value,
                        core::FencePtr fence, std::uint32_t need) {
  co_await core::sleep_for(simulation, 1us);
  const std::array<core::WaitItem, 2> items{{{&object, value}, {fence.get(), 0}}};
  co_await core::MultiWait(simulation, items, need, {});
}

/// A fence that the simulated hardware signals.
class Hardware final : public core::FenceProducer {
 public:
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override {
    return builder.environment("engine", fence.id());
  }
  std::string describe(const core::DmaFence&) const override { return "hw:1"; }
};

core::FencePtr fence_of(core::Simulation& simulation, core::FenceProducer* producer) {
  return core::make_intrusive<core::DmaFence>(simulation, producer, 1, 1);
}

}  // namespace

TEST_CASE("mutexes taken in opposite orders are found in a run", "[deadlock]") {
  core::Simulation simulation;
  core::Mutex a(simulation, "a"), b(simulation, "b");
  simulation.spawn({.name = "one"}, lock_both(simulation, a, b));
  simulation.spawn({.name = "two"}, lock_both(simulation, b, a));
  simulation.run();
  const auto findings = find(simulation);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].cycle.size() == 2);
  CHECK(findings[0].members[0].waits[0].label == "lock b");
  CHECK(findings[0].members[0].holds[0].label == "lock a");
  CHECK(findings[0].members[0].since == core::Time{1us});
  CHECK(findings[0].signature == "deadlock: lock lock a <- lock lock b");
}

TEST_CASE("a fence without a producer is an orphan, one of the hardware is not", "[deadlock]") {
  core::Simulation simulation;
  Hardware hardware;
  simulation.spawn({.name = "stuck"}, wait_for_fence(fence_of(simulation, nullptr)));
  simulation.spawn({.name = "fine"}, wait_for_fence(fence_of(simulation, &hardware)));
  simulation.run();
  const auto findings = find(simulation);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].kind == analysis::FindingKind::orphan);
  CHECK(findings[0].members[0].name == "stuck");
}

// The writer will give up, and then the readers share the lock whatever becomes of the first.
TEST_CASE("a reader behind a writer that has a way out is live", "[deadlock]") {
  core::Simulation simulation;
  Hardware hardware;
  core::RwLock lock(simulation, "vm");
  simulation.spawn({.name = "stuck"}, read_and_wait(lock, fence_of(simulation, nullptr)));
  simulation.spawn({.name = "writer"},
                   wait_for_two(simulation, lock, 1, fence_of(simulation, &hardware), 1));
  simulation.spawn({.name = "reader"}, read_later(simulation, lock));
  simulation.run();
  const auto findings = find(simulation);
  CHECK(is_named(findings, "stuck"));
  CHECK_FALSE(is_named(findings, "writer"));
  CHECK_FALSE(is_named(findings, "reader"));
}

// The one ahead takes its units when they come, whatever else it waits for; the rest is free.
TEST_CASE("a FIFO request behind a stuck one is live if units are left", "[deadlock]") {
  core::Simulation simulation;
  core::CountedResource credits(simulation, "credits", 4);
  REQUIRE(credits.try_acquire(4));  // by hardware that will give them back
  const auto never = fence_of(simulation, nullptr);
  Hardware hardware;
  simulation.spawn({.name = "ahead"}, wait_for_two(simulation, credits, 2, never, 2));
  simulation.spawn({.name = "behind"},
                   wait_for_two(simulation, credits, 1, fence_of(simulation, &hardware), 2));
  simulation.run();
  const auto findings = find(simulation);
  CHECK(is_named(findings, "ahead"));
  CHECK_FALSE(is_named(findings, "behind"));
}

}  // namespace fencelab::test
