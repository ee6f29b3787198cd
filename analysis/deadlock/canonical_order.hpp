// An order of the nodes of one component that does not depend on how anything is numbered. Of
// equally short cycles one is taken, and its class keys baselines: so it has to be the same one
// whatever the order in which a scenario declares what it has.
#pragma once

#include <vector>

#include "analysis/deadlock/provider_graph.hpp"

namespace fencelab::analysis {

/// `component` in canonical order: agents, gates, then pools; by the words of their class (instance
/// numbers stripped), then by what they are connected with (partition refinement), then by their
/// full words. Only nodes that even so are alike keep the order of their numbers.
std::vector<ProviderGraph::NodeIndex> canonical_order(
    const core::WaitGraph& graph, const Reduction& reduction, const ProviderGraph& providers,
    const std::vector<ProviderGraph::NodeIndex>& component);

}  // namespace fencelab::analysis
