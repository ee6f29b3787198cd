// Small scenarios on a machine whose system memory has watermarks.
#pragma once

#include <string>

#include "tests/campaign/behaviour/small_run.hpp"

namespace fencelab::tests {

struct MemoryScenario {
  std::string memory;     ///< members of platform.memory besides size (64 MiB) and watermarks
  std::string resources;  ///< further top-level members, each ending in a comma
  std::string processes;  ///< elements of the list
  std::string axes;       ///< policies by axis; the preset is linux-implicit
};

/// Marks of 2, 3 and 4 MiB; one GPU gpu0 with rcs0 and ccs0.
std::string memory_scenario(const MemoryScenario& scenario);
campaign::RunRecord run_memory(const MemoryScenario& scenario);
/// Rules that the orders of such a run break.
std::string rules_broken(const MemoryScenario& scenario);

}  // namespace fencelab::tests
