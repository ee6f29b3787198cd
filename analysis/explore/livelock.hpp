// Livelock: processes that go on for ever without anything getting done. Looked for in the whole
// graph of states, every transition in it: reductions keep dead ends, not cycles.
#pragma once

#include <functional>
#include <string>

#include "analysis/explore/exploration.hpp"

namespace fencelab::analysis {

struct Livelock {
  /// No way leads from it to anything getting done. Else it can be left, or in a graph that is not
  /// complete that cannot be told.
  bool hard = false;
  Schedule way;                       ///< into it
  Schedule round;                     ///< one round of it
  std::vector<std::uint32_t> actors;  ///< who takes part
};

struct LivelockOptions {
  /// Grows whenever something that was to be done is done; SubjectRun::progress() if empty.
  std::function<std::uint64_t(Execution&)> progress;
};

struct LivelockSearch {
  bool exhausted = false;  ///< the graph is complete: there are no other livelocks
  std::string bound;       ///< what was hit if it is not, e.g. "states=20000"
  std::uint64_t states = 0, transitions = 0;
  std::uint64_t steps = 0;  ///< taken anew or again
  std::vector<Livelock> found;
};

/// Finds sets of states that a weakly fair schedule can stay in for ever (whoever can act all the
/// time in there does act in there) without progress, and with something left to be done. One entry
/// per set. Finite only where processes forget at loop heads. Heeds the limits on time, steps,
/// depth and states.
LivelockSearch find_livelocks(Subject& subject, const ExecutionOptions& options,
                              const ExploreLimits& limits, const LivelockOptions& more = {});

}  // namespace fencelab::analysis
