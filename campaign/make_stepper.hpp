// The run that a replay steps through.
#pragma once

#include <cstdint>
#include <memory>

#include "analysis/explore/replay.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// A run of the scenario whose every step is decided from outside. What it refers to must outlive
/// it.
std::unique_ptr<analysis::Stepper> make_stepper(const scenarios::Scenario& scenario,
                                                const scenarios::ResolvedStack& stack,
                                                std::uint64_t seed);

}  // namespace fencelab::campaign
