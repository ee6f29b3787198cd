// Cycles of an ordering graph that could block: found over classes, shortest first, each class
// cycle once.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/lockdep/order_graph.hpp"

namespace fencelab::analysis {

/// Indices into OrderGraph::edges(), head to tail.
using EdgeCycle = std::vector<std::uint32_t>;

struct CycleSearch {
  std::vector<EdgeCycle> cycles;
  std::uint64_t steps = 0;
  bool complete = true;  ///< false: gave up after kStepsMax
};

/// Longest cycle looked for. The longest ones of the kernel's own records have five classes.
inline constexpr std::size_t kCycleEdgesMax = 8;
inline constexpr std::uint64_t kCycleStepsMax = 2'000'000;

/// Every simple cycle of up to kCycleEdgesMax edges that is *strong* (no reader that passes queued
/// writers waits for a reader: lockdep-design.rst, "Recursive read locks") and that is not made of
/// promises alone (fences depend on fences that exist, values on smaller ones).
CycleSearch find_cycles(const OrderGraph& graph, const core::OrderClasses& classes);

}  // namespace fencelab::analysis
