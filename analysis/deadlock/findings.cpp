#include "analysis/deadlock/findings.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "analysis/deadlock/explain.hpp"
#include "analysis/deadlock/minimal_core.hpp"
#include "analysis/deadlock/provider_graph.hpp"
#include "analysis/deadlock/reduction.hpp"
#include "analysis/deadlock/signature.hpp"

namespace fencelab::analysis {
namespace {

using core::AgentIndex;
using core::GateIndex;
using core::kNoIndex;
using core::WaitGraph;
using NodeIndex = ProviderGraph::NodeIndex;

/// A bottom without agents: gates that nothing opens, and who waits for them.
struct Sink {
  std::set<std::string> keys;  ///< what is waited for; sinks with a key in common are one
  std::set<AgentIndex> members;
  std::vector<GateIndex> gates;
};

/// Two descriptions of one object are one thing to wait for, whatever gates they made.
std::string key_of(const WaitGraph& graph, GateIndex index) {
  const core::Gate& gate = graph.gates[index];
  if (gate.object == core::kNoObject && gate.label.empty()) return "gate " + std::to_string(index);
  return std::to_string(raw(gate.object)) + " " + gate.label;
}

template <typename T>
bool share_one(const std::set<T>& a, const std::set<T>& b) {
  return std::any_of(a.begin(), a.end(), [&](const T& value) { return b.count(value) > 0; });
}

/// Merges `sink` with all of `sinks` that share a thing or a member with it.
void merge_into(std::vector<Sink>& sinks, Sink sink) {
  for (auto it = sinks.begin(); it != sinks.end();) {
    if (!share_one(it->keys, sink.keys) && !share_one(it->members, sink.members)) {
      ++it;
      continue;
    }
    sink.keys.merge(it->keys);
    sink.members.merge(it->members);
    sink.gates.insert(sink.gates.end(), it->gates.begin(), it->gates.end());
    it = sinks.erase(it);
  }
  sinks.push_back(std::move(sink));
}

/// Works through the snapshot from the worst to the mildest reason for being stuck.
class Search {
 public:
  Search(const WaitGraph& graph, Reducer& reducer, Reduction base)
      : graph_(graph),
        reducer_(reducer),
        base_(std::move(base)),
        impossible_(impossible_gates(graph, reducer)),
        base_providers_(graph, base_, impossible_) {}

  std::vector<Finding> run() {
    const bool timers = std::any_of(graph_.agents.begin(), graph_.agents.end(),
                                    [](const auto& agent) { return agent.has_recovery_timer; });
    const bool faults = std::any_of(graph_.gates.begin(), graph_.gates.end(), [](const auto& gate) {
      return gate.kind == core::GateKind::faulty;
    });
    // Where nothing can be taken for granted, the first look is at what is stuck anyway.
    if (!timers && !faults) look(base_, base_providers_, orphans_);
    // What no timer ends comes first: it could hide behind a set that shares agents with it.
    if (timers) search({.forgive_faults = true, .use_recovery_timers = true, .assume_live = {}});
    search({.forgive_faults = true, .use_recovery_timers = false, .assume_live = {}});
    if (faults) search({.forgive_faults = false, .use_recovery_timers = false, .assume_live = {}});
    for (const Sink& sink : orphans_) report_sink(FindingKind::orphan, sink);
    for (const Sink& sink : stalls_) report_sink(FindingKind::stall, sink);
    finish();
    return std::move(findings_);
  }

 private:
  /// Finds causes and takes their members for released until nobody is stuck under `options`.
  void search(ReduceOptions options) {
    for (;;) {
      options.assume_live.assign(released_.begin(), released_.end());
      const Reduction reduction = reducer_.reduce(options);
      if (!reduction.any_dead()) return;
      const ProviderGraph providers(graph_, reduction, impossible_);
      look(reduction, providers, options.forgive_faults ? orphans_ : stalls_);
    }
  }

  void look(const Reduction& reduction, const ProviderGraph& providers, std::vector<Sink>& sinks) {
    for (const auto& component : providers.bottom_components()) {
      const bool has_agents = providers.nodes()[component.front()].kind == NodeKind::agent;
      // Agents are numbered first. One alone without an edge waits for nothing anybody provides.
      if (has_agents && boost::out_degree(component.front(), providers.edges()) > 0) {
        report_core(reduction, providers, component);
      } else {
        note_sink(providers, component, sinks);
      }
    }
  }

  void report_core(const Reduction& reduction, const ProviderGraph& providers,
                   const std::vector<NodeIndex>& component) {
    const MinimalCore core = minimal_core(graph_, reduction, providers, component);
    released_.insert(core.agents.begin(), core.agents.end());
    ExplainContext context{graph_, impossible_, core.stuck_gates, {}, core.agents};
    for (const CycleStep& step : core.cycle)
      context.preferred.insert(context.preferred.end(), step.gates.begin(), step.gates.end());
    std::sort(context.preferred.begin(), context.preferred.end());
    Finding finding;
    finding.kind = FindingKind::deadlock;
    std::set<AgentIndex> rest(core.agents.begin(), core.agents.end());
    for (const CycleStep& step : core.cycle) {
      finding.cycle.push_back(edge_of(step));
      finding.members.push_back(explain_member(context, step.from));
      rest.erase(step.from);
    }
    for (const AgentIndex agent : rest) finding.members.push_back(explain_member(context, agent));
    findings_.push_back(std::move(finding));
  }

  CycleEdge edge_of(const CycleStep& step) const {
    CycleEdge edge{step.from, {}, {}, step.to, step.gates};
    bool through_pool = false;
    for (const GateIndex gate : step.gates) {
      const bool units = graph_.gates[gate].kind == core::GateKind::units;
      if (edge.label.empty() && (is_item(graph_.gates[gate]) || units))
        edge.label = gate_label(graph_, gate);
      if (through_pool && edge.guard.empty()) edge.guard = gate_label(graph_, gate);
      through_pool = through_pool || units;
    }
    return edge;
  }

  void note_sink(const ProviderGraph& providers, const std::vector<NodeIndex>& component,
                 std::vector<Sink>& sinks) {
    Sink sink;
    for (const AgentIndex agent : providers.agents_reaching(component, true))
      sink.members.insert(agent);
    for (const NodeIndex n : component) {
      const ProviderNode& node = providers.nodes()[n];
      if (node.kind == NodeKind::agent) sink.keys.insert("agent " + std::to_string(node.index));
      if (node.kind != NodeKind::gate) continue;
      sink.keys.insert(key_of(graph_, node.index));
      sink.gates.push_back(node.index);
    }
    released_.insert(sink.members.begin(), sink.members.end());
    merge_into(sinks, std::move(sink));
  }

  void report_sink(FindingKind kind, const Sink& sink) {
    ExplainContext context{graph_, impossible_, closed_gates(), way_down_to(sink), {}};
    Finding finding;
    finding.kind = kind;
    for (const AgentIndex agent : sink.members)
      finding.members.push_back(explain_member(context, agent));
    findings_.push_back(std::move(finding));
  }

  std::vector<GateIndex> closed_gates() const {
    std::vector<GateIndex> closed;
    for (GateIndex g = 0; g < graph_.gates.size(); ++g)
      if (!base_.open[g]) closed.push_back(g);
    return closed;
  }

  /// Gates from which the sink is reached without passing an agent.
  std::vector<GateIndex> way_down_to(const Sink& sink) const {
    const std::set<GateIndex> targets(sink.gates.begin(), sink.gates.end());
    std::vector<NodeIndex> targets_found;
    for (NodeIndex n = 0; n < base_providers_.nodes().size(); ++n) {
      const ProviderNode& node = base_providers_.nodes()[n];
      if (node.kind == NodeKind::gate && targets.count(node.index)) targets_found.push_back(n);
    }
    return base_providers_.gates_reaching(targets_found);
  }

  void finish() {
    std::set<AgentIndex> members;
    for (const Finding& finding : findings_)
      for (const Member& member : finding.members) members.insert(member.agent);
    for (Finding& finding : findings_) {
      finding.at = graph_.at;
      add_behind(finding, members);
      add_rescue(finding);
      finding.services_only = std::all_of(finding.members.begin(), finding.members.end(),
                                          [](const Member& m) { return m.daemon; }) &&
                              std::all_of(finding.behind.begin(), finding.behind.end(),
                                          [](const BlockedBehind& b) { return b.daemon; });
      finding.signature = signature_of(finding);
    }
    std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
      const auto rank = [](const Finding& f) {
        return (f.kind == FindingKind::stall ? 2 : 0) + (f.rescue.exists ? 1 : 0);
      };
      return rank(a) < rank(b);
    });
  }

  void add_behind(Finding& finding, const std::set<AgentIndex>& members) const {
    std::vector<NodeIndex> targets;
    for (const Member& member : finding.members)
      targets.push_back(base_providers_.node_of_agent(member.agent));
    for (const AgentIndex index : base_providers_.agents_reaching(targets, false)) {
      if (members.count(index)) continue;
      const core::Agent& agent = graph_.agents[index];
      finding.behind.push_back({index, agent.name, agent.reason, wait_label(graph_, index),
                                agent.since, agent.place, agent.daemon});
    }
  }

  /// A deadlock ends when any member is released, for it is minimal; other kinds member by member.
  static void add_rescue(Finding& finding) {
    Rescue& rescue = finding.rescue;
    std::size_t timers = 0;
    for (const Member& member : finding.members) {
      if (!member.has_recovery_timer) continue;
      ++timers;
      if (rescue.agent != kNoIndex && member.recovery_at >= rescue.at) continue;
      rescue.agent = member.agent;
      rescue.at = member.recovery_at;
    }
    const bool one_will_do = finding.kind == FindingKind::deadlock;
    rescue.exists = timers > 0 && (one_will_do || timers == finding.members.size());
    if (!rescue.exists) rescue = {};
  }

  const WaitGraph& graph_;
  Reducer& reducer_;
  const Reduction base_;
  const std::vector<std::uint8_t> impossible_;
  const ProviderGraph base_providers_;
  std::set<AgentIndex> released_;
  std::vector<Sink> orphans_, stalls_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string_view to_string(FindingKind kind) {
  switch (kind) {
    case FindingKind::deadlock: return "deadlock";
    case FindingKind::orphan: return "orphan";
    case FindingKind::stall: return "stall";
  }
  return "";
}

std::vector<Finding> find_deadlocks(const WaitGraph& graph) {
  Reducer reducer(graph);
  Reduction base = reducer.reduce();
  if (!base.any_dead()) return {};
  return Search(graph, reducer, std::move(base)).run();
}

std::vector<AgentIndex> stuck_agents(const WaitGraph& graph) {
  return dead_agents(graph, reduce(graph));
}

WaitGraph at_rest(WaitGraph graph) {
  for (core::Gate& gate : graph.gates) {
    if (gate.kind != core::GateKind::agent) continue;
    const core::Agent& agent = graph.agents[gate.agent];
    if (agent.state != core::AgentState::idle) continue;
    gate.kind = core::GateKind::nobody;
    gate.label = (gate.label.empty() ? "work" : gate.label) + " by " + agent.name +
                 ", which is idle and not told";
  }
  return graph;
}

std::vector<Finding> find_lost_wakeups(WaitGraph graph) {
  return find_deadlocks(at_rest(std::move(graph)));
}

}  // namespace fencelab::analysis
