// What one plane shows next, and what its update waits for
// (drivers/gpu/drm/drm_gem_atomic_helper.c).
#pragma once

#include <optional>
#include <vector>

#include "models/sync/dma_resv.hpp"
#include "models/sync/kernel_quirks.hpp"
#include "models/sync/sync_point.hpp"

namespace fencelab::models {

class Buffer;

struct PlaneState {
  DmaResv* resv = nullptr;  ///< of the framebuffer's buffer
  /// What is scanned out, for observers; may be null.
  const Buffer* buffer = nullptr;
  std::uint64_t begin = 0, end = 0;  ///< bytes of it
  /// What IN_FENCE_FD holds, a merged sync_file by its parts; no value: implicit fencing.
  std::optional<std::vector<core::FencePtr>> in_fence = {};
};

/// Adds the fences that a plane's update waits for (drm_gem_plane_helper_prepare_fb): with an
/// explicit fence that one and the buffer's pending KERNEL fences only, so that explicit fencing
/// overrules implicit fencing; without one what a reader of the buffer waits for. A snapshot of
/// this instant.
void add_plane_fences(const PlaneState& plane, const KernelQuirks& quirks,
                      std::vector<SyncPoint>& into);

}  // namespace fencelab::models
