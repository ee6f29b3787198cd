// One run that is watched for orders that could have closed a cycle, although they did not.
#pragma once

#include <string>
#include <vector>

#include "analysis/lockdep/order_watch.hpp"
#include "campaign/source_place.hpp"
#include "policies/registry.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/runtime/world.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

struct PredictedRun {
  analysis::FenceClasses fences = analysis::FenceClasses::each;  ///< asked for
  bool completed = false;  ///< every thread came to its end before the horizon
  analysis::OrderReport report;
  std::string text;                 ///< of the report, with places of the scenario
  std::vector<std::string> texts;   ///< of each of its reports
  std::vector<SourcePlace> places;  ///< where the first witness of each stands
};

/// Runs `scenario` under `stack` to its horizon and says what its order of events foretells. As
/// run_one(), at most one run of a process may use shared hardware.
PredictedRun predict_run(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                         std::uint64_t seed);

/// What `watch` saw of a run that is over, with places of `world`.
PredictedRun describe_orders(const analysis::OrderWatch& watch, const core::Simulation& simulation,
                             const scenarios::World& world);

}  // namespace fencelab::campaign
