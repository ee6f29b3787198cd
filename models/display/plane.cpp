#include "models/display/plane.hpp"

namespace fencelab::models {

void add_plane_fences(const PlaneState& plane, const KernelQuirks& quirks,
                      std::vector<SyncPoint>& into) {
  if (plane.in_fence)
    for (const core::FencePtr& fence : *plane.in_fence) into.push_back({fence});
  if (quirks.virtio_flip_ignores_buffer) return;
  plane.resv->for_each(plane.in_fence ? Usage::kernel : usage_rw(false),
                       [&](const DmaResv::Entry& entry) { into.push_back({entry.fence}); });
}

}  // namespace fencelab::models
