#include "analysis/deadlock/explain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "analysis/deadlock/signature.hpp"

namespace fencelab::analysis {
namespace {

using core::AgentIndex;
using core::Gate;
using core::GateIndex;
using core::GateKind;
using core::kNoIndex;
using core::WaitGraph;

constexpr std::size_t kHoldingsShown = 3;
constexpr const char* kHungProducer = "its producer is hung by a fault";

template <typename T>
bool contains(const std::vector<T>& ascending, T value) {
  return std::binary_search(ascending.begin(), ascending.end(), value);
}

bool does_not_come(const ExplainContext& context, GateIndex gate) {
  return contains(context.stuck_gates, gate) || context.impossible[gate] != 0;
}

/// The gates and members that could open `gate` next, as far as they are stuck too.
void push_stuck_providers(const ExplainContext& context, GateIndex index,
                          std::vector<GateIndex>& gates, std::set<AgentIndex>& agents) {
  const Gate& gate = context.graph.gates[index];
  const auto add_agent = [&](AgentIndex agent) {
    if (agent != kNoIndex && contains(context.members, agent)) agents.insert(agent);
  };
  const auto add_gate = [&](GateIndex next) {
    if (next != kNoIndex && contains(context.stuck_gates, next)) gates.push_back(next);
  };
  if (gate.kind == GateKind::agent) add_agent(gate.agent);
  if (gate.kind == GateKind::threshold)
    for (const GateIndex input : gate.inputs) add_gate(input);
  if (gate.kind != GateKind::units) return;
  for (const auto& holding : context.graph.pools[gate.pool].holdings) {
    add_agent(holding.agent);
    add_gate(holding.gate);
  }
}

std::vector<AgentIndex> providers_of(const ExplainContext& context, GateIndex item) {
  std::vector<GateIndex> stack{item};
  std::set<GateIndex> seen;
  std::set<AgentIndex> agents;
  while (!stack.empty()) {
    const GateIndex at = stack.back();
    stack.pop_back();
    if (seen.insert(at).second) push_stuck_providers(context, at, stack, agents);
  }
  return {agents.begin(), agents.end()};
}

std::string describe_holding(const ExplainContext& context,
                             const core::WaitPool::Holding& holding) {
  std::string words = fmt::format("{}", holding.amount);
  if (holding.agent != kNoIndex)
    words += fmt::format(" held by {}", context.graph.agents[holding.agent].name);
  if (holding.gate != kNoIndex)
    words += fmt::format(" guarded by {}", gate_label(context.graph, holding.gate));
  return words;
}

bool is_stuck(const ExplainContext& context, const core::WaitPool::Holding& holding) {
  const bool agent = holding.agent == kNoIndex || contains(context.members, holding.agent);
  const bool gate = holding.gate == kNoIndex || does_not_come(context, holding.gate);
  return agent && gate;
}

/// "needs 2, free 0, reclaimable 1 (1 guarded by dma_fence gfx:3)".
std::string pool_arithmetic(const ExplainContext& context, const Gate& gate) {
  const core::WaitPool& pool = context.graph.pools[gate.pool];
  std::uint64_t reclaimable = 0, freed_by_others = 0;
  std::size_t stuck = 0;
  std::string list;
  for (const auto& holding : pool.holdings) {
    const bool counts = is_stuck(context, holding);
    (counts ? reclaimable : freed_by_others) += holding.amount;
    if (!counts || ++stuck > kHoldingsShown) continue;
    list += (list.empty() ? "" : "; ") + describe_holding(context, holding);
  }
  if (stuck > kHoldingsShown) list += fmt::format("; {} more", stuck - kHoldingsShown);
  std::string words = fmt::format("needs {}, free {}", gate.amount, pool.free);
  if (freed_by_others > 0) words += fmt::format(", others can give back {}", freed_by_others);
  words += fmt::format(", reclaimable {}", reclaimable);
  return list.empty() ? words : words + " (" + list + ")";
}

std::string why_closed(const ExplainContext& context, GateIndex index) {
  const Gate& gate = context.graph.gates[index];
  switch (gate.kind) {
    case GateKind::nobody: return "nobody will signal it";
    case GateKind::faulty: return kHungProducer;
    case GateKind::units: return pool_arithmetic(context, gate);
    case GateKind::agent: return gate.agent == kNoIndex ? "nobody will signal it" : "";
    case GateKind::environment: return "";
    case GateKind::threshold: break;
  }
  if (gate.need > gate.inputs.size())
    return gate.inputs.empty()
               ? "nobody can bring it about"
               : fmt::format("needs {} producers, has {}", gate.need, gate.inputs.size());
  return "";
}

/// Why an item does not come: the first reason found on the preferred way down from it.
std::string why_item(const ExplainContext& context, GateIndex item) {
  std::set<GateIndex> seen;
  for (GateIndex at = item; at != kNoIndex && seen.insert(at).second;) {
    if (std::string why = why_closed(context, at); !why.empty()) return why;
    GateIndex next = kNoIndex;
    for (const GateIndex input : context.graph.gates[at].inputs) {
      if (!does_not_come(context, input)) continue;
      if (next == kNoIndex || contains(context.preferred, input)) next = input;
      if (contains(context.preferred, input)) break;
    }
    at = next;
  }
  return "";
}

WaitedItem waited_item(const ExplainContext& context, GateIndex gate) {
  return {gate, context.graph.gates[gate].object, gate_label(context.graph, gate),
          why_item(context, gate), providers_of(context, gate)};
}

std::string mode_of(const Gate& gate) {
  const std::size_t total = gate.inputs.size();
  if (total <= 1 && gate.need <= 1) return "";
  if (gate.need == total) return fmt::format("all of {}", total);
  if (gate.need == 1) return fmt::format("any of {}", total);
  return fmt::format("{} of {}", gate.need, total);
}

/// The gate that an unlabelled gate with one input stands for.
GateIndex see_through(const WaitGraph& graph, GateIndex index) {
  for (std::size_t steps = 0; steps < graph.gates.size(); ++steps) {
    const Gate& gate = graph.gates[index];
    const bool stands_in = gate.kind == GateKind::threshold && gate.label.empty() &&
                           gate.inputs.size() == 1 && gate.need == 1;
    if (!stands_in) return index;
    index = gate.inputs.front();
  }
  return index;  // it stands for itself
}

std::string own_words(const WaitGraph& graph, GateIndex index) {
  const Gate& gate = graph.gates[index];
  if (!gate.label.empty()) return gate.label;
  switch (gate.kind) {
    case GateKind::agent:
      return gate.agent == kNoIndex ? "nobody" : "end of " + graph.agents[gate.agent].name;
    case GateKind::environment: return "the hardware";
    case GateKind::faulty: return "a hung producer";
    case GateKind::nobody: return "something without a producer";
    case GateKind::units: return fmt::format("{} of {}", gate.amount, graph.pools[gate.pool].name);
    case GateKind::threshold: break;
  }
  if (gate.inputs.empty()) return "something without a producer";
  const std::string mode = mode_of(gate);
  return mode.empty() ? "something that waits for itself" : mode;
}

/// The input of an all-of gate to show: on the preferred way if one is; of several the first by the
/// words of its class, since the class of the finding depends on it.
GateIndex deciding_input(const ExplainContext& context, const Gate& gate) {
  const auto key = [&context](GateIndex input) {
    const std::string label = gate_label(context.graph, input);
    return std::tuple(!contains(context.preferred, input), strip_instances(label), label);
  };
  GateIndex best = kNoIndex;
  for (const GateIndex input : gate.inputs)
    if (does_not_come(context, input) && (best == kNoIndex || key(input) < key(best))) best = input;
  return best;
}

void explain_wait(const ExplainContext& context, GateIndex root, Member& member) {
  std::set<GateIndex> seen;
  for (GateIndex at = root; at != kNoIndex && seen.insert(at).second;) {
    const Gate& gate = context.graph.gates[at];
    if (is_item(gate)) {
      member.waits.push_back(waited_item(context, at));
      return;
    }
    if (member.mode.empty()) member.mode = mode_of(gate);
    if (gate.need == gate.inputs.size()) {
      at = deciding_input(context, gate);
      continue;
    }
    member.mode = mode_of(gate);
    for (const GateIndex input : gate.inputs)
      if (does_not_come(context, input)) member.waits.push_back(waited_item(context, input));
    return;
  }
}

}  // namespace

bool is_item(const Gate& gate) {
  return gate.kind != GateKind::threshold || gate.inputs.empty() ||
         gate.object != core::kNoObject || !gate.label.empty() || gate.need > gate.inputs.size();
}

bool is_itself(const Member& member, const WaitedItem& item) {
  return item.providers.empty() && item.label.rfind(member.name + " ", 0) == 0;
}

std::string gate_label(const WaitGraph& graph, GateIndex index) {
  const GateIndex seen = see_through(graph, index);
  const Gate& gate = graph.gates[seen];
  if (!gate.label.empty() || gate.kind != GateKind::threshold || gate.inputs.size() < 2)
    return own_words(graph, seen);
  std::vector<std::string> words;
  for (const GateIndex input : gate.inputs)
    words.push_back(own_words(graph, see_through(graph, input)));
  std::sort(words.begin(), words.end());  // the same whoever was asked first
  return fmt::format("{} ({})", mode_of(gate), fmt::join(words, ", "));
}

std::string wait_label(const WaitGraph& graph, AgentIndex agent) {
  const GateIndex gate = graph.agents[agent].gate;
  return gate == kNoIndex ? "nothing that anybody provides" : gate_label(graph, gate);
}

Member explain_member(const ExplainContext& context, AgentIndex index) {
  const core::Agent& agent = context.graph.agents[index];
  Member member;
  member.agent = index;
  member.name = agent.name;
  member.reason = agent.reason;
  member.holds = agent.holds;
  member.since = agent.since;
  member.operation = agent.operation;
  member.place = agent.place;
  member.daemon = agent.daemon;
  member.has_recovery_timer = agent.has_recovery_timer;
  member.recovery_at = agent.recovery_at;
  if (agent.gate != kNoIndex) explain_wait(context, agent.gate, member);
  if (member.waits.empty())
    member.waits.push_back(
        {agent.gate, {}, wait_label(context.graph, index), "nobody can bring it about", {}});
  for (WaitedItem& item : member.waits)  // who hangs is no producer of its own end
    if (is_itself(member, item) && item.why == kHungProducer) item.why = "hung by a fault";
  return member;
}

}  // namespace fencelab::analysis
