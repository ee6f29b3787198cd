// Names for steps: who acts, and what its next visible operation is. Names, not numbers, so that
// they mean the same after an unrelated change.
#pragma once

#include <string>

#include "analysis/explore/execution.hpp"

namespace fencelab::analysis {

/// The process behind a step; nullptr for a timer.
const core::Process* process_of(Execution& execution, const core::Step& step);

/// "app/main", or "timer 7".
std::string actor_name(Execution& execution, const core::Step& step);

/// What the step will do, as far as that is known before it is done: "submit: ask for lock A".
std::string operation_name(Execution& execution, const core::Step& step);

/// Where a process is that cannot act: "blocked at dma_fence ...", "at its end".
std::string whereabouts(const core::Process& process);

}  // namespace fencelab::analysis
