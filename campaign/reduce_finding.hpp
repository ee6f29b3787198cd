// A smaller scenario for a finding: parts are left out as long as the same class of fault is found
// in what is left.
#pragma once

#include <vector>

#include "campaign/fixes.hpp"
#include "campaign/reduce_scenario.hpp"

namespace fencelab::campaign {

struct ReduceOptions {
  ReduceLimits limits;
  std::uint64_t steps_per_trial =
      20'000;  ///< of exploration, where the schedule does not lead there
  std::uint64_t steps_at_last = 200'000;  ///< of the check of what is left
  std::uint64_t livelock_steps =
      500'000;  ///< of a search for a livelock; four times as many at last
};

/// Fills in `reduced` of each, in processes of their own. The name of the scenario is
/// "<scenario>-<stack>-<number>-min".
void reduce_findings(const std::vector<ExplainedFinding>& findings, const ScenarioReading& reading,
                     const CheckAllOptions& pool, const ReduceOptions& options);

}  // namespace fencelab::campaign
