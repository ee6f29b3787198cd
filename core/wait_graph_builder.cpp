#include "core/wait_graph_builder.hpp"

#include "core/assert.hpp"
#include "core/waitable.hpp"

namespace fencelab::core {

GateIndex WaitGraphBuilder::add(Gate gate, std::string label, ObjectId object) {
  gate.label = std::move(label);
  gate.object = object;
  graph_.gates.push_back(std::move(gate));
  return static_cast<GateIndex>(graph_.gates.size() - 1);
}

GateIndex WaitGraphBuilder::k_of(std::uint32_t need, std::vector<GateIndex> inputs,
                                 std::string label, ObjectId object) {
  Gate gate;
  gate.need = need;
  gate.inputs = std::move(inputs);
  return add(std::move(gate), std::move(label), object);
}

GateIndex WaitGraphBuilder::all_of(std::vector<GateIndex> inputs, std::string label,
                                   ObjectId object) {
  const auto need = static_cast<std::uint32_t>(inputs.size());
  return k_of(need, std::move(inputs), std::move(label), object);
}

GateIndex WaitGraphBuilder::any_of(std::vector<GateIndex> inputs, std::string label,
                                   ObjectId object) {
  return k_of(1, std::move(inputs), std::move(label), object);
}

GateIndex WaitGraphBuilder::process(const Process* process, std::string label, ObjectId object) {
  if (process == nullptr || process->state == ProcessState::done)
    return nobody(std::move(label), object);
  return agent_gate(agent_of(*process), std::move(label), object);
}

GateIndex WaitGraphBuilder::agent_gate(AgentIndex agent, std::string label, ObjectId object) {
  Gate gate;
  gate.kind = GateKind::agent;
  gate.agent = agent;
  return add(std::move(gate), std::move(label), object);
}

GateIndex WaitGraphBuilder::environment(std::string label, ObjectId object) {
  return add({.kind = GateKind::environment}, std::move(label), object);
}

GateIndex WaitGraphBuilder::faulty(std::string label, ObjectId object) {
  return add({.kind = GateKind::faulty}, std::move(label), object);
}

GateIndex WaitGraphBuilder::nobody(std::string label, ObjectId object) {
  return add({.kind = GateKind::nobody}, std::move(label), object);
}

GateIndex WaitGraphBuilder::units(PoolIndex pool, std::uint64_t amount, std::string label,
                                  ObjectId object) {
  Gate gate;
  gate.kind = GateKind::units;
  gate.pool = pool;
  gate.amount = amount;
  return add(std::move(gate), std::move(label), object);
}

GateIndex WaitGraphBuilder::once(const void* key, std::uint64_t aspect,
                                 const std::function<GateIndex()>& describe) {
  const auto found = gates_.find({key, aspect});
  if (found != gates_.end()) return found->second;
  // A one-input gate stands in for the key, so that the description may refer back to it.
  const GateIndex placeholder = any_of({});
  gates_.emplace(std::pair{key, aspect}, placeholder);
  const GateIndex described = describe();
  graph_.gates[placeholder].inputs = {described};
  graph_.gates[placeholder].object = graph_.gates[described].object;
  return placeholder;
}

std::optional<std::uint64_t> WaitGraphBuilder::known(const void* key, std::uint64_t aspect) const {
  const auto found = numbers_.find({key, aspect});
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

void WaitGraphBuilder::remember(const void* key, std::uint64_t aspect, std::uint64_t number) {
  numbers_.emplace(std::pair{key, aspect}, number);
}

PoolIndex WaitGraphBuilder::pool_once(const void* key,
                                      const std::function<void(WaitPool&)>& describe) {
  const auto found = pools_.find(key);
  if (found != pools_.end()) return found->second;
  const auto index = static_cast<PoolIndex>(graph_.pools.size());
  graph_.pools.emplace_back();
  pools_.emplace(key, index);
  WaitPool pool;
  describe(pool);
  graph_.pools[index] = std::move(pool);
  return index;
}

AgentIndex WaitGraphBuilder::add_agent(Agent agent) {
  graph_.agents.push_back(std::move(agent));
  return static_cast<AgentIndex>(graph_.agents.size() - 1);
}

AgentIndex WaitGraphBuilder::agent_of(const Process& process) {
  const auto found = agents_.find(&process);
  FENCELAB_ASSERT(found != agents_.end(), "process {} is not in the snapshot", process.spec.name);
  return found->second;
}

void WaitGraphBuilder::fill_agent(const Process& process) {
  const AgentIndex index = agents_.at(&process);
  if (process.state != ProcessState::blocked) return;
  std::vector<GateIndex> inputs;
  for (std::uint32_t i = 0; i < process.wait.count; ++i) {
    const WaitLink& link = process.wait.links[i];
    if (!link.done) inputs.push_back(link.object->describe_release(*this, link));
  }
  const GateIndex gate = inputs.size() == 1 && process.wait.need == 1
                             ? inputs.front()
                             : k_of(process.wait.need, inputs);
  graph_.agents[index].gate = gate;
}

WaitGraph WaitGraphBuilder::build(const std::function<void(WaitGraphBuilder&)>& add_more) {
  graph_ = {};
  graph_.at = simulation_.now();
  for (const Process& process : simulation_.processes()) {
    if (process.state == ProcessState::done) continue;
    Agent agent;
    agent.name = process.spec.name;
    agent.daemon = process.spec.daemon;
    agent.operation = process.doing;
    agent.place = process.place;
    agent.state = process.state == ProcessState::blocked ? AgentState::blocked
                  : process.state == ProcessState::idle  ? AgentState::idle
                                                         : AgentState::runnable;
    agent.reason = process.wait.reason;
    agent.since = process.wait.since;
    if (process.state == ProcessState::blocked && process.wait.deadline != kNever) {
      // A planned deadline (a poll, a time slice) is as good as a sleep; a recovery timer is not.
      agent.has_recovery_timer = process.wait.recovery;
      agent.recovery_at = process.wait.deadline;
      if (!process.wait.recovery) agent.state = AgentState::runnable;
    }
    for (const Held& held : process.held)
      agent.holds.push_back({held.object->id(), held.object->describe(), held.doing, held.place});
    agents_.emplace(&process, add_agent(std::move(agent)));
  }
  for (const Process& process : simulation_.processes())
    if (process.state != ProcessState::done) fill_agent(process);
  if (add_more) add_more(*this);
  return std::move(graph_);
}

}  // namespace fencelab::core
