// What an import says about itself: what was used, what was left out, what was assumed.
#pragma once

#include <string>
#include <vector>

#include "scenarios/ftrace/displays.hpp"
#include "scenarios/ftrace/jobs.hpp"
#include "scenarios/ftrace/plan.hpp"
#include "scenarios/ftrace/recording.hpp"

namespace fencelab::scenarios::ftrace {

/// One line each, without the counts that are zero.
std::vector<std::string> summarise(const Recording& recording, const Jobs& jobs, const Plan& plan,
                                   const Screens& screens);

/// What the scenario says that no recording can tell.
std::string assumptions();

}  // namespace fencelab::scenarios::ftrace
