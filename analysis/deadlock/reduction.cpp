#include "analysis/deadlock/reduction.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "analysis/deadlock/index_lists.hpp"
#include "core/assert.hpp"

namespace fencelab::analysis {
namespace {

using core::AgentIndex;
using core::AgentState;
using core::Gate;
using core::GateIndex;
using core::GateKind;
using core::kNoIndex;
using core::PoolIndex;
using core::WaitGraph;
using Pairs = std::vector<IndexLists::Pair>;

/// A pool's holding, numbered through all pools, so that it is returned once only.
struct HoldingRef {
  PoolIndex pool;
  std::uint64_t amount;
};

/// Who must be told when an agent becomes live or a gate opens.
struct Listeners {
  IndexLists gates_of_input;
  IndexLists gates_of_agent;
  IndexLists agents_of_gate;
  IndexLists holdings_of_agent;
  IndexLists holdings_of_gate;
  std::vector<HoldingRef> holdings;
};

void require_index(std::uint32_t index, std::size_t size, const char* what) {
  FENCELAB_ASSERT(index == kNoIndex || index < size, "{} {} of {}", what, index, size);
}

void collect_gates(const WaitGraph& graph, Pairs& inputs, Pairs& agents) {
  for (GateIndex g = 0; g < graph.gates.size(); ++g) {
    const Gate& gate = graph.gates[g];
    for (const GateIndex input : gate.inputs) {
      FENCELAB_ASSERT(input < graph.gates.size(), "gate {} has input {}", g, input);
      if (gate.kind == GateKind::threshold) inputs.emplace_back(input, g);
    }
    require_index(gate.agent, graph.agents.size(), "agent");
    require_index(gate.pool, graph.pools.size(), "pool");
    if (gate.kind == GateKind::agent && gate.agent != kNoIndex) agents.emplace_back(gate.agent, g);
  }
}

void collect_holdings(const WaitGraph& graph, std::vector<HoldingRef>& holdings, Pairs& of_agent,
                      Pairs& of_gate) {
  for (PoolIndex p = 0; p < graph.pools.size(); ++p) {
    for (const auto& holding : graph.pools[p].holdings) {
      const auto number = static_cast<std::uint32_t>(holdings.size());
      require_index(holding.agent, graph.agents.size(), "holding agent");
      require_index(holding.gate, graph.gates.size(), "holding gate");
      if (holding.agent != kNoIndex) of_agent.emplace_back(holding.agent, number);
      if (holding.gate != kNoIndex) of_gate.emplace_back(holding.gate, number);
      holdings.push_back({p, holding.amount});
    }
  }
}

Listeners index_listeners(const WaitGraph& graph) {
  Pairs inputs, gate_agents, waiting, of_agent, of_gate;
  std::vector<HoldingRef> holdings;
  collect_gates(graph, inputs, gate_agents);
  collect_holdings(graph, holdings, of_agent, of_gate);
  for (AgentIndex a = 0; a < graph.agents.size(); ++a) {
    const core::Agent& agent = graph.agents[a];
    require_index(agent.gate, graph.gates.size(), "gate of agent");
    if (agent.state == AgentState::blocked && agent.gate != kNoIndex)
      waiting.emplace_back(agent.gate, a);
  }
  const std::size_t gates = graph.gates.size();
  const std::size_t agents = graph.agents.size();
  return {IndexLists(gates, inputs),    IndexLists(agents, gate_agents), IndexLists(gates, waiting),
          IndexLists(agents, of_agent), IndexLists(gates, of_gate),      std::move(holdings)};
}

}  // namespace

class Reducer::Worklist {
 public:
  explicit Worklist(const WaitGraph& graph) : graph_(graph), listeners_(index_listeners(graph)) {
    if (graph.pools.empty()) return;
    demands_.resize(graph.pools.size());
    for (GateIndex g = 0; g < graph.gates.size(); ++g) {
      const Gate& gate = graph.gates[g];
      if (gate.kind != GateKind::units) continue;
      FENCELAB_ASSERT(gate.pool != kNoIndex, "units gate {} has no pool", g);
      demands_[gate.pool].emplace_back(gate.amount, g);
    }
    for (auto& demands : demands_) std::sort(demands.begin(), demands.end());
  }

  Reduction run(const ReduceOptions& options) {
    result_ = {};
    result_.live.assign(graph_.agents.size(), 0);
    result_.open.assign(graph_.gates.size(), 0);
    still_needed_.assign(graph_.gates.size(), 0);
    returned_.assign(listeners_.holdings.size(), 0);
    next_demand_.assign(graph_.pools.size(), 0);
    start_agents(options);
    start_gates(options);
    start_pools();
    while (!agents_.empty() || !gates_.empty()) {
      if (!agents_.empty()) {
        agent_is_live(take(agents_));
      } else {
        gate_is_open(take(gates_));
      }
    }
    return std::move(result_);
  }

 private:
  static std::uint32_t take(std::vector<std::uint32_t>& stack) {
    const std::uint32_t top = stack.back();
    stack.pop_back();
    return top;
  }

  void start_agents(const ReduceOptions& options) {
    for (AgentIndex a = 0; a < graph_.agents.size(); ++a) {
      const core::Agent& agent = graph_.agents[a];
      ++result_.steps;
      const bool rescued = options.use_recovery_timers && agent.has_recovery_timer;
      if (agent.state != AgentState::blocked || rescued) make_live(a);
    }
    for (const AgentIndex a : options.assume_live) make_live(a);
  }

  void start_gates(const ReduceOptions& options) {
    for (GateIndex g = 0; g < graph_.gates.size(); ++g) {
      const Gate& gate = graph_.gates[g];
      ++result_.steps;
      still_needed_[g] = gate.need;
      const bool opens = (gate.kind == GateKind::threshold && gate.need == 0) ||
                         gate.kind == GateKind::environment ||
                         (gate.kind == GateKind::faulty && options.forgive_faults);
      if (opens) open(g);
    }
  }

  void start_pools() {
    for (PoolIndex p = 0; p < graph_.pools.size(); ++p) {
      result_.available.push_back(0);
      give_back(p, graph_.pools[p].free);
    }
  }

  void agent_is_live(AgentIndex agent) {
    for (const GateIndex gate : listeners_.gates_of_agent[agent]) {
      ++result_.steps;
      open(gate);
    }
    for (const std::uint32_t holding : listeners_.holdings_of_agent[agent]) give_back(holding);
  }

  void gate_is_open(GateIndex gate) {
    for (const GateIndex outer : listeners_.gates_of_input[gate]) {
      ++result_.steps;
      if (still_needed_[outer] == 0) continue;
      --still_needed_[outer];
      if (still_needed_[outer] == 0) open(outer);
    }
    for (const AgentIndex agent : listeners_.agents_of_gate[gate]) {
      ++result_.steps;
      make_live(agent);
    }
    for (const std::uint32_t holding : listeners_.holdings_of_gate[gate]) give_back(holding);
  }

  void give_back(std::uint32_t holding) {
    ++result_.steps;
    if (std::exchange(returned_[holding], std::uint8_t{1})) return;
    give_back(listeners_.holdings[holding].pool, listeners_.holdings[holding].amount);
  }

  void give_back(PoolIndex pool, std::uint64_t amount) {
    std::uint64_t& available = result_.available[pool];
    const auto room = std::numeric_limits<std::uint64_t>::max() - available;
    available += std::min(amount, room);
    const auto& demands = demands_[pool];
    std::size_t& next = next_demand_[pool];
    for (; next < demands.size() && demands[next].first <= available; ++next) {
      ++result_.steps;
      open(demands[next].second);
    }
  }

  void make_live(AgentIndex agent) {
    if (!std::exchange(result_.live[agent], std::uint8_t{1})) agents_.push_back(agent);
  }

  void open(GateIndex gate) {
    if (!std::exchange(result_.open[gate], std::uint8_t{1})) gates_.push_back(gate);
  }

  const WaitGraph& graph_;
  const Listeners listeners_;
  Reduction result_;
  std::vector<std::uint32_t> still_needed_;
  std::vector<std::uint8_t> returned_;
  std::vector<std::vector<std::pair<std::uint64_t, GateIndex>>> demands_;
  std::vector<std::size_t> next_demand_;
  std::vector<std::uint32_t> agents_;
  std::vector<std::uint32_t> gates_;
};

Reducer::Reducer(const WaitGraph& graph) : worklist_(std::make_unique<Worklist>(graph)) {}
Reducer::~Reducer() = default;
Reduction Reducer::reduce(const ReduceOptions& options) { return worklist_->run(options); }

bool Reduction::any_dead() const {
  return std::find(live.begin(), live.end(), std::uint8_t{0}) != live.end();
}

Reduction reduce(const WaitGraph& graph, const ReduceOptions& options) {
  return Reducer(graph).reduce(options);
}

std::vector<AgentIndex> dead_agents(const WaitGraph& graph, const Reduction& reduction) {
  std::vector<AgentIndex> dead;
  for (AgentIndex a = 0; a < graph.agents.size(); ++a)
    if (reduction.is_dead(a)) dead.push_back(a);
  return dead;
}

}  // namespace fencelab::analysis
