// Seeds as text: one number, or a range such as 1..8.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "scenarios/quantity.hpp"

namespace fencelab::scenarios {

inline constexpr std::int64_t kMaxSeed =
    (std::int64_t{1} << 53) - 1;  ///< what every JSON reader keeps exactly
inline constexpr std::int64_t kMaxSeeds = 1'000'000;

/// "7", or "1..8" with both ends; the error has a code, a message and what was expected.
Quantity<std::vector<std::uint64_t>> parse_seeds(std::string_view text);

}  // namespace fencelab::scenarios
