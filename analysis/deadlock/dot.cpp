#include "analysis/deadlock/dot.hpp"

#include <fmt/format.h>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphviz.hpp>
#include <map>
#include <set>
#include <sstream>

#include "analysis/deadlock/explain.hpp"
#include "analysis/deadlock/provider_graph.hpp"
#include "analysis/deadlock/reduction.hpp"

namespace fencelab::analysis {
namespace {

using core::AgentIndex;
using core::Gate;
using core::GateIndex;
using core::GateKind;
using core::kNoIndex;

constexpr const char* kStuckColor = "#c62828";

struct Box {
  std::string label;
  std::string style;
};

struct Arrow {
  bool on_cycle = false;
};

using Drawing = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Box, Arrow>;
using NodeKey = std::pair<NodeKind, std::uint32_t>;

std::string gate_words(const core::WaitGraph& graph, const Gate& gate, GateIndex index) {
  if (gate.kind != GateKind::threshold) return gate_label(graph, index);
  std::string words = gate.label;
  if (gate.inputs.size() < 2) return words;
  if (!words.empty()) words += '\n';
  if (gate.need == gate.inputs.size()) return words + fmt::format("all of {}", gate.need);
  if (gate.need == 1) return words + fmt::format("any of {}", gate.inputs.size());
  return words + fmt::format("{} of {}", gate.need, gate.inputs.size());
}

/// Turns the nodes and edges of a provider graph into boxes and arrows.
class Painter {
 public:
  Painter(const core::WaitGraph& graph, const std::vector<Finding>& findings,
          const DotOptions& options)
      : graph_(graph), reduction_(reduce(graph)) {
    note_cycles(findings);
    choose_agents(findings, options.agents_max);
    for (std::size_t next = 0; next < keys_.size(); ++next) expand(keys_[next]);
  }

  const Drawing& drawing() const { return drawing_; }
  std::size_t left_out() const { return left_out_; }

 private:
  void choose_agents(const std::vector<Finding>& findings, std::size_t limit) {
    std::set<AgentIndex> left_out;
    const auto choose = [&](AgentIndex agent) {
      if (chosen_.size() < limit)
        chosen_.insert(agent);
      else if (chosen_.count(agent) == 0)
        left_out.insert(agent);
    };
    for (const Finding& finding : findings)
      for (const Member& member : finding.members) {
        members_.insert(member.agent);
        choose(member.agent);
      }
    for (const Finding& finding : findings)
      for (const BlockedBehind& blocked : finding.behind) choose(blocked.agent);
    left_out_ = left_out.size();
    for (const AgentIndex agent : chosen_) box({NodeKind::agent, agent});
  }

  void note_cycles(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings)
      for (const CycleEdge& edge : finding.cycle) {
        NodeKey at{NodeKind::agent, edge.from};
        const auto go = [&](NodeKey next) {
          if (next == at) return;
          on_cycle_.insert({at, next});
          at = next;
        };
        for (const GateIndex gate : edge.gates) {
          go(seen_through(gate));
          if (graph_.gates[gate].kind == GateKind::units)
            go({NodeKind::pool, graph_.gates[gate].pool});
        }
        go({NodeKind::agent, edge.to});
      }
  }

  /// Gates that say nothing of their own are not drawn.
  NodeKey seen_through(GateIndex index) const {
    for (std::size_t steps = 0; steps < graph_.gates.size(); ++steps) {
      const Gate& gate = graph_.gates[index];
      if (!gate.label.empty()) break;
      if (gate.kind == GateKind::agent && gate.agent != kNoIndex)
        return {NodeKind::agent, gate.agent};
      if (gate.kind != GateKind::threshold || gate.inputs.size() != 1 || gate.need != 1) break;
      index = gate.inputs.front();
    }
    return {NodeKind::gate, index};
  }

  std::size_t box(NodeKey key) {
    const auto found = boxes_.find(key);
    if (found != boxes_.end()) return found->second;
    keys_.push_back(key);
    return boxes_[key] = boost::add_vertex(paint(key), drawing_);
  }

  Box paint(NodeKey key) const {
    const auto [kind, index] = key;
    if (kind == NodeKind::agent) {
      const core::Agent& agent = graph_.agents[index];
      const std::string words = agent.operation.empty() ? "" : "\n" + agent.operation;
      if (!members_.count(index))
        return {agent.name + words, "shape=box, color=gray50, fontcolor=gray30"};
      return {agent.name + words, fmt::format("shape=box, style=filled, fillcolor=\"#ffebee\", "
                                              "color=\"{}\", penwidth=2",
                                              kStuckColor)};
    }
    if (kind == NodeKind::pool) {
      const core::WaitPool& pool = graph_.pools[index];
      return {fmt::format("{}\nfree {}", pool.name, pool.free), "shape=box3d"};
    }
    const Gate& gate = graph_.gates[index];
    const bool end = gate.kind == GateKind::nobody || gate.kind == GateKind::faulty;
    return {gate_words(graph_, gate, index),
            end ? fmt::format("shape=octagon, color=\"{}\"", kStuckColor)
                : std::string("shape=plaintext, fontsize=10")};
  }

  void arrow(NodeKey from, NodeKey to) {
    if (to.first == NodeKind::agent && chosen_.count(to.second) == 0) return;
    const auto source = boxes_.at(from);
    boost::add_edge(source, box(to), Arrow{on_cycle_.count({from, to}) > 0}, drawing_);
  }

  void arrow_to_gate(NodeKey from, GateIndex gate) {
    if (gate != kNoIndex && !reduction_.open[gate]) arrow(from, seen_through(gate));
  }

  void expand(NodeKey key) {
    if (key.first == NodeKind::agent) return arrow_to_gate(key, graph_.agents[key.second].gate);
    if (key.first == NodeKind::pool) {
      for (const auto& holding : graph_.pools[key.second].holdings) {
        const bool stuck = holding.agent != kNoIndex && reduction_.is_dead(holding.agent);
        if (stuck) arrow(key, {NodeKind::agent, holding.agent});
        arrow_to_gate(key, holding.gate);
      }
      return;
    }
    const Gate& gate = graph_.gates[key.second];
    if (gate.kind == GateKind::units) arrow(key, {NodeKind::pool, gate.pool});
    if (gate.kind == GateKind::agent && gate.agent != kNoIndex)
      arrow(key, {NodeKind::agent, gate.agent});
    if (gate.kind == GateKind::threshold)
      for (const GateIndex input : gate.inputs) arrow_to_gate(key, input);
  }

  const core::WaitGraph& graph_;
  const Reduction reduction_;
  Drawing drawing_;
  std::set<AgentIndex> members_, chosen_;
  std::set<std::pair<NodeKey, NodeKey>> on_cycle_;
  std::map<NodeKey, std::size_t> boxes_;
  std::vector<NodeKey> keys_;
  std::size_t left_out_ = 0;
};

}  // namespace

std::string quote_dot(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string render_dot(const core::WaitGraph& graph, const std::vector<Finding>& findings,
                       const DotOptions& options) {
  const Painter painter(graph, findings, options);
  const Drawing& drawing = painter.drawing();
  const auto write_box = [&](std::ostream& out, std::size_t n) {
    out << fmt::format(" [label={}, {}]", quote_dot(drawing[n].label), drawing[n].style);
  };
  const auto write_arrow = [&](std::ostream& out, const Drawing::edge_descriptor& edge) {
    if (drawing[edge].on_cycle) out << fmt::format(" [color=\"{}\", penwidth=2]", kStuckColor);
  };
  const auto write_graph = [&](std::ostream& out) {
    out << "rankdir=LR;\nnode [fontname=\"sans-serif\"];\n";
    if (painter.left_out() > 0)
      out << fmt::format("label=\"{} more are stuck\";\n", painter.left_out());
  };
  std::ostringstream out;
  boost::write_graphviz(out, drawing, write_box, write_arrow, write_graph);
  return out.str();
}

}  // namespace fencelab::analysis
