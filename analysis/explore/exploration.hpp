// What explorations are asked and what they answer; shared by all provers.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/deadlock/findings.hpp"
#include "analysis/explore/execution.hpp"
#include "core/wait_graph.hpp"

namespace fencelab::analysis {

/// A step of a schedule: who acts, and how the choices within the step fall.
struct ScheduledStep {
  std::uint32_t actor = 0;
  std::vector<ChoiceTaken> choices;
};
using Schedule = std::vector<ScheduledStep>;

/// Bounds. Whatever is hit is reported; a bounded exploration proves nothing.
struct ExploreLimits {
  std::chrono::duration<double> time{60.0};
  std::uint64_t executions = ~std::uint64_t{0};
  std::uint64_t steps = ~std::uint64_t{0};  ///< taken anew or again; the same on every machine
  std::uint64_t steps_after_dead = ~std::uint64_t{0};  ///< since the first dead state was found
  std::uint32_t depth = 20'000;                        ///< steps of one execution
  std::uint32_t daemon_steps = 40;                     ///< of a service after nobody else can act
  std::uint64_t states = 20'000'000;                   ///< stored, where states are stored
  bool stop_at_first = false;                          ///< one dead state is enough
  bool stop_at_first_good = false;           ///< one complete execution that is not dead is enough
  Schedule prefix;                           ///< only what can follow these steps
  std::optional<std::uint32_t> deviations;   ///< prover A: steps in a schedule that are not the
                                             ///< first to be tried where they are taken
  std::optional<std::uint32_t> preemptions;  ///< prover B: switches away from who could go on
};

/// A state in which some processes can never go on.
struct DeadState {
  std::uint64_t key = 0;  ///< who is stuck on what, holding what; equal for equal sets
  Schedule schedule;      ///< one way there
  core::WaitGraph graph;
  bool at_rest = false;  ///< nothing would ever happen again: wake-ups that were lost count

  /// What is stuck and why. Worked out when it is asked for: an exploration meets more dead states
  /// than anybody reads about.
  std::vector<Finding> findings() const;
};

/// What was done, and what came of it.
struct Exploration {
  bool exhausted = false;             ///< everything was tried, no bound was hit
  std::uint64_t executions = 0;       ///< complete ones: to a state in which nobody can act
  std::uint64_t blocked = 0;          ///< given up as equivalent to another (sleep sets)
  std::uint64_t dead_executions = 0;  ///< complete ones that ended dead
  std::uint64_t steps = 0;            ///< taken anew
  std::uint64_t replayed = 0;         ///< taken again to get back to a state
  std::uint64_t states = 0;           ///< stored, if states are stored
  std::uint32_t depth = 0;            ///< longest execution
  std::uint64_t bound_hits = 0;       ///< executions cut by depth, or by too many actors
  std::uint64_t inconclusive = 0;  ///< leaves that a service with an exhausted budget might release
  bool out_of_time = false;        ///< stopped before the end, by the clock or by a count of steps
  bool out_of_steps = false;       ///< by a count of steps: the same on every machine
  std::uint64_t preemptions_cut = 0;  ///< switches not tried because of a bound on preemptions
  std::map<std::uint64_t, DeadState> dead;  ///< by key
  bool found_deadlock() const { return !dead.empty(); }
};

/// Looks at a state in which nobody (or only services) can act, and records it if somebody is stuck
/// for good. Returns whether somebody is.
bool judge_leaf(Execution& execution, const Schedule& schedule, Exploration& result);

/// Names a dead state: who is stuck on what, holding what.
std::uint64_t dead_key(const core::Simulation& simulation, const core::WaitGraph& graph,
                       const std::vector<core::AgentIndex>& stuck);

}  // namespace fencelab::analysis
