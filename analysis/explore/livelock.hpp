// Livelock: processes that go on for ever without anything getting done. Looked for in the whole
// graph of states, every transition in it: reductions keep dead ends, not cycles.
#pragma once

#include "analysis/explore/exploration.hpp"

namespace fencelab::analysis {

struct Livelock {
  bool hard = false;  ///< no way leads from it to anything getting done; else it can be left
  Schedule way;       ///< into it
  Schedule round;     ///< one round of it
  std::vector<std::uint32_t> actors;  ///< who takes part
};

struct LivelockSearch {
  bool exhausted = false;  ///< the graph is complete
  std::uint64_t states = 0, transitions = 0;
  std::vector<Livelock> found;
};

/// Finds sets of states that a weakly fair schedule can stay in for ever (whoever can act all the
/// time in there does act in there) without SubjectRun::progress() growing. One entry per set.
/// Finite only where processes forget at loop heads.
LivelockSearch find_livelocks(Subject& subject, const ExecutionOptions& options,
                              const ExploreLimits& limits);

}  // namespace fencelab::analysis
