// Waiting for syncobjs, and moving points between them: the ioctls of drm_syncobj.c that can block.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "core/task.hpp"
#include "core/time.hpp"
#include "models/sync/sync_point.hpp"
#include "models/sync/syncobj.hpp"

namespace fencelab::models {

/// Flags of a wait (DRM_SYNCOBJ_WAIT_FLAGS_*).
struct SyncobjWaitFlags {
  bool all = false;        ///< every one; else any
  bool submit = false;     ///< a missing fence is waited for
  bool available = false;  ///< a fence that is there suffices; it need not have signaled
};

/// One syncobj of a wait and a point of it; 0: the whole, as in a binary wait.
struct SyncobjPoint {
  SyncobjPtr syncobj;
  std::uint64_t point = 0;
};

/// Whether the points are those of a timeline wait ioctl: a binary one knows no `available`.
enum class SyncobjWaitKind : std::uint8_t { binary, timeline };

struct SyncobjWaitResult {
  int error = 0;              ///< 0, -EINVAL (a fence is missing and not waited for), -ETIME
  std::uint32_t first = ~0u;  ///< any: a signaled one, the lowest if there was one at once
};

/// DRM_IOCTL_SYNCOBJ_WAIT and _TIMELINE_WAIT. What it waits for is decided fence by fence as they
/// appear: replacing or resetting a syncobj later changes nothing. `deadline` in the past: a poll,
/// which arms what is pending all the same.
core::Task<SyncobjWaitResult> wait_for_syncobjs(core::Simulation& simulation,
                                                std::vector<SyncobjPoint> points,
                                                SyncobjWaitKind kind, SyncobjWaitFlags flags,
                                                core::Time deadline);

/// The fence of a point, caught the moment it appears: what becomes of the syncobj later does not
/// matter to who waits.
struct PointSeeker final : PointWatch {
  explicit PointSeeker(std::uint64_t point) : PointWatch(point) {}
  void on_found(const core::FencePtr& found) override { fence = found; }
  core::FencePtr fence;
};

/// A CPU wait for `value` of `timeline`, a point of `syncobj`, with WAIT_FOR_SUBMIT: returns the
/// fence that is behind it by then, or the value if that is reached without one or `deadline` has
/// passed.
core::Task<SyncPoint> catch_point(core::Simulation& simulation, SyncobjPtr syncobj,
                                  core::ValueTimeline& timeline, std::uint64_t value,
                                  core::Time deadline);

/// How long a kernel ioctl waits for a fence to be submitted (drm_syncobj_find_fence).
inline constexpr core::Duration kWaitForSubmitTimeout = std::chrono::seconds(5);

/// DRM_IOCTL_SYNCOBJ_TRANSFER. To a point: the pending fences behind the source, merged into one;
/// to point 0: the fence or node as it is. Returns 0, -EINVAL if the source has no fence there, or,
/// with `for_submit`, -ETIME if it got none in five seconds.
core::Task<int> transfer_point(SyncobjPoint to, SyncobjPoint from, bool for_submit);

}  // namespace fencelab::models
