// The stuck part of a wait graph as a Graphviz drawing.
#pragma once

#include <string>
#include <vector>

#include "analysis/deadlock/findings.hpp"
#include "core/wait_graph.hpp"

namespace fencelab::analysis {

struct DotOptions {
  /// Agents drawn at most; members of findings come first, then those behind them.
  std::size_t agents_max = 60;
};

/// Boxes are agents (red: member of a finding), 3D boxes pools, the rest what is waited for, with
/// its "all of" or "2 of 3". Arrows of the canonical cycles are red. Only what is stuck is drawn.
std::string render_dot(const core::WaitGraph& graph, const std::vector<Finding>& findings,
                       const DotOptions& options = {});

/// `text` as a quoted DOT string.
std::string quote_dot(const std::string& text);

}  // namespace fencelab::analysis
