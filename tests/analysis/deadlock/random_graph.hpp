// Random wait graphs with every kind of gate, and who is dead in them by enumeration of all sets.
#pragma once

#include <random>
#include <vector>

#include "core/wait_graph.hpp"

namespace fencelab::test {

/// 2 to 6 agents behind nested gates (cyclic ones too), pools, faults, orphans and timers.
core::WaitGraph random_graph(std::mt19937_64& random);

struct Hypothesis {
  bool forgive_faults = false;
  bool use_recovery_timers = false;
};

/// Whether a set of agents (a bit each) is stuck by itself: with everybody outside it released, no
/// gate of a member opens.
bool is_stuck_set(const core::WaitGraph& graph, const Hypothesis& hypothesis, unsigned set);

/// The union of all stuck sets: the definition of dead from its other end, a greatest fixpoint.
unsigned dead_by_enumeration(const core::WaitGraph& graph, const Hypothesis& hypothesis);

}  // namespace fencelab::test
