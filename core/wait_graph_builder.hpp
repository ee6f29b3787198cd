// Builds a WaitGraph from the present state of a Simulation: every process becomes an agent, every
// object waited on describes who can release it. Cycles among descriptions are welcome.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/simulation.hpp"
#include "core/wait_graph.hpp"

namespace fencelab::core {

class WaitGraphBuilder {
 public:
  explicit WaitGraphBuilder(const Simulation& simulation) : simulation_(simulation) {}

  /// The whole snapshot. `add_more`, if given, adds agents that are no processes (e.g. GPU jobs
  /// that nobody waits for yet) before the graph is handed out.
  WaitGraph build(const std::function<void(WaitGraphBuilder&)>& add_more = {});

  // ---- for Waitable::describe_release and models

  GateIndex all_of(std::vector<GateIndex> inputs, std::string label = {}, ObjectId object = {});
  GateIndex any_of(std::vector<GateIndex> inputs, std::string label = {}, ObjectId object = {});
  GateIndex k_of(std::uint32_t need, std::vector<GateIndex> inputs, std::string label = {},
                 ObjectId object = {});
  /// Opens when `process` is live. A finished process can release nothing: `nobody`.
  GateIndex process(const Process* process, std::string label = {}, ObjectId object = {});
  GateIndex environment(std::string label, ObjectId object = {});
  GateIndex faulty(std::string label, ObjectId object = {});
  GateIndex nobody(std::string label, ObjectId object = {});
  GateIndex units(PoolIndex pool, std::uint64_t amount, std::string label, ObjectId object);

  /// The gate for `key` (an object's address and a number that tells its aspects apart), described
  /// once per snapshot. `describe` returns the gate that must open; it may ask for this very key
  /// again, directly or not, and then gets the same index: that is how cycles are expressed.
  GateIndex once(const void* key, std::uint64_t aspect, const std::function<GateIndex()>& describe);

  /// A number worked out once per snapshot, e.g. the gate of everybody up to a place in a queue:
  /// each waiter then adds one gate, not one for each ahead of it.
  std::optional<std::uint64_t> known(const void* key, std::uint64_t aspect) const;
  void remember(const void* key, std::uint64_t aspect, std::uint64_t number);

  /// The pool for `key`, described once; `describe` fills it in (it may call the builder).
  PoolIndex pool_once(const void* key, const std::function<void(WaitPool&)>& describe);

  AgentIndex agent_of(const Process& process);
  /// An agent that is no process, e.g. a GPU job. Blocked on `gate` unless that is kNoIndex.
  AgentIndex add_agent(Agent agent);
  Agent& agent(AgentIndex index) { return graph_.agents[index]; }
  GateIndex agent_gate(AgentIndex agent, std::string label = {}, ObjectId object = {});

  const Simulation& simulation() const { return simulation_; }

 private:
  GateIndex add(Gate gate, std::string label, ObjectId object);
  void fill_agent(const Process& process);
  const Simulation& simulation_;
  WaitGraph graph_;
  std::map<std::pair<const void*, std::uint64_t>, GateIndex> gates_;
  std::map<std::pair<const void*, std::uint64_t>, std::uint64_t> numbers_;
  std::map<const void*, PoolIndex> pools_;
  std::map<const Process*, AgentIndex> agents_;
};

}  // namespace fencelab::core
