// Prover A: source-DPOR with sleep sets, stateless (Abdulla, Aronis, Jonsson and Sagonas, POPL
// 2014). Runs at least one execution of every Mazurkiewicz trace, hence visits every state in which
// nobody can act; for scenarios without endless loops. Steps may touch more or less by what they
// find: docs/decisions/0008-steps-that-look-on.md.
#pragma once

#include "analysis/explore/exploration.hpp"

namespace fencelab::analysis {

/// Explores `subject`. The result is a proof if it is exhausted. `preemptions` is not for it:
/// bounding them and reversing races do not go together (Coons, Musuvathi and McKinley, OOPSLA
/// 2013).
Exploration explore_dpor(Subject& subject, const ExecutionOptions& options,
                         const ExploreLimits& limits);

}  // namespace fencelab::analysis
