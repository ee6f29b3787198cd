// Whether what is stuck is stuck in the way that a scenario says: edge by edge.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/deadlock/wait_edges.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// Whether `words` are as `expected`, in which "#" stands for any number, with or without a "#"
/// before it ("bind # of app", "job draw# of app"): instance numbers change with what else a
/// scenario does.
bool matches_words(std::string_view expected, std::string_view words);

/// In what the edges differ from those expected, a sentence each; empty: in nothing. Expected edges
/// of a cycle stand in its order, beginning anywhere; those beside it may stand anywhere.
std::vector<std::string> cycle_differences(const std::vector<scenarios::EdgeSpec>& expected,
                                           const std::vector<analysis::WaitEdge>& edges);

/// The differences to the finding that has fewest; empty if one has none. Without findings there is
/// nothing to compare with, which is a difference.
std::vector<std::string> cycle_differences(
    const std::vector<scenarios::EdgeSpec>& expected,
    const std::vector<std::vector<analysis::WaitEdge>>& findings);

}  // namespace fencelab::campaign
