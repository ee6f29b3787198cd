#include "analysis/deadlock/minimal_core.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

#include "analysis/deadlock/canonical_order.hpp"
#include "core/assert.hpp"

namespace fencelab::analysis {
namespace {

using core::AgentIndex;
using core::Gate;
using core::GateIndex;
using core::GateKind;
using core::kNoIndex;
using core::WaitGraph;
using NodeIndex = ProviderGraph::NodeIndex;

/// One component as a wait graph of its own: what is open outside is taken off the needs, what is
/// free or returned outside is taken off the demands.
class Component {
 public:
  Component(const WaitGraph& graph, const Reduction& reduction, const ProviderGraph& providers,
            const std::vector<NodeIndex>& nodes)
      : whole_(graph), reduction_(reduction) {
    for (const NodeIndex n : nodes) add(providers.nodes()[n]);
    inner_.agents.resize(agents_.size());
    inner_.gates.resize(gates_.size());
    inner_.pools.resize(pools_.size());
    for (GateIndex g = 0; g < gates_.size(); ++g) fill_gate(g);
    for (AgentIndex a = 0; a < agents_.size(); ++a) {
      inner_.agents[a].state = core::AgentState::blocked;
      inner_.agents[a].gate = local(gate_of_, graph.agents[agents_[a]].gate);
    }
    for (core::PoolIndex p = 0; p < pools_.size(); ++p) fill_pool(p);
  }

  const WaitGraph& inner() const { return inner_; }
  AgentIndex whole_agent(AgentIndex a) const { return agents_[a]; }
  GateIndex whole_gate(GateIndex g) const { return gates_[g]; }

 private:
  using Numbering = std::map<std::uint32_t, std::uint32_t>;

  static std::uint32_t local(const Numbering& numbering, std::uint32_t whole) {
    const auto found = numbering.find(whole);
    return found == numbering.end() ? kNoIndex : found->second;
  }

  void add(const ProviderNode& node) {
    auto& list = node.kind == NodeKind::agent  ? agents_
                 : node.kind == NodeKind::gate ? gates_
                                               : pools_;
    auto& numbering = node.kind == NodeKind::agent  ? agent_of_
                      : node.kind == NodeKind::gate ? gate_of_
                                                    : pool_of_;
    numbering.emplace(node.index, static_cast<std::uint32_t>(list.size()));
    list.push_back(node.index);
  }

  // Lists ascend by the numbers in here, which are canonical, however the whole graph has them.
  void fill_gate(GateIndex index) {
    const Gate& from = whole_.gates[gates_[index]];
    Gate& to = inner_.gates[index];
    to.kind = from.kind;
    to.need = from.need;
    to.agent = local(agent_of_, from.agent);
    to.pool = local(pool_of_, from.pool);
    if (from.kind == GateKind::units) to.amount = from.amount - reduction_.available[from.pool];
    if (from.kind != GateKind::threshold) return;
    for (const GateIndex input : from.inputs) {
      if (reduction_.open[input]) --to.need;
      const GateIndex inside = local(gate_of_, input);
      if (inside != kNoIndex) to.inputs.push_back(inside);
    }
    std::sort(to.inputs.begin(), to.inputs.end());
  }

  void fill_pool(core::PoolIndex index) {
    for (const auto& from : whole_.pools[pools_[index]].holdings) {
      const bool by_agent = from.agent != kNoIndex && !reduction_.is_dead(from.agent);
      if (by_agent || (from.gate != kNoIndex && reduction_.open[from.gate])) continue;
      core::WaitPool::Holding to{local(agent_of_, from.agent), local(gate_of_, from.gate),
                                 from.amount};
      if (to.agent == kNoIndex && to.gate == kNoIndex) continue;
      inner_.pools[index].holdings.push_back(to);
    }
    std::sort(inner_.pools[index].holdings.begin(), inner_.pools[index].holdings.end(),
              [](const auto& a, const auto& b) {
                return std::tie(a.agent, a.gate, a.amount) < std::tie(b.agent, b.gate, b.amount);
              });
  }

  const WaitGraph& whole_;
  const Reduction& reduction_;
  WaitGraph inner_;
  std::vector<std::uint32_t> agents_, gates_, pools_;
  Numbering agent_of_, gate_of_, pool_of_;
};

/// Reduction in which every agent outside `kept` (ascending) has been released.
Reduction without_the_others(const WaitGraph& inner, Reducer& reducer,
                             const std::vector<AgentIndex>& kept) {
  ReduceOptions options;
  for (AgentIndex a = 0; a < inner.agents.size(); ++a)
    if (!std::binary_search(kept.begin(), kept.end(), a)) options.assume_live.push_back(a);
  return reducer.reduce(options);
}

std::vector<AgentIndex> agents_on(const ProviderGraph& providers,
                                  const std::vector<NodeIndex>& path) {
  std::vector<AgentIndex> agents;
  for (const NodeIndex n : path)
    if (providers.nodes()[n].kind == NodeKind::agent) agents.push_back(providers.nodes()[n].index);
  std::sort(agents.begin(), agents.end());
  agents.erase(std::unique(agents.begin(), agents.end()), agents.end());
  return agents;
}

/// Agents of the shortest cycle through one of the first kMinimiseLimit agents.
std::vector<AgentIndex> shortest_cycle(const WaitGraph& inner, const ProviderGraph& providers) {
  std::vector<NodeIndex> best;
  const std::size_t sources = std::min(inner.agents.size(), kMinimiseLimit);
  for (AgentIndex a = 0; a < sources; ++a) {
    auto cycle = providers.shortest_cycle_from(providers.node_of_agent(a));
    if (best.empty() || (!cycle.empty() && cycle.size() < best.size())) best = std::move(cycle);
  }
  return agents_on(providers, best);
}

std::vector<AgentIndex> leave_out_what_can_be(const WaitGraph& inner, Reducer& reducer,
                                              std::vector<AgentIndex> kept) {
  for (std::size_t back = kept.size(); back-- > 0 && kept.size() > 1;) {
    if (back >= kept.size()) continue;
    std::vector<AgentIndex> fewer = kept;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(back));
    fewer = dead_agents(inner, without_the_others(inner, reducer, fewer));
    if (!fewer.empty()) kept = std::move(fewer);
  }
  return kept;
}

std::vector<AgentIndex> minimise(const WaitGraph& inner, Reducer& reducer,
                                 const ProviderGraph& providers) {
  std::vector<AgentIndex> kept =
      dead_agents(inner, without_the_others(inner, reducer, shortest_cycle(inner, providers)));
  if (kept.empty()) kept = dead_agents(inner, reducer.reduce());
  if (kept.size() <= kMinimiseLimit) kept = leave_out_what_can_be(inner, reducer, std::move(kept));
  return kept;
}

std::vector<CycleStep> steps_of(const Component& component, const ProviderGraph& providers,
                                const std::vector<NodeIndex>& path) {
  std::vector<CycleStep> steps;
  for (const NodeIndex n : path) {
    const ProviderNode node = providers.nodes()[n];
    if (node.kind == NodeKind::gate) {
      steps.back().gates.push_back(component.whole_gate(node.index));
    } else if (node.kind == NodeKind::agent) {
      if (!steps.empty()) steps.back().to = component.whole_agent(node.index);
      steps.push_back({component.whole_agent(node.index), {}, kNoIndex});
    }
  }
  if (!steps.empty()) steps.pop_back();
  // Which cycle it is does not depend on numbers; where a reader begins with it may.
  std::rotate(steps.begin(),
              std::min_element(steps.begin(), steps.end(),
                               [](const auto& a, const auto& b) { return a.from < b.from; }),
              steps.end());
  return steps;
}

}  // namespace

MinimalCore minimal_core(const WaitGraph& graph, const Reduction& reduction,
                         const ProviderGraph& providers,
                         const std::vector<NodeIndex>& component_nodes) {
  const Component component(graph, reduction, providers,
                            canonical_order(graph, reduction, providers, component_nodes));
  const WaitGraph& inner = component.inner();
  const std::vector<std::uint8_t> all_possible(inner.gates.size(), 0);
  Reducer reducer(inner);
  const Reduction stuck = reducer.reduce();
  const ProviderGraph inner_providers(inner, stuck, all_possible);
  const std::vector<AgentIndex> kept = minimise(inner, reducer, inner_providers);
  FENCELAB_ASSERT(!kept.empty(), "component of {} agents is not stuck", inner.agents.size());

  MinimalCore core;
  const bool is_whole = kept.size() == inner.agents.size();
  const Reduction alone = is_whole ? stuck : without_the_others(inner, reducer, kept);
  for (const AgentIndex a : kept) core.agents.push_back(component.whole_agent(a));
  std::sort(core.agents.begin(), core.agents.end());
  for (GateIndex g = 0; g < inner.gates.size(); ++g)
    if (!alone.open[g]) core.stuck_gates.push_back(component.whole_gate(g));
  std::sort(core.stuck_gates.begin(), core.stuck_gates.end());
  std::optional<ProviderGraph> fewer;
  if (!is_whole) fewer.emplace(inner, alone, all_possible);
  const ProviderGraph& providers_left = fewer ? *fewer : inner_providers;
  const auto path = providers_left.shortest_cycle_from(providers_left.node_of_agent(kept.front()));
  core.cycle = steps_of(component, providers_left, path);
  return core;
}

}  // namespace fencelab::analysis
