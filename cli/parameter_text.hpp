// Parameters of policies, as they are told to people.
#pragma once

#include <cstdint>
#include <string>

#include "policies/registry.hpp"

namespace fencelab::cli {

/// A value of `parameter` with its unit, as scenarios have it: "5 ms", "2 MiB", "true", a word, or
/// a count.
std::string value_text(const policies::Parameter& parameter, std::int64_t value);

/// What else it may be: "one of a, b", "true or false", "from 1 to 8"; empty where there is no
/// bound.
std::string range_text(const policies::Parameter& parameter);

}  // namespace fencelab::cli
