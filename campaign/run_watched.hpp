// A run that is watched for what its contexts forbid, besides.
#pragma once

#include "campaign/run_one.hpp"
#include "campaign/run_record.hpp"
#include "policies/registry.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// As run_one(), and RunRecord::broken_rules says which rules about contexts were broken: no
/// schedule could refute those, so that one run is enough to know.
RunRecord run_watched(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                      std::uint64_t seed, const RunTelling& telling = {},
                      std::uint64_t events_max = kMaxEvents);

}  // namespace fencelab::campaign
