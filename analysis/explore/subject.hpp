// What is explored: anything that can be brought to life on a Simulation again and again, equal
// each time. The explorer knows no scenario and no policy.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "analysis/explore/actor_table.hpp"
#include "core/footprint.hpp"
#include "core/simulation.hpp"
#include "core/wait_graph.hpp"

namespace fencelab::analysis {

/// One life of a subject. Destroyed before the simulation it was built on.
class SubjectRun {
 public:
  virtual ~SubjectRun() = default;
  /// Whether nothing of it can be stuck: all that was to be done is done. Cheap; asked at leaves.
  virtual bool is_settled(const core::Simulation& simulation) const {
    return simulation.unfinished() == 0;
  }
  /// Grows whenever something that was to be done is done. Services that go round without it
  /// growing are given up on after a while.
  virtual std::uint64_t progress(const core::Simulation& simulation) const {
    return ~simulation.unfinished();
  }
  /// The present state of all waits.
  virtual core::WaitGraph snapshot(const core::Simulation& simulation) const;
};

/// What one execution leaves to the next, so that it need not ask for memory again.
struct ExecutionMemory {
  core::SimulationMemory simulation;
  core::Footprint footprint;
  std::vector<core::Step> steps;
};

/// What one search by prover A leaves to the next (dpor_search.hpp).
struct DporMemory;

class Subject {
 public:
  virtual ~Subject() = default;
  /// Builds objects and spawns processes on a fresh `simulation`. Must not depend on anything else.
  virtual std::unique_ptr<SubjectRun> start(core::Simulation& simulation) = 0;
  /// Names of its actors; equal numbers mean equal actors in all executions of this subject.
  ActorTable& actors() { return actors_; }

  /// Memory for an execution, which returns it at its end.
  std::unique_ptr<ExecutionMemory> lend_memory() {
    return memory_ ? std::move(memory_) : std::make_unique<ExecutionMemory>();
  }
  void return_memory(std::unique_ptr<ExecutionMemory> memory) { memory_ = std::move(memory); }
  /// The same for searches; null if there is none.
  std::shared_ptr<DporMemory> lend_dpor_memory() { return std::move(dpor_memory_); }
  void return_dpor_memory(std::shared_ptr<DporMemory> memory) { dpor_memory_ = std::move(memory); }

 private:
  ActorTable actors_;
  std::unique_ptr<ExecutionMemory> memory_;  ///< of the last execution
  std::shared_ptr<DporMemory> dpor_memory_;  ///< of the last search
};

}  // namespace fencelab::analysis
