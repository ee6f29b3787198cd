// Values of policy parameters, as scenarios write them.
#pragma once

#include "policies/registry.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::scenarios {

/// `text` as a value of `parameter`, within its range; else a code, a message, what was expected
/// and a hint.
Quantity<std::int64_t> parse_parameter(const policies::Parameter& parameter,
                                       const std::string& text);

}  // namespace fencelab::scenarios
