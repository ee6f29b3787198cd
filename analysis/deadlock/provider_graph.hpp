// The part of a wait graph that a reduction left stuck, as a Boost graph: agent -> its gate -> the
// gates, pools and agents that could still open it. Its bottom components are what is to blame.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstdint>
#include <vector>

#include "analysis/deadlock/reduction.hpp"
#include "core/wait_graph.hpp"

namespace fencelab::analysis {

/// Where a node of the provider graph comes from.
enum class NodeKind : std::uint8_t { agent, gate, pool };

/// A node of the provider graph.
struct ProviderNode {
  NodeKind kind = NodeKind::agent;
  std::uint32_t index = 0;  ///< into agents, gates or pools of the wait graph
};

/// Stuck agents and all that they transitively wait for.
///
/// A gate that no behaviour of anybody could open (an *impossible* gate: nobody signals it) points
/// only to what makes it impossible; a possible gate never points to an impossible alternative, so
/// that an any-of wait with one producerless fence is not taken for an orphan.
class ProviderGraph {
 public:
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;
  using NodeIndex = std::uint32_t;

  /// `impossible` has one flag per gate (see impossible_gates()).
  ProviderGraph(const core::WaitGraph& graph, const Reduction& reduction,
                const std::vector<std::uint8_t>& impossible);

  const Graph& edges() const { return edges_; }
  const std::vector<ProviderNode>& nodes() const { return nodes_; }
  NodeIndex node_of_agent(core::AgentIndex agent) const { return agent_nodes_[agent]; }

  /// Strongly connected components with no edge out of them, each with its nodes ascending,
  /// ordered by their first node.
  std::vector<std::vector<NodeIndex>> bottom_components() const;

  /// Nodes from `from` back to `from` along a shortest cycle (first and last are equal), or empty.
  std::vector<NodeIndex> shortest_cycle_from(NodeIndex from) const;

  /// All agents from which one of `targets` can be reached, ascending. With `directly`, only those
  /// that reach it without passing through another agent.
  std::vector<core::AgentIndex> agents_reaching(const std::vector<NodeIndex>& targets,
                                                bool directly) const;

  /// All gates from which one of `targets` can be reached without passing an agent, ascending.
  std::vector<core::GateIndex> gates_reaching(const std::vector<NodeIndex>& targets) const;

 private:
  std::vector<NodeIndex> nodes_reaching(const std::vector<NodeIndex>& targets, bool directly) const;
  NodeIndex node(NodeKind kind, std::uint32_t index, bool impossible = false);
  void connect(NodeIndex from, NodeIndex to) { boost::add_edge(from, to, edges_); }
  void expand(NodeIndex from);
  void expand_gate(NodeIndex from, core::GateIndex index);
  void expand_pool(NodeIndex from, core::PoolIndex index);

  const core::WaitGraph& graph_;
  const Reduction& reduction_;
  const std::vector<std::uint8_t>& impossible_;
  Graph edges_;
  std::vector<ProviderNode> nodes_;
  std::vector<std::uint8_t> node_impossible_;
  std::vector<NodeIndex> agent_nodes_, gate_nodes_, pool_nodes_, lost_pool_nodes_;
};

/// Per gate: it stays closed even if every agent were released and every fault forgiven.
std::vector<std::uint8_t> impossible_gates(const core::WaitGraph& graph);
std::vector<std::uint8_t> impossible_gates(const core::WaitGraph& graph, Reducer& reducer);

}  // namespace fencelab::analysis
