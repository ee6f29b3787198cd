// Which scenario, stack and seed a schedule was made for, in eight digits.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// 8 hex digits over what decides what happens: the scenario without prose, layout and
/// expectations, the policies with their parameters (not the stack's name), the seed. A different
/// hash means: look closely, something changed; not that the schedule cannot fit.
std::string schedule_hash(const scenarios::Scenario& scenario,
                          const scenarios::ResolvedStack& stack, std::uint64_t seed);

/// The scenario's part of it: 16 hex digits over all but prose, layout and expectations.
std::string scenario_hash(const scenarios::Scenario& scenario);

/// The policies of a stack with their parameters, by axis; "GPU.axis" where a GPU has its own.
std::map<std::string, std::string> policies_of(const scenarios::ResolvedStack& stack);

}  // namespace fencelab::campaign
