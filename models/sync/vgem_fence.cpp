#include "models/sync/vgem_fence.hpp"

#include "core/recovery.hpp"
#include "core/wait_graph_builder.hpp"

namespace fencelab::models {

/// Its timer lives with it: others may hold the fence longer than the file does.
class VgemFences::Fence final : public core::DmaFence {
 public:
  explicit Fence(core::Simulation& simulation)
      : DmaFence(simulation, nullptr, core::new_fence_context(simulation), 1),
        expiry_(simulation, core::RecoveryKind::wait_timeout, [this] { signal(); }) {
    expiry_.arm(kLifetime, id());
  }
  void finish() {
    expiry_.disarm();
    signal();
  }

 protected:
  core::GateIndex describe_members(core::WaitGraphBuilder& builder) const override {
    return builder.environment("user space signals it", id());
  }
  std::string describe_name() const override { return "vgem fence"; }

 private:
  core::RecoveryTimer expiry_;
};

VgemFences::VgemFences(core::Simulation& simulation) : simulation_(simulation), cell_(simulation) {}

VgemFences::~VgemFences() {
  for (const auto& [handle, fence] : fences_) fence->finish();
}

std::optional<VgemFences::Handle> VgemFences::attach(DmaResv& resv, bool write) {
  cell_.write();
  const auto fence = core::make_intrusive<Fence>(simulation_);
  if (!resv.test_signaled(usage_rw(write))) {
    fence->finish();
    return std::nullopt;
  }
  resv.add(fence, write ? Usage::write : Usage::read);
  fences_.emplace(++last_, fence);
  return last_;
}

int VgemFences::signal(Handle handle) {
  cell_.write();
  const auto found = fences_.find(handle);
  if (found == fences_.end()) return core::fence_error::kNoEntry;
  const core::IntrusivePtr<Fence> fence = found->second;
  fences_.erase(found);
  const bool expired = fence->is_signaled();
  fence->finish();
  return expired ? core::fence_error::kTimedOut : 0;
}

core::FencePtr VgemFences::find(Handle handle) const {
  cell_.read();
  const auto found = fences_.find(handle);
  return found == fences_.end() ? nullptr : core::FencePtr(found->second);
}

}  // namespace fencelab::models
