// Which scenario, stack and seed a schedule was made for, in eight digits.
#pragma once

#include <cstdint>
#include <string>

#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// 8 hex digits over what decides what happens: the scenario without prose, layout and
/// expectations, the policies with their parameters (not the stack's name), the seed. A different
/// hash means: look closely, something changed; not that the schedule cannot fit.
std::string schedule_hash(const scenarios::Scenario& scenario,
                          const scenarios::ResolvedStack& stack, std::uint64_t seed);

}  // namespace fencelab::campaign
