// A third explorer, slow and plain on purpose: depth first over every interleaving, no reduction,
// on core alone. What the provers are held against.
#pragma once

#include <cstdint>
#include <set>

#include "analysis/explore/exploration.hpp"
#include "analysis/explore/subject.hpp"

namespace fencelab::testing {

struct NaiveResult {
  std::uint64_t interleavings = 0;
  bool complete = true;  ///< false: more than `limit` interleavings, or one that does not end
  /// Who is stuck on what, holding what, per dead end; the same keys as the provers use.
  std::set<std::uint64_t> dead;
  /// Classes of executions that differ in the order of independent steps only, if complete.
  std::uint64_t traces = 0;
};

/// Keys of the dead states that a prover found, to be held against NaiveResult::dead.
std::set<std::uint64_t> keys(const analysis::Exploration& exploration);

NaiveResult explore_naively(analysis::Subject& subject, core::TimerMode timers,
                            std::uint64_t limit);

}  // namespace fencelab::testing
