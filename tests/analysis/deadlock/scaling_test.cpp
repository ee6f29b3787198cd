// Rule: reduction handles each node and edge once. Counted, not timed.
#include <catch2/catch.hpp>

#include "analysis/deadlock/findings.hpp"
#include "analysis/deadlock/reduction.hpp"
#include "tests/analysis/deadlock/graph_maker.hpp"

namespace fencelab::test {
namespace {

/// A chain of waits; the last agent runs, or waits for the first.
core::WaitGraph chain(int length, bool closed) {
  GraphMaker maker;
  for (int i = 0; i < length; ++i) maker.agent("a");
  for (int i = 0; i < length; ++i) {
    const auto next = static_cast<core::AgentIndex>((i + 1) % length);
    if (closed || i + 1 < length)
      maker.blocks(static_cast<core::AgentIndex>(i), maker.all_of({maker.end_of(next)}));
  }
  return std::move(maker.graph);
}

/// Agents that each hold a unit of a pool and want one more than the one before.
core::WaitGraph staircase(int steps) {
  GraphMaker maker;
  const auto pool = maker.pool("pool", 1);
  for (int i = 0; i < steps; ++i) {
    const auto agent = maker.agent("a");
    maker.holds(pool, agent, 1);
    maker.blocks(agent, maker.units(pool, static_cast<std::uint64_t>(i) + 1));
  }
  return std::move(maker.graph);
}

}  // namespace

TEST_CASE("reduction takes steps in proportion to the graph", "[deadlock]") {
  const auto open_chain = [](int length) { return chain(length, false); };
  for (const auto make : {+open_chain, &staircase}) {
    const auto small = analysis::reduce(make(1'000));
    const auto large = analysis::reduce(make(100'000));
    CHECK_FALSE(large.any_dead());
    CHECK(large.steps <= 101 * small.steps);
    CHECK(large.steps < 100'000u * 8);
  }
}

TEST_CASE("a deadlock of a hundred thousand is found and explained", "[deadlock]") {
  const auto findings = analysis::find_deadlocks(chain(100'000, true));
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].members.size() == 100'000);
}

}  // namespace fencelab::test
