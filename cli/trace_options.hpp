// The options of a trace: of which run, in which form, of what part.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "cli/plan.hpp"

namespace fencelab::cli {

/// `--trace` and what goes with it.
void add_trace_options(CLI::App& command, analysis::TraceOptions& trace);

/// Whether one run is asked for, or no trace is; else it has complained, and said how to choose.
bool can_trace(const RunOptions& options, const std::vector<Plan>& plans,
               const policies::Registry& registry);

}  // namespace fencelab::cli
