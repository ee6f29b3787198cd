#include "tests/analysis/deadlock/random_graph.hpp"

#include "tests/analysis/deadlock/graph_maker.hpp"

namespace fencelab::test {
namespace {

using core::AgentIndex;
using core::Gate;
using core::GateIndex;
using core::GateKind;
using core::kNoIndex;

class Generator {
 public:
  explicit Generator(std::mt19937_64& random) : random_(random) {}

  core::WaitGraph make() {
    const unsigned agents = between(2, 6);
    for (unsigned a = 0; a < agents; ++a) maker_.agent("a" + std::to_string(a));
    const unsigned pools = between(0, 2);
    for (unsigned p = 0; p < pools; ++p) maker_.pool("pool" + std::to_string(p), between(0, 2));
    for (unsigned g = between(agents, 3 * agents); g > 0; --g) add_leaf();
    for (unsigned g = between(agents, 2 * agents); g > 0; --g) add_threshold();
    for (unsigned h = pools * between(0, 4); h > 0; --h) add_holding();
    for (unsigned a = 0; a < agents; ++a) add_wait(a);
    return std::move(maker_.graph);
  }

 private:
  unsigned between(unsigned low, unsigned high) {
    return low + static_cast<unsigned>(random_() % (high - low + 1));
  }
  bool chance(unsigned percent) { return between(0, 99) < percent; }
  AgentIndex some_agent() { return between(0, static_cast<unsigned>(agents()) - 1); }
  GateIndex some_gate() { return between(0, static_cast<unsigned>(gates()) - 1); }
  std::size_t agents() const { return maker_.graph.agents.size(); }
  std::size_t gates() const { return maker_.graph.gates.size(); }

  std::string some_label() { return chance(50) ? "" : "thing " + std::to_string(gates()); }

  void add_leaf() {
    const unsigned kind = between(0, 99);
    const auto pools = static_cast<unsigned>(maker_.graph.pools.size());
    if (kind < 4)
      maker_.leaf(GateKind::environment, some_label());
    else if (kind < 12)
      maker_.leaf(GateKind::faulty, some_label());
    else if (kind < 18)
      maker_.leaf(GateKind::nobody, some_label());
    else if (kind < 35 && pools > 0)
      maker_.units(between(0, pools - 1), between(1, 5));
    else
      maker_.end_of(some_agent(), some_label());
  }

  void add_threshold() {
    std::vector<GateIndex> inputs;
    for (unsigned i = between(1, 3); i > 0; --i) inputs.push_back(some_gate());
    const auto total = static_cast<unsigned>(inputs.size());
    const GateIndex gate =
        maker_.k_of(chance(3) ? total + 1 : between(1, total), inputs, some_label());
    // Now and then a description refers back to an outer gate, as fence chains do.
    if (chance(10)) maker_.graph.gates[some_threshold()].inputs.front() = gate;
  }

  GateIndex some_threshold() {
    for (;;) {
      const GateIndex gate = some_gate();
      if (maker_.graph.gates[gate].kind == GateKind::threshold) return gate;
    }
  }

  void add_holding() {
    const auto pools = static_cast<unsigned>(maker_.graph.pools.size());
    core::WaitPool::Holding holding;
    holding.amount = between(1, 3);
    const unsigned how = between(0, 9);
    if (how < 7) holding.agent = some_agent();
    if (how > 5) holding.gate = some_gate();
    maker_.graph.pools[between(0, pools - 1)].holdings.push_back(holding);
  }

  void add_wait(AgentIndex agent) {
    maker_.at(agent).daemon = chance(20);
    if (chance(15)) return;
    maker_.blocks(agent, chance(2) ? kNoIndex : some_gate());
    maker_.at(agent).has_recovery_timer = chance(15);
    if (maker_.at(agent).has_recovery_timer)
      maker_.at(agent).recovery_at = core::Time{core::Duration{between(1, 9)}};
  }

  std::mt19937_64& random_;
  GraphMaker maker_;
};

bool holds(const core::WaitGraph& graph, const Hypothesis& hypothesis, unsigned live,
           const std::vector<bool>& open, const Gate& gate) {
  const auto is_live = [&](AgentIndex agent) { return agent != kNoIndex && (live >> agent & 1u); };
  unsigned count = 0;
  std::uint64_t units = 0;
  switch (gate.kind) {
    case GateKind::environment: return true;
    case GateKind::faulty: return hypothesis.forgive_faults;
    case GateKind::nobody: return false;
    case GateKind::agent: return is_live(gate.agent);
    case GateKind::threshold:
      for (const GateIndex input : gate.inputs) count += open[input];
      return count >= gate.need;
    case GateKind::units:
      units = graph.pools[gate.pool].free;
      for (const auto& holding : graph.pools[gate.pool].holdings)
        if (is_live(holding.agent) || (holding.gate != kNoIndex && open[holding.gate]))
          units += holding.amount;
      return units >= gate.amount;
  }
  return false;
}

/// Gates that open if exactly the agents in `live` are released: sweeps until nothing changes.
std::vector<bool> open_gates(const core::WaitGraph& graph, const Hypothesis& hypothesis,
                             unsigned live) {
  std::vector<bool> open(graph.gates.size(), false);
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t g = 0; g < graph.gates.size(); ++g) {
      if (open[g] || !holds(graph, hypothesis, live, open, graph.gates[g])) continue;
      open[g] = changed = true;
    }
  }
  return open;
}

}  // namespace

core::WaitGraph random_graph(std::mt19937_64& random) { return Generator(random).make(); }

bool is_stuck_set(const core::WaitGraph& graph, const Hypothesis& hypothesis, unsigned set) {
  const std::vector<bool> open = open_gates(graph, hypothesis, ~set);
  for (AgentIndex a = 0; a < graph.agents.size(); ++a) {
    if (!(set >> a & 1u)) continue;
    const core::Agent& agent = graph.agents[a];
    if (agent.state != core::AgentState::blocked) return false;
    if (hypothesis.use_recovery_timers && agent.has_recovery_timer) return false;
    if (agent.gate != kNoIndex && open[agent.gate]) return false;
  }
  return true;
}

unsigned dead_by_enumeration(const core::WaitGraph& graph, const Hypothesis& hypothesis) {
  unsigned dead = 0;
  for (unsigned set = 1; set < 1u << graph.agents.size(); ++set)
    if ((set & ~dead) != 0 && is_stuck_set(graph, hypothesis, set)) dead |= set;
  return dead;
}

}  // namespace fencelab::test
