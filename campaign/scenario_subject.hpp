// A scenario under a stack as something to explore: the very models and policies that a timed run
// has, driven step by step.
#pragma once

#include "analysis/explore/subject.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {
class World;
}

namespace fencelab::campaign {

class ScenarioSubject final : public analysis::Subject {
 public:
  /// Both must outlive it.
  ScenarioSubject(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack)
      : scenario_(scenario), stack_(stack) {}
  std::unique_ptr<analysis::SubjectRun> start(core::Simulation& simulation) override;
  /// The world of `run`, one of this subject's; its table of places is the same in all of them.
  static const scenarios::World& world_of(const analysis::SubjectRun& run);
  const scenarios::Scenario& scenario() const { return scenario_; }

 private:
  const scenarios::Scenario& scenario_;
  const scenarios::ResolvedStack& stack_;
};

}  // namespace fencelab::campaign
