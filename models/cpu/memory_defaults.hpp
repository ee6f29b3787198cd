// What of system memory a scenario does not say, with where the numbers come from.
#pragma once

#include <chrono>
#include <cstdint>

#include "core/time.hpp"

namespace fencelab::models::memory_defaults {

/// Bounds of the min watermark: mm/page_alloc.c, calculate_min_free_kbytes().
inline constexpr std::uint64_t kMinKiBLeast = 128, kMinKiBMost = 256 * 1024;
/// A step between watermarks in parts of memory: mm/page_alloc.c, watermark_scale_factor = 10 of
/// 10 000.
inline constexpr std::uint64_t kScaleDivisor = 1000;
/// What is written at a time: fs/fs-writeback.c, MIN_WRITEBACK_PAGES.
inline constexpr std::uint64_t kWritebackBytes = std::uint64_t{4} << 20;
/// Rounds of reclaim without progress before the OOM killer is asked: mm/internal.h,
/// MAX_RECLAIM_RETRIES.
inline constexpr std::uint32_t kReclaimRetries = 16;
/// Pause after one of them, unless the scenario says otherwise: mm/vmscan.c,
/// VMSCAN_THROTTLE_NOPROGRESS, one jiffy at HZ=250 (kernel/Kconfig.hz).
inline constexpr core::Duration kReclaimPause = std::chrono::milliseconds(4);

/// How fast a CPU copies pages (fork, migration): assumed, one core of a present machine; no
/// published number was found.
inline constexpr std::uint64_t kCopyBytesPerSecond = 10'000'000'000;

}  // namespace fencelab::models::memory_defaults
