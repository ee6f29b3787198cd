// Prover B: depth-first search over stored states with sleep sets (Godefroid, LNCS 1032, 1996);
// ends also where processes loop, if they say what they depend on at loop heads
// (Simulation::forget).
#pragma once

#include "analysis/explore/exploration.hpp"

namespace fencelab::analysis {

/// Explores `subject`. The result is a proof if it is exhausted, up to collisions of 64-bit keys.
Exploration explore_states(Subject& subject, const ExecutionOptions& options,
                           const ExploreLimits& limits);

}  // namespace fencelab::analysis
