#include "campaign/make_stepper.hpp"

#include "campaign/scenario_stepper.hpp"

namespace fencelab::campaign {

// With recovery timers at any time: whatever mode a schedule was found in, its steps are there.
std::unique_ptr<analysis::Stepper> make_stepper(const scenarios::Scenario& scenario,
                                                const scenarios::ResolvedStack& stack,
                                                std::uint64_t seed) {
  return std::make_unique<ScenarioStepper>(scenario, stack,
                                           analysis::ExecutionOptions{seed, core::TimerMode::any});
}

}  // namespace fencelab::campaign
