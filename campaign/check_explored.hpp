// What exploring every schedule of a scenario under a stack shows, as far as the budget goes.
#pragma once

#include "campaign/check_one.hpp"
#include "campaign/predict_run.hpp"

namespace fencelab::campaign {

/// Adds to `record` (of the timed run) what exploration finds: the verdict if it is worse, dead
/// ends with schedules, work, strength (explored or proved), bounds and assumptions.
void explore_into(CheckRecord& record, const scenarios::Scenario& scenario,
                  const scenarios::ResolvedStack& stack, std::uint64_t seed,
                  const CheckOptions& options);

/// What helps explore_into() with these arguments, which must outlive it. Ask for it in the process
/// where it is to serve.
MakeServe search_service(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                         std::uint64_t seed, const CheckOptions& options);

/// Samples whether steps that are called independent commute, equal schedules do equal things and
/// equal states go on alike; adds what does not.
void doubt(CheckRecord& record, const scenarios::Scenario& scenario,
           const scenarios::ResolvedStack& stack, std::uint64_t seed, const CheckOptions& options);

/// Adds what the timed run foretells; whoever explores afterwards confirms or refutes it.
void predict_into(CheckRecord& record, const PredictedRun& run);

}  // namespace fencelab::campaign
