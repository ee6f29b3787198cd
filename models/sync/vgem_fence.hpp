// vgem's fences: user space attaches one to a buffer and signals it itself. Since user space may
// never do so, each expires (drivers/gpu/drm/vgem/vgem_fence.c).
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "core/fence.hpp"
#include "core/simulation.hpp"
#include "models/sync/dma_resv.hpp"

namespace fencelab::models {

/// The fences of one open file.
class VgemFences {
 public:
  explicit VgemFences(core::Simulation& simulation);
  /// Signals all that are left, as closing the file does.
  ~VgemFences();

  using Handle = std::uint32_t;
  /// A fence expires so long after it was attached, without an error (VGEM_FENCE_TIMEOUT).
  static constexpr core::Duration kLifetime = std::chrono::seconds(10);

  /// DRM_IOCTL_VGEM_FENCE_ATTACH: a new fence of a context of its own in `resv`, as reader or
  /// writer. No value: -EBUSY, such an access would have to wait; nothing was added.
  std::optional<Handle> attach(DmaResv& resv, bool write);
  /// DRM_IOCTL_VGEM_FENCE_SIGNAL: 0, -ENOENT (unknown or signaled by us before), -ETIMEDOUT (it had
  /// expired).
  int signal(Handle handle);
  /// The fence behind a handle that was not signaled yet; null otherwise.
  core::FencePtr find(Handle handle) const;

 private:
  class Fence;
  core::Simulation& simulation_;
  core::Cell cell_;
  std::map<Handle, core::IntrusivePtr<Fence>> fences_;
  Handle last_ = 0;
};

}  // namespace fencelab::models
