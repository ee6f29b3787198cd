// One run that is watched for orders that could have closed a cycle, although they did not.
#pragma once

#include <string>

#include "analysis/lockdep/order_watch.hpp"
#include "policies/registry.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

struct PredictedRun {
  bool completed = false;  ///< every thread came to its end before the horizon
  analysis::OrderReport report;
  std::string text;  ///< of the report, with places of the scenario
};

/// Runs `scenario` under `stack` to its horizon and says what its order of events foretells. As
/// run_one(), at most one run of a process may use shared hardware.
PredictedRun predict_run(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                         std::uint64_t seed);

}  // namespace fencelab::campaign
