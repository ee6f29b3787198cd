// From a bottom component of stuck nodes to a minimal deadlock: agents that stay stuck even if
// everybody else were released, and of which none can be left out.
#pragma once

#include <vector>

#include "analysis/deadlock/provider_graph.hpp"

namespace fencelab::analysis {

/// Step of a cycle of waits: `from` waits at `first`, and what opens it hangs at last on `to`.
struct CycleStep {
  core::AgentIndex from = core::kNoIndex;
  std::vector<core::GateIndex> gates;  ///< passed on the way, in order
  core::AgentIndex to = core::kNoIndex;
};

/// A minimal deadlock, in indices of the whole wait graph.
struct MinimalCore {
  std::vector<core::AgentIndex> agents;      ///< ascending
  std::vector<core::GateIndex> stuck_gates;  ///< closed although all others are assumed released
  std::vector<CycleStep> cycle;              ///< from the smallest agent that is on it
};

/// The minimal core inside one bottom component that contains agents; of equally good ones the
/// first in canonical_order(), whatever the numbers are. Components of more than
/// kMinimiseLimit agents are reduced to their shortest cycle if that is stuck by itself, and else
/// left whole: minimising takes one reduction of the component per agent.
MinimalCore minimal_core(const core::WaitGraph& graph, const Reduction& reduction,
                         const ProviderGraph& providers,
                         const std::vector<ProviderGraph::NodeIndex>& component);

inline constexpr std::size_t kMinimiseLimit = 256;

}  // namespace fencelab::analysis
