#include "models/cpu/watermarks.hpp"

#include <algorithm>

#include "models/cpu/memory_defaults.hpp"

namespace fencelab::models {

namespace {

constexpr std::uint64_t kKiB = 1024;

/// int_sqrt() of lib/math/int_sqrt.c.
std::uint64_t root_of(std::uint64_t value) {
  std::uint64_t low = 0, high = std::uint64_t{1} << 32;
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (middle <= value / middle ? low : high) = middle;
  }
  return low;
}

}  // namespace

Watermarks default_watermarks(std::uint64_t bytes) {
  const std::uint64_t min_kib = std::clamp<std::uint64_t>(
      root_of(bytes / kKiB * 16), memory_defaults::kMinKiBLeast, memory_defaults::kMinKiBMost);
  Watermarks marks;
  marks.min = min_kib * kKiB;
  const std::uint64_t step = std::max(marks.min / 4, bytes / memory_defaults::kScaleDivisor);
  marks.low = marks.min + step;
  marks.high = marks.low + step;
  return marks;
}

}  // namespace fencelab::models
