// The same scenario told differently: what changes nothing in the machine must change nothing in
// what comes out.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/golden/plans.hpp"

namespace fencelab::tests {

/// With a client that has a queue and never uses it; declared before all others, or after them.
nlohmann::json with_idle_client(nlohmann::json scenario, bool first);
/// With a GPU that nobody uses; declared before all others, or after them.
nlohmann::json with_unused_gpu(nlohmann::json scenario, bool first);
/// With other names for processes, threads, contexts, operations, buffers, timelines, locks,
/// channels, swapchains, displays, GPUs and links; in alphabetical order they come the other way
/// round. Names of stacks stay.
nlohmann::json renamed(const nlohmann::json& scenario);
/// In slow motion: whatever takes time takes twice as much, on the machine, in programs and as
/// parameters of policies.
void slow_down(Plan& plan);
/// With all lists of resources, GPUs and links the other way round.
nlohmann::json with_resources_reversed(nlohmann::json scenario);
/// With processes the other way round.
nlohmann::json with_processes_reversed(nlohmann::json scenario);

}  // namespace fencelab::tests
