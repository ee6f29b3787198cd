#include "analysis/deadlock/provider_graph.hpp"

#include <algorithm>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/strong_components.hpp>
#include <numeric>

namespace fencelab::analysis {
namespace {

using core::AgentIndex;
using core::Gate;
using core::GateIndex;
using core::GateKind;
using core::kNoIndex;
using NodeIndex = ProviderGraph::NodeIndex;

bool is_open(const Reduction& reduction, GateIndex gate) {
  return gate != kNoIndex && reduction.open[gate] != 0;
}

bool is_returned(const Reduction& reduction, const core::WaitPool::Holding& holding) {
  const bool by_agent = holding.agent != kNoIndex && !reduction.is_dead(holding.agent);
  return by_agent || is_open(reduction, holding.gate);
}

}  // namespace

std::vector<std::uint8_t> impossible_gates(const core::WaitGraph& graph) {
  Reducer reducer(graph);
  return impossible_gates(graph, reducer);
}

std::vector<std::uint8_t> impossible_gates(const core::WaitGraph& graph, Reducer& reducer) {
  ReduceOptions best_case{.forgive_faults = true, .use_recovery_timers = true, .assume_live = {}};
  best_case.assume_live.resize(graph.agents.size());
  std::iota(best_case.assume_live.begin(), best_case.assume_live.end(), AgentIndex{0});
  std::vector<std::uint8_t> impossible = reducer.reduce(best_case).open;
  for (std::uint8_t& flag : impossible) flag = flag == 0;
  return impossible;
}

ProviderGraph::ProviderGraph(const core::WaitGraph& graph, const Reduction& reduction,
                             const std::vector<std::uint8_t>& impossible)
    : graph_(graph),
      reduction_(reduction),
      impossible_(impossible),
      agent_nodes_(graph.agents.size(), kNoIndex),
      gate_nodes_(graph.gates.size(), kNoIndex),
      pool_nodes_(graph.pools.size(), kNoIndex),
      lost_pool_nodes_(graph.pools.size(), kNoIndex) {
  nodes_.reserve(graph.agents.size() + graph.gates.size());
  for (const AgentIndex agent : dead_agents(graph, reduction)) node(NodeKind::agent, agent);
  for (NodeIndex next = 0; next < nodes_.size(); ++next) expand(next);
}

NodeIndex ProviderGraph::node(NodeKind kind, std::uint32_t index, bool impossible) {
  auto& of_kind = kind == NodeKind::agent  ? agent_nodes_
                  : kind == NodeKind::gate ? gate_nodes_
                  : impossible             ? lost_pool_nodes_
                                           : pool_nodes_;
  if (of_kind[index] != kNoIndex) return of_kind[index];
  of_kind[index] = static_cast<NodeIndex>(boost::add_vertex(edges_));
  nodes_.push_back({kind, index});
  node_impossible_.push_back(impossible);
  return of_kind[index];
}

void ProviderGraph::expand(NodeIndex from) {
  const ProviderNode at = nodes_[from];
  if (at.kind == NodeKind::gate) return expand_gate(from, at.index);
  if (at.kind == NodeKind::pool) return expand_pool(from, at.index);
  const GateIndex gate = graph_.agents[at.index].gate;
  if (gate != kNoIndex) connect(from, node(NodeKind::gate, gate));
}

void ProviderGraph::expand_gate(NodeIndex from, GateIndex index) {
  const Gate& gate = graph_.gates[index];
  switch (gate.kind) {
    case GateKind::threshold:
      for (const GateIndex input : gate.inputs)
        if (!is_open(reduction_, input) && impossible_[input] == impossible_[index])
          connect(from, node(NodeKind::gate, input));
      return;
    case GateKind::agent:
      if (gate.agent != kNoIndex) connect(from, node(NodeKind::agent, gate.agent));
      return;
    case GateKind::units: {
      const auto& holdings = graph_.pools[gate.pool].holdings;
      const bool leaked = std::any_of(holdings.begin(), holdings.end(), [&](const auto& holding) {
        return holding.agent == kNoIndex && holding.gate != kNoIndex && impossible_[holding.gate];
      });
      if (impossible_[index] == 0 || leaked)
        connect(from, node(NodeKind::pool, gate.pool, impossible_[index] != 0));
      return;
    }
    case GateKind::environment:
    case GateKind::faulty:
    case GateKind::nobody: return;
  }
}

void ProviderGraph::expand_pool(NodeIndex from, core::PoolIndex index) {
  for (const auto& holding : graph_.pools[index].holdings) {
    if (is_returned(reduction_, holding)) continue;
    const bool lost = node_impossible_[from] != 0;
    if (holding.agent != kNoIndex && !lost) connect(from, node(NodeKind::agent, holding.agent));
    if (holding.gate != kNoIndex && (impossible_[holding.gate] != 0) == lost)
      connect(from, node(NodeKind::gate, holding.gate));
  }
}

std::vector<std::vector<NodeIndex>> ProviderGraph::bottom_components() const {
  std::vector<std::size_t> component(nodes_.size());
  const auto count = boost::strong_components(
      edges_, boost::make_iterator_property_map(component.begin(),
                                                boost::get(boost::vertex_index, edges_)));
  std::vector<std::uint8_t> has_exit(count, 0);
  for (const auto& edge : boost::make_iterator_range(boost::edges(edges_))) {
    const auto from = component[boost::source(edge, edges_)];
    if (from != component[boost::target(edge, edges_)]) has_exit[from] = 1;
  }
  std::vector<std::vector<NodeIndex>> members(count);
  for (NodeIndex n = 0; n < nodes_.size(); ++n)
    if (!has_exit[component[n]]) members[component[n]].push_back(n);
  std::erase_if(members, [](const auto& nodes) { return nodes.empty(); });
  std::sort(members.begin(), members.end());
  return members;
}

std::vector<NodeIndex> ProviderGraph::shortest_cycle_from(NodeIndex from) const {
  std::vector<NodeIndex> parent(nodes_.size(), kNoIndex);
  boost::queue<std::size_t> queue;
  std::vector<boost::default_color_type> color(nodes_.size(), boost::white_color);
  boost::breadth_first_visit(
      edges_, from, queue,
      boost::make_bfs_visitor(boost::record_predecessors(parent.data(), boost::on_tree_edge())),
      color.data());
  const auto depth_of = [&](NodeIndex n) {
    std::size_t depth = 0;
    for (; n != from; n = parent[n]) ++depth;
    return depth;
  };
  NodeIndex last = kNoIndex;
  std::size_t best = 0;
  for (const auto& edge : boost::make_iterator_range(boost::in_edges(from, edges_))) {
    const auto source = static_cast<NodeIndex>(boost::source(edge, edges_));
    if (source != from && parent[source] == kNoIndex) continue;
    const std::size_t depth = depth_of(source);
    if (last != kNoIndex && depth >= best) continue;
    last = source;
    best = depth;
  }
  if (last == kNoIndex) return {};
  std::vector<NodeIndex> cycle{from};
  for (NodeIndex n = last; n != from; n = parent[n]) cycle.push_back(n);
  cycle.push_back(from);
  std::reverse(cycle.begin(), cycle.end());
  return cycle;
}

std::vector<NodeIndex> ProviderGraph::nodes_reaching(const std::vector<NodeIndex>& targets,
                                                     bool directly) const {
  std::vector<std::uint8_t> seen(nodes_.size(), 0);
  std::vector<NodeIndex> stack, reached;
  const auto visit = [&](NodeIndex n) {
    if (seen[n]) return;
    seen[n] = 1;
    reached.push_back(n);
    if (!directly || nodes_[n].kind != NodeKind::agent) stack.push_back(n);
  };
  for (const NodeIndex target : targets) visit(target);
  while (!stack.empty()) {
    const NodeIndex at = stack.back();
    stack.pop_back();
    for (const auto& edge : boost::make_iterator_range(boost::in_edges(at, edges_)))
      visit(static_cast<NodeIndex>(boost::source(edge, edges_)));
  }
  return reached;
}

std::vector<AgentIndex> ProviderGraph::agents_reaching(const std::vector<NodeIndex>& targets,
                                                       bool directly) const {
  std::vector<AgentIndex> agents;
  for (const NodeIndex n : nodes_reaching(targets, directly))
    if (nodes_[n].kind == NodeKind::agent) agents.push_back(nodes_[n].index);
  std::sort(agents.begin(), agents.end());
  return agents;
}

std::vector<GateIndex> ProviderGraph::gates_reaching(const std::vector<NodeIndex>& targets) const {
  std::vector<GateIndex> gates;
  for (const NodeIndex n : nodes_reaching(targets, true))
    if (nodes_[n].kind == NodeKind::gate) gates.push_back(nodes_[n].index);
  std::sort(gates.begin(), gates.end());
  return gates;
}

}  // namespace fencelab::analysis
