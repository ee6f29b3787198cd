// Findings of the deadlock analysis as JSON, with members in a fixed order.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "analysis/deadlock/findings.hpp"
#include "analysis/deadlock/text.hpp"

namespace fencelab::analysis {

/// One finding. Times are integers of nanoseconds, enumerations words, agents their names. `place`
/// is what `describe_place` says, or the bare index without it.
nlohmann::ordered_json deadlock_json(const Finding& finding,
                                     const DescribePlace& describe_place = {});

/// {"findings": [...]}; equal findings give equal bytes.
nlohmann::ordered_json deadlock_json(const std::vector<Finding>& findings,
                                     const DescribePlace& describe_place = {});

}  // namespace fencelab::analysis
