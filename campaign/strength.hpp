// How strong a claim of freedom is. The four are never blurred into one another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fencelab::campaign {

/// Weakest first, so that `reached >= asked` means what it says.
enum class Strength : std::uint8_t {
  observed,   ///< these timed runs, one per seed
  predicted,  ///< the ordering graph over the events of these runs has no forbidden cycle
  explored,   ///< so many schedules, within bounds
  proved,     ///< all schedules of this finite scenario, exhausted
};

std::string_view to_string(Strength strength);

/// The strength of that name, or nothing.
std::optional<Strength> parse_strength(std::string_view name);

/// Names of all strengths, weakest first.
const std::vector<std::string>& strength_names();

}  // namespace fencelab::campaign
