// The class of a finding keys baselines: it is the same however agents, gates and pools are
// numbered, in whatever order a wait lists what it is for, and whatever numbers instances bear.
#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "analysis/deadlock/findings.hpp"
#include "analysis/deadlock/text.hpp"
#include "tests/analysis/deadlock/graph_maker.hpp"
#include "tests/analysis/deadlock/random_graph.hpp"
#include "tests/sampling.hpp"

namespace fencelab::test {
namespace {

using core::WaitGraph;

std::vector<std::uint32_t> shuffled(std::size_t count, std::mt19937_64& random) {
  std::vector<std::uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0u);
  std::shuffle(numbers.begin(), numbers.end(), random);
  return numbers;
}

void renumber(std::uint32_t& index, const std::vector<std::uint32_t>& numbers) {
  if (index != core::kNoIndex) index = numbers[index];
}

template <typename T>
std::vector<T> moved(const std::vector<T>& from, const std::vector<std::uint32_t>& numbers) {
  std::vector<T> to(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) to[numbers[i]] = from[i];
  return to;
}

/// The same graph with everything under another number, and every list in another order.
WaitGraph renumbered(WaitGraph graph, std::mt19937_64& random) {
  const auto agents = shuffled(graph.agents.size(), random);
  const auto gates = shuffled(graph.gates.size(), random);
  const auto pools = shuffled(graph.pools.size(), random);
  for (core::Agent& agent : graph.agents) renumber(agent.gate, gates);
  for (core::Gate& gate : graph.gates) {
    renumber(gate.agent, agents);
    renumber(gate.pool, pools);
    for (core::GateIndex& input : gate.inputs) renumber(input, gates);
    std::shuffle(gate.inputs.begin(), gate.inputs.end(), random);
  }
  for (core::WaitPool& pool : graph.pools) {
    for (auto& holding : pool.holdings) {
      renumber(holding.agent, agents);
      renumber(holding.gate, gates);
    }
    std::shuffle(pool.holdings.begin(), pool.holdings.end(), random);
  }
  graph.agents = moved(graph.agents, agents);
  graph.gates = moved(graph.gates, gates);
  graph.pools = moved(graph.pools, pools);
  return graph;
}

/// "thing 7" -> "thing 23": another instance of the same class.
void rename_instance(std::string& label, std::mt19937_64& random) {
  const std::size_t digits = label.find_first_of("0123456789");
  if (digits != std::string::npos)
    label = label.substr(0, digits) + std::to_string(random() % 1000);
}

std::vector<std::string> classes_of(const WaitGraph& graph) {
  std::vector<std::string> classes;
  for (const auto& finding : analysis::find_deadlocks(graph)) classes.push_back(finding.signature);
  std::sort(classes.begin(), classes.end());
  return classes;
}

/// Two rings of two that share `hub`: which of them is the core is a matter of choice alone.
WaitGraph two_rings(bool other_way) {
  GraphMaker maker;
  const auto first = maker.agent(other_way ? "fence side" : "lock side");
  const auto hub = maker.agent("hub");
  const auto second = maker.agent(other_way ? "lock side" : "fence side");
  const auto lock_side = other_way ? second : first, fence_side = other_way ? first : second;
  const auto lock_end = maker.end_of(lock_side, "mutex m");
  const auto fence_end = maker.end_of(fence_side, "dma_fence f");
  maker.blocks(hub, maker.all_of(other_way ? std::vector{fence_end, lock_end}
                                           : std::vector{lock_end, fence_end}));
  maker.blocks(lock_side, maker.end_of(hub, "dma_fence of hub"));
  maker.blocks(fence_side, maker.end_of(hub, "value of hub"), core::WaitReason::value);
  return maker.graph;
}

}  // namespace

TEST_CASE("of two equally short cycles the same is taken whoever was declared first",
          "[deadlock]") {
  const auto classes = classes_of(two_rings(false));
  REQUIRE(classes.size() == 1);
  CHECK(classes == classes_of(two_rings(true)));
}

TEST_CASE("classes do not depend on how a wait graph is numbered", "[deadlock][oracle]") {
  std::mt19937_64 random(29);
  std::uint64_t stuck = 0;
  for (std::uint64_t i = 0; i < tests::sample(20'000); ++i) {
    const WaitGraph graph = random_graph(random);
    const auto classes = classes_of(graph);
    stuck += !classes.empty();
    const WaitGraph other = renumbered(graph, random);
    if (classes_of(other) != classes)
      FAIL("graph " << i << ":\n"
                    << render_text(analysis::find_deadlocks(graph)) << "renumbered:\n"
                    << render_text(analysis::find_deadlocks(other)));
  }
  CHECK(stuck > tests::sample(5'000));
}

TEST_CASE("classes do not depend on the numbers that instances bear", "[deadlock][oracle]") {
  std::mt19937_64 random(31);
  std::uint64_t stuck = 0;
  for (std::uint64_t i = 0; i < tests::sample(5'000); ++i) {
    WaitGraph graph = random_graph(random);
    const auto classes = classes_of(graph);
    stuck += !classes.empty();
    const std::string before = render_text(analysis::find_deadlocks(graph));
    for (core::Gate& gate : graph.gates) rename_instance(gate.label, random);
    for (core::Agent& agent : graph.agents) rename_instance(agent.name, random);
    if (classes_of(graph) != classes)
      FAIL("graph " << i << ":\n"
                    << before << "renamed:\n"
                    << render_text(analysis::find_deadlocks(graph)));
  }
  CHECK(stuck > tests::sample(1'000));
}

}  // namespace fencelab::test
