// A schedule as a sequence diagram in the language of Mermaid (https://mermaid.js.org/syntax/
// sequenceDiagram.html), which GitHub, GitLab and many editors draw.
#pragma once

#include <string>
#include <vector>

#include "analysis/explore/schedule.hpp"

namespace fencelab::analysis {

/// One participant per process, in order of first steps; each step an arrow to itself, its note
/// beside it. At most `steps_max` steps, the last ones; what is left out is counted.
std::string sequence_diagram(const std::vector<TakenStep>& steps, const std::string& title,
                             std::size_t steps_max = 200);

}  // namespace fencelab::analysis
