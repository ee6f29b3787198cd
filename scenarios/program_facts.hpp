// Simple facts about programs that the checks of a scenario need.
#pragma once

#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

/// Whether time passes, or may pass, in every execution of some operation of the program.
bool takes_time(const Program& program);

/// Most operations in a row without time passing, as far as finite loops repeat them; saturates.
std::uint64_t timeless_operations(const Program& program);

/// Whether the operation is a loop without end.
bool is_endless(const Op& op);

/// Whether the operation is work (as opposed to settings, notes and loops without work inside).
bool is_work(const Op& op);

}  // namespace fencelab::scenarios
