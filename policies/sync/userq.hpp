// amdgpu's user queues that share buffers: an ioctl tells a queue what to poll for, another one
// leaves a fence behind.
#pragma once

#include "policies/sync/tracked.hpp"

namespace fencelab::policies {

/// DRM_IOCTL_AMDGPU_USERQ_WAIT before a submission and DRM_IOCTL_AMDGPU_USERQ_SIGNAL after it
/// (drivers/gpu/drm/amd/amdgpu/amdgpu_userq_fence.c). The process orders its own work, as any
/// user-mode driver does; for the rest it lists its buffers as read or written. The kernel knows no
/// owners here: fences of the process's other queues are found as well.
class AmdgpuUserqSync final : public ExplicitSync {
 public:
  /// `inverted`: quirk amdgpu-userq-wait-inverted.
  /// `room`: of the array for values.
  AmdgpuUserqSync(core::Simulation& simulation, bool inverted, std::size_t room)
      : simulation_(simulation), inverted_(inverted), room_(room) {}
  std::size_t wait_array_room() const override { return room_; }
  bool uses_resv() const override { return true; }
  bool wraps_user_fences() const override { return true; }
  void add_dependencies(models::Job& job) override;
  std::optional<models::Usage> query_for(const models::Access& access, bool marked) const override;
  models::Usage publish_as(const models::Access& access) const override;
  models::HandOver hand_over(models::Client&, models::Buffer&) override { return {}; }
  core::Task<> accept(models::Client& client, models::Gpu& gpu, models::Buffer& buffer,
                      models::HandOver with) override;
  models::HandOver flip_fences(models::Client& client, models::Buffer& buffer) override;

 private:
  core::Simulation& simulation_;
  bool inverted_;
  std::size_t room_;
};

}  // namespace fencelab::policies
