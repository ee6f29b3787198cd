// Atomic commits as user space makes them: planes of one or several CRTCs, all or nothing
// (drivers/gpu/drm/drm_atomic_helper.c, drm_atomic_uapi.c).
#pragma once

#include <memory>
#include <vector>

#include "core/task.hpp"
#include "models/display/display.hpp"
#include "models/display/plane.hpp"

namespace fencelab::models {

/// What one CRTC shows next.
struct CrtcState {
  Display* display = nullptr;
  std::vector<PlaneState> planes = {};
  std::vector<std::shared_ptr<Frame>> frames = {};  ///< client frames that become visible with it
  bool wants_out_fence = false;                     ///< OUT_FENCE_PTR
};

/// One commit. A late fence on any plane of any CRTC holds all of it back; each CRTC then shows its
/// part at its own next vblank.
struct AtomicRequest {
  std::vector<CrtcState> crtcs = {};
  bool async = false;      ///< DRM_MODE_PAGE_FLIP_ASYNC: not at a vblank; fences are waited for
  bool test_only = false;  ///< DRM_MODE_ATOMIC_TEST_ONLY: nothing happens, no out-fence (-1)
};

struct AtomicResult {
  int error = 0;  ///< 0, or -EBUSY: the previous commit on one of the CRTCs is not done
  /// By CRTC; it signals when that CRTC scans the new state out. Null (-1 to user space) if not
  /// asked for, if only tried, or with an error.
  std::vector<core::FencePtr> out_fences = {};
};

/// A non-blocking commit: returns at once. Workers of the displays wait for the fences,
/// uninterruptibly and without a limit. A refused commit leaves nothing behind.
AtomicResult commit_nonblocking(const AtomicRequest& request);

/// A blocking commit, in the calling thread: waits for the fences and then for older commits, both
/// interruptibly and before anything has changed; then, uninterruptibly, until every CRTC shows its
/// part. Never -EBUSY. Others find the CRTCs busy from the beginning. (Not modelled: the modeset
/// lock, for which a second commit waits in the kernel until then.)
core::Task<AtomicResult> commit_blocking(AtomicRequest request);

}  // namespace fencelab::models
