// Who can still be released: the least fixpoint of a wait graph ("let everything run that can").
//
// A cycle test gives false alarms on any-of waits and a knot test misses all-of deadlocks; for
// mixed waits and counted resources only reduction is exact (Holt 1972; Kshemkalyani and Singhal
// 1994). Every call starts from scratch: counters kept between calls are where detectors break.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/wait_graph.hpp"

namespace fencelab::analysis {

/// What to take for granted.
struct ReduceOptions {
  bool forgive_faults = false;                ///< gates of hung producers open after all
  bool use_recovery_timers = false;           ///< an agent with a recovery timer counts as live
  std::vector<core::AgentIndex> assume_live;  ///< "what if these were released?"
};

/// Result of a reduction.
struct Reduction {
  std::vector<std::uint8_t> live;        ///< per agent: it runs, or something can release it
  std::vector<std::uint8_t> open;        ///< per gate: obtainable
  std::vector<std::uint64_t> available;  ///< per pool: free units and all that live ones return
  std::uint64_t steps = 0;               ///< nodes and edges handled; linear in the graph

  bool is_dead(core::AgentIndex agent) const { return live[agent] == 0; }
  bool any_dead() const;
};

/// Reduces `graph` in O(nodes + edges + demands log demands).
///
/// Taking units costs nothing in the fixpoint: who can be released gives back what it took. A gate
/// may name an input twice; it then counts twice.
Reduction reduce(const core::WaitGraph& graph, const ReduceOptions& options = {});

/// The same for one graph again and again, under other assumptions: who tells whom is worked out
/// once. `graph` must outlive it and not change.
class Reducer {
 public:
  explicit Reducer(const core::WaitGraph& graph);
  ~Reducer();
  Reduction reduce(const ReduceOptions& options = {});

 private:
  class Worklist;
  std::unique_ptr<Worklist> worklist_;
};

/// Agents that are blocked and not live in `reduction`, ascending.
std::vector<core::AgentIndex> dead_agents(const core::WaitGraph& graph, const Reduction& reduction);

}  // namespace fencelab::analysis
