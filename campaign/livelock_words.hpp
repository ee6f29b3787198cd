// A livelock in words: its class, and who keeps whom from getting on.
#pragma once

#include <string>
#include <vector>

#include "analysis/explore/livelock.hpp"
#include "campaign/scenario_subject.hpp"

namespace fencelab::core {
class Simulation;
}

namespace fencelab::campaign {

/// The class of a livelock that goes on in the present state: what each thread is about that has
/// not ended, without instance numbers. No operation ends in a livelock, so it is the same in each
/// of its states, in every schedule, and in a timed run.
std::string livelock_class(const core::Simulation& simulation);

/// What is told of a livelock: who takes part, one round, and what fails in it because of whom.
struct LivelockWords {
  std::vector<std::string> members;  ///< names of who takes part
  std::string signature;
  std::string text;         ///< lines ended
  std::uint32_t place = 0;  ///< of the first thread that has not ended, in the table of the world
};

LivelockWords describe_livelock(ScenarioSubject& subject, const analysis::ExecutionOptions& options,
                                const analysis::Livelock& livelock);

}  // namespace fencelab::campaign
