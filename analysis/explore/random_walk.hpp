// Random schedules with priorities (PCT: Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS
// 2010), where neither prover can finish. Finds, never proves: one run meets a fault that needs d
// ordering constraints with probability of at least 1 / (n k^(d-1)) for n processes and k steps.
#pragma once

#include "analysis/explore/exploration.hpp"

namespace fencelab::analysis {

struct WalkOptions {
  std::uint64_t executions = 1000;
  std::uint32_t depth = 3;  ///< the d above
  std::uint64_t seed = 1;   ///< of the schedules
};

Exploration explore_randomly(Subject& subject, const ExecutionOptions& options,
                             const ExploreLimits& limits, const WalkOptions& walk);

}  // namespace fencelab::analysis
