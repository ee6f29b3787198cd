// A scenario under a stack, stepped by names; and the names of a schedule that was found by
// numbers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "analysis/explore/exploration.hpp"
#include "analysis/explore/replay.hpp"
#include "campaign/scenario_subject.hpp"

namespace fencelab::campaign {

class ScenarioStepper final : public analysis::Stepper {
 public:
  /// How all choices within a step may fall.
  struct Answer {
    std::vector<analysis::ChoiceTaken> choices;
    std::string name;
  };
  /// What it refers to must outlive it.
  ScenarioStepper(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                  const analysis::ExecutionOptions& options);

  std::vector<analysis::EnabledStep> enabled() override;
  std::string take(std::size_t step, std::size_t alternative) override;
  bool finished() override;
  std::vector<std::string> stuck_for_good() override;
  std::string whereabouts(const std::string& process) override;

 private:
  struct Option {
    core::Step step;
    std::vector<Answer> answers;  ///< one per alternative
  };
  const scenarios::Scenario& scenario_;
  ScenarioSubject subject_;
  analysis::ExecutionOptions options_;
  std::unique_ptr<analysis::Execution> execution_;
  analysis::Schedule taken_;
  std::vector<Option> present_;
};

/// The steps of `schedule` by names, as replay() finds them again, with what came of each.
std::vector<analysis::TakenStep> name_schedule(ScenarioSubject& subject,
                                               const analysis::ExecutionOptions& options,
                                               const analysis::Schedule& schedule);

/// What is stuck after `steps`, as far as they can be taken by names: those that cannot are left
/// out. Cheaper than replay(), and says nothing of where it did not fit.
std::vector<analysis::Finding> stuck_along(ScenarioSubject& subject,
                                           const analysis::ExecutionOptions& options,
                                           const std::vector<analysis::TakenStep>& steps);

}  // namespace fencelab::campaign
