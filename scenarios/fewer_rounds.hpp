// The same scenario with its loops going round less often: small enough to be proved. What was
// divided is said wherever it is judged; nothing is claimed for more rounds than were looked at.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fencelab::scenarios {

/// "1/30" as 30; nothing if it is not of that form with a divisor from 2 to a million.
std::optional<std::uint64_t> parse_rounds(std::string_view text);

/// Assignments as for `--set` that divide the rounds of every loop of `document` by `divisor`,
/// rounded up, so that each goes round at least once and loops keep their ratios where they can.
/// Left alone: endless loops (`times` 0), and those that go round once.
std::vector<std::string> fewer_rounds(const nlohmann::json& document, std::uint64_t divisor);

}  // namespace fencelab::scenarios
