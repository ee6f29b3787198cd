// Counter-based randomness: a draw is a pure function of (seed, process, operation, iteration,
// index), never of how many draws came before. Two policies compared at one seed get the same
// workload.
#pragma once

#include <array>
#include <cstdint>

namespace fencelab::core {

/// What a draw is for. `process` and `operation` are stable numbers.
struct RandomKey {
  std::uint64_t process = 0;
  std::uint64_t operation = 0;
  std::uint64_t iteration = 0;
};

/// Philox4x32-10 (Salmon et al., SC'11): one block of four 32-bit words from a counter and a key.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

class Random {
 public:
  explicit Random(std::uint64_t seed) : seed_(seed) {}
  std::uint64_t seed() const { return seed_; }

  /// 64 uniform bits for `key`; `index` tells several draws of one key apart.
  std::uint64_t bits(RandomKey key, std::uint32_t index = 0) const;

  /// Uniform integer in [low, high], both included; the same on every machine (no floating point).
  std::int64_t uniform(RandomKey key, std::int64_t low, std::int64_t high,
                       std::uint32_t index = 0) const;

 private:
  std::uint64_t seed_;
};

}  // namespace fencelab::core
