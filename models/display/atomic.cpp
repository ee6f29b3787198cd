#include "models/display/atomic.hpp"

#include <fmt/format.h>

#include <memory>

#include "core/fence_chain.hpp"
#include "core/wait_graph_builder.hpp"

namespace fencelab::models {

core::FencePtr plane_fence(const PlaneState& plane, const KernelQuirks& quirks) {
  if (quirks.virtio_flip_ignores_buffer) return plane.in_fence;
  const core::FencePtr own = plane.resv->singleton(plane.in_fence ? Usage::kernel : Usage::write);
  if (!own) return plane.in_fence;
  if (!plane.in_fence) return own;
  return core::FenceChain::make(own->simulation(), plane.in_fence, own, 1);
}

AtomicCrtc::AtomicCrtc(core::Simulation& simulation, Display& display, KernelQuirks quirks)
    : simulation_(simulation),
      display_(display),
      quirks_(quirks),
      context_(core::new_fence_context(simulation)) {}

AtomicCrtc::Result AtomicCrtc::commit_nonblocking(const std::vector<PlaneState>& planes,
                                                  bool want_out_fence) {
  if (display_.busy()) return {.error = core::fence_error::kBusy};
  auto commit = std::make_shared<Display::Commit>();
  for (const PlaneState& plane : planes)
    if (core::FencePtr fence = plane_fence(plane, quirks_)) commit->fences.push_back({fence});
  if (want_out_fence)
    commit->out = core::make_intrusive<core::DmaFence>(simulation_, this, context_, ++seqno_);
  Result result{.out_fence = commit->out};
  display_.commit(std::move(commit));
  return result;
}

core::GateIndex AtomicCrtc::describe_release(core::WaitGraphBuilder& builder,
                                             const core::DmaFence& fence) const {
  return builder.process(display_.worker(), describe(fence), fence.id());
}

std::string AtomicCrtc::describe(const core::DmaFence& fence) const {
  return fmt::format("out-fence {} of {}", fence.seqno(), display_.name());
}

}  // namespace fencelab::models
