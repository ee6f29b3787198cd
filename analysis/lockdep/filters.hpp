// Filters: why two edges of a cycle cannot be made at the same time, so that it never closes.
#pragma once

#include <vector>

#include "analysis/lockdep/cycles.hpp"
#include "core/simulation.hpp"

namespace fencelab::analysis {

/// The reasons that show `cycle` to be harmless; empty if none does. Only edges that start at a
/// lock are compared: a lock must be held by somebody else for the cycle to close, while a fence or
/// a
std::vector<FilterNote> harmless_because(const OrderGraph& graph, const EdgeCycle& cycle,
                                         const core::OrderClasses& classes);

}  // namespace fencelab::analysis
