// Small random programs whose jobs touch ranges of shared buffers from several queues and threads.
#pragma once

#include <cstdint>
#include <string>

namespace fencelab::tests {

/// A scenario with one stack, as JSON; equal for equal numbers. `stack`: members of it besides the
/// name.
std::string random_program(std::uint64_t seed, const std::string& stack);

}  // namespace fencelab::tests
