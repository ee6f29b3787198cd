// Short words for making wait graphs by hand in tests.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/wait_graph.hpp"

namespace fencelab::test {

/// Makes one wait graph. Agents start out runnable; a wait makes them blocked.
class GraphMaker {
 public:
  core::WaitGraph graph;

  core::AgentIndex agent(std::string name) {
    graph.agents.emplace_back().name = std::move(name);
    return static_cast<core::AgentIndex>(graph.agents.size() - 1);
  }

  core::Agent& at(core::AgentIndex index) { return graph.agents[index]; }

  core::Agent& blocks(core::AgentIndex index, core::GateIndex gate,
                      core::WaitReason reason = core::WaitReason::fence) {
    core::Agent& agent = graph.agents[index];
    agent.state = core::AgentState::blocked;
    agent.gate = gate;
    agent.reason = reason;
    return agent;
  }

  /// A gate of `kind` with a label; the caller fills in the rest.
  core::GateIndex leaf(core::GateKind kind, std::string label = {}) {
    core::Gate& gate = graph.gates.emplace_back();
    gate.kind = kind;
    gate.object = object(label);
    gate.label = std::move(label);
    return static_cast<core::GateIndex>(graph.gates.size() - 1);
  }
  core::GateIndex k_of(std::uint32_t need, std::vector<core::GateIndex> inputs,
                       std::string label = {}) {
    const core::GateIndex index = leaf(core::GateKind::threshold, std::move(label));
    graph.gates[index].need = need;
    graph.gates[index].inputs = std::move(inputs);
    return index;
  }
  core::GateIndex all_of(std::vector<core::GateIndex> inputs, std::string label = {}) {
    const auto need = static_cast<std::uint32_t>(inputs.size());
    return k_of(need, std::move(inputs), std::move(label));
  }
  core::GateIndex any_of(std::vector<core::GateIndex> inputs, std::string label = {}) {
    return k_of(1, std::move(inputs), std::move(label));
  }
  core::GateIndex end_of(core::AgentIndex agent, std::string label = {}) {
    const core::GateIndex index = leaf(core::GateKind::agent, std::move(label));
    graph.gates[index].agent = agent;
    return index;
  }
  core::GateIndex units(core::PoolIndex pool, std::uint64_t amount) {
    const core::GateIndex index = leaf(core::GateKind::units);
    graph.gates[index].pool = pool;
    graph.gates[index].amount = amount;
    return index;
  }
  core::PoolIndex pool(std::string name, std::uint64_t free) {
    graph.pools.push_back({.name = std::move(name), .free = free, .holdings = {}});
    return static_cast<core::PoolIndex>(graph.pools.size() - 1);
  }
  void holds(core::PoolIndex pool, core::AgentIndex agent, std::uint64_t amount) {
    graph.pools[pool].holdings.push_back({agent, core::kNoIndex, amount});
  }
  void guards(core::PoolIndex pool, core::GateIndex gate, std::uint64_t amount) {
    graph.pools[pool].holdings.push_back({core::kNoIndex, gate, amount});
  }

  /// `waiter` waits for a lock that `owner` holds; both sides are recorded.
  void wants_lock(core::AgentIndex waiter, std::string lock, core::AgentIndex owner) {
    graph.agents[owner].holds.push_back({object(lock), lock, {}});
    blocks(waiter, all_of({end_of(owner)}, std::move(lock)), core::WaitReason::lock);
  }

 private:
  /// Equal labels are equal objects; no label, no object.
  core::ObjectId object(const std::string& label) {
    if (label.empty()) return core::kNoObject;
    for (std::size_t i = 0; i < labels_.size(); ++i)
      if (labels_[i] == label) return core::ObjectId{i + 1};
    labels_.push_back(label);
    return core::ObjectId{labels_.size()};
  }

  std::vector<std::string> labels_;
};

}  // namespace fencelab::test
