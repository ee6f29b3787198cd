// Watermarks of Linux for a machine of some size. With watermark_scale_factor at its default of 10
// a step is the larger of min / 4 and 0.1 % of memory.
#include "models/cpu/watermarks.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::models;

TEST_CASE("Watermarks follow the formula of mm/page_alloc.c") {
  constexpr std::uint64_t kKiB = 1024, kMiB = 1024 * kKiB, kGiB = 1024 * kMiB;
  // The examples in the comment of calculate_min_free_kbytes().
  CHECK(default_watermarks(16 * kMiB).min == 512 * kKiB);
  CHECK(default_watermarks(64 * kMiB).min == 1024 * kKiB);
  CHECK(default_watermarks(1 * kGiB).min == 4096 * kKiB);
  CHECK(default_watermarks(16 * kGiB).min == 16384 * kKiB);
  // It stays between 128 KiB and 256 MiB.
  CHECK(default_watermarks(kMiB / 2).min == 128 * kKiB);
  CHECK(default_watermarks(std::uint64_t{1} << 50).min == 256 * kMiB);
  const Watermarks small = default_watermarks(64 * kMiB);
  CHECK(small.low == small.min + small.min / 4);
  CHECK(small.high == small.low + small.min / 4);
  const Watermarks large = default_watermarks(16 * kGiB);
  CHECK(large.low == large.min + 16 * kGiB / 1000);
  CHECK(large.high == large.low + 16 * kGiB / 1000);
}
