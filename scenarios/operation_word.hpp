// The word for an operation, as scenario files have it.
#pragma once

#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

/// A literal, such as "submit" or "read_unlock".
const char* operation_word(const Op& op);

}  // namespace fencelab::scenarios
