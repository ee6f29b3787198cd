// The two tests that everybody tries first. Both ignore how many of its items a process needs.
#pragma once

#include "core/wait_graph.hpp"

namespace fencelab::test {

/// Deadlock iff the agents' wait-for graph has a cycle: right for all-of waits only.
bool cycle_test(const core::WaitGraph& graph);

/// Deadlock iff the wait-for graph has a knot: right for any-of waits only.
bool knot_test(const core::WaitGraph& graph);

}  // namespace fencelab::test
