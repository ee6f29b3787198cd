// Turns a workload descriptor into a scenario.
#pragma once

#include <cstdint>
#include <string>

#include "scenarios/wsim/descriptor.hpp"

namespace fencelab::scenarios::wsim {

struct ImportOptions {
  std::string name;           ///< of the scenario: [a-z0-9][a-z0-9._-]*
  std::uint32_t clients = 1;  ///< clones of the workload (-c of the tool)
  std::uint32_t repeat = 1;   ///< iterations of its steps (-r of the tool)
};

/// The scenario as JSON text, pretty-printed and stable. See docs/reference/wsim.md for what
/// becomes what.
std::string import_workload(const Workload& workload, const ImportOptions& options);

}  // namespace fencelab::scenarios::wsim
