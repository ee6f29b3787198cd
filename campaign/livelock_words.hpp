// A livelock in words: its class, and who keeps whom from getting on.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "analysis/deadlock/text.hpp"
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

/// What somebody who goes round does in vain, by name.
struct VainAttempts {
  std::string reason;               ///< as of a wait: "lock", "memory"; empty: its own wait says
  std::vector<std::string> tried;   ///< for what, in words
  std::vector<std::string> undone;  ///< what it gave back, having got nothing done with it
};
using AttemptsByName = std::map<std::string, VainAttempts>;

/// Data of a livelock that goes on in the present state, in the form of deadlock_json: `members`
/// are the threads that have not ended and whoever tries in vain; they hold what they give back.
/// Where each stands is what fixes are derived from.
std::string livelock_details(const core::Simulation& simulation,
                             const analysis::DescribePlace& describe_place,
                             const AttemptsByName& attempts = {});

/// What is told of a livelock: who takes part, one round, and what fails in it because of whom.
struct LivelockWords {
  std::vector<std::string> members;  ///< names of who takes part
  std::string signature;
  std::string text;         ///< lines ended
  std::string details;      ///< see livelock_details()
  std::uint32_t place = 0;  ///< of the first thread that has not ended, in the table of the world
};

LivelockWords describe_livelock(ScenarioSubject& subject, const analysis::ExecutionOptions& options,
                                const analysis::Livelock& livelock);

}  // namespace fencelab::campaign
