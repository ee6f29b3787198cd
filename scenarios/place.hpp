// What all parts of a loaded scenario are made of: indices of named things, and places in a file.
#pragma once

#include <cstdint>
#include <string>

#include "core/time.hpp"

namespace fencelab::scenarios {

using core::Duration;

/// Index of a named thing in the table of its kind, e.g. Scenario::buffers.
using Index = std::uint32_t;
inline constexpr Index kNone = ~Index{0};

/// Where a part of a scenario stands in its file.
struct Place {
  std::uint32_t line = 0;    ///< 1-based; 0 when the part was not read from a file (e.g. --set)
  std::uint32_t column = 0;  ///< 1-based, in bytes
  std::string pointer;       ///< JSON pointer (RFC 6901), e.g. /processes/0/threads/0/program/2
};

}  // namespace fencelab::scenarios
