// What must hold between the steps of a descriptor.
#pragma once

#include <string>
#include <vector>

#include "scenarios/diagnostics.hpp"
#include "scenarios/wsim/descriptor.hpp"

namespace fencelab::scenarios::wsim {

/// Targets exist and are of the right kind, working sets are unique and large enough, maps and
/// bonds fit.
void check_meaning(const Workload& workload, const std::string& file,
                   std::vector<Diagnostic>& errors);

/// Objects in a working set.
std::uint32_t object_count(const Step& working_set);

}  // namespace fencelab::scenarios::wsim
