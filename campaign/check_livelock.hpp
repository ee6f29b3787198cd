// Whether a scenario under a stack can go round for ever without anything getting done.
#pragma once

#include "analysis/explore/prove.hpp"
#include "campaign/check_one.hpp"
#include "campaign/scenario_subject.hpp"

namespace fencelab::campaign {

/// What the search for livelocks works on.
struct LivelockTask {
  ScenarioSubject& subject;
  analysis::ExecutionOptions execution;
  const scenarios::ResolvedStack& stack;
  std::uint64_t seed;
  const CheckOptions& options;
};

/// Adds livelocks to `record`, and says there what is known of them. `proof`: what the provers
/// found before. States in which somebody is stuck for good, which a search for dead ends may miss
/// behind others who go round, are returned.
std::vector<analysis::DeadState> look_for_livelocks(CheckRecord& record,
                                                    const analysis::Proof& proof,
                                                    const LivelockTask& task);

/// What a livelock is known by.
struct LivelockClass {
  std::string kind;  ///< "livelock" (hard) or "soft-livelock"
  std::string signature;
};

/// The livelocks that a search within `limits` finds, without words or schedules.
std::vector<LivelockClass> livelock_classes(const LivelockTask& task,
                                            const analysis::ExploreLimits& limits);

}  // namespace fencelab::campaign
