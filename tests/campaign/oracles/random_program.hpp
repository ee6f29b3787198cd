// Small random programs whose jobs touch ranges of shared buffers from several queues and threads.
#pragma once

#include <cstdint>
#include <string>

namespace fencelab::tests {

/// What else its threads do.
struct ProgramMix {
  bool mappings = false;            ///< accesses by the CPU, poll
  bool messages = false;            ///< buffers sent from thread to thread
  bool forks = false;               ///< a thread starts another one and waits for its end
  bool flips = false;               ///< a display scans buffers out
  bool two_gpus = false;            ///< contexts on either of two GPUs
  bool values = false;              ///< jobs wait for values that a process by itself signals
  const char* swapchain = nullptr;  ///< first to last process: its mode
  bool points = false;              ///< with acquire and release points
  bool pressure = false;            ///< less memory than all buffers need
};

/// A scenario with one stack, as JSON; equal for equal numbers. `stack`: members of it besides the
/// name.
std::string random_program(std::uint64_t seed, const std::string& stack,
                           const ProgramMix& mix = {});

}  // namespace fencelab::tests
