// Atomic commits as user space makes them: planes with buffers and IN_FENCE_FD, one OUT_FENCE_PTR
// (drivers/gpu/drm/drm_atomic_helper.c, drm_atomic_uapi.c, drm_gem_atomic_helper.c).
#pragma once

#include <string>
#include <vector>

#include "core/fence.hpp"
#include "models/display/display.hpp"
#include "models/sync/dma_resv.hpp"
#include "models/sync/kernel_quirks.hpp"

namespace fencelab::models {

/// What one plane shows next.
struct PlaneState {
  DmaResv* resv = nullptr;  ///< of the framebuffer's buffer
  core::FencePtr in_fence;  ///< IN_FENCE_FD; null: implicit fencing
};

/// The fence a plane's update waits for, null if none (drm_gem_plane_helper_prepare_fb): with an
/// explicit fence that one and the buffer's pending kernel fences, without one its pending write
/// and kernel fences. A snapshot of this instant.
core::FencePtr plane_fence(const PlaneState& plane, const KernelQuirks& quirks);

/// One CRTC: commits, and the timeline of its out-fences.
class AtomicCrtc final : public core::FenceProducer {
 public:
  AtomicCrtc(core::Simulation& simulation, Display& display, KernelQuirks quirks = {});

  struct Result {
    int error = 0;             ///< 0, or -EBUSY: the previous commit is not done
    core::FencePtr out_fence;  ///< signals when the new state is scanned out; never with an error
  };
  /// A non-blocking commit: returns at once, the display's worker waits for the fences. A refused
  /// one leaves nothing behind.
  Result commit_nonblocking(const std::vector<PlaneState>& planes, bool want_out_fence);

  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override;

 private:
  core::Simulation& simulation_;
  Display& display_;
  KernelQuirks quirks_;
  std::uint64_t context_;
  std::uint64_t seqno_ = 0;
};

}  // namespace fencelab::models
