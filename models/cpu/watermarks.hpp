// Watermarks of system memory: below `low` kswapd is woken, which stops at `high`; below `min`
// whoever allocates has to reclaim by itself.
#pragma once

#include <cstdint>

namespace fencelab::models {

/// Free bytes.
struct Watermarks {
  std::uint64_t min = 0, low = 0, high = 0;
};

/// What Linux sets for a machine with so many bytes: min is 4 * sqrt(KiB) KiB, between 128 KiB and
/// 256 MiB (mm/page_alloc.c, calculate_min_free_kbytes()); low and high are one and two steps above
/// it, a step being the larger of min / 4 and 0.1 % of memory (__setup_per_zone_wmarks(),
/// watermark_scale_factor = 10). One zone.
Watermarks default_watermarks(std::uint64_t bytes);

}  // namespace fencelab::models
