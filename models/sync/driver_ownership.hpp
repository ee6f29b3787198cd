// Whose fence is it? dma_resv does not say (R13). amdgpu asks the DRM scheduler's fences for the
// pointer that each driver gave to drm_sched_job_init(), whatever driver that was; what it finds
// there is data about drivers.
#pragma once

#include <span>
#include <string_view>

namespace fencelab::core {
class DmaFence;
}

namespace fencelab::models {

class Gpu;

/// What one driver's job fences say of their owner, by the name it has in GpuSpec::driver.
struct DriverOwnership {
  std::string_view driver;
  bool scheduler_fence;    ///< others see a fence of the DRM scheduler
  std::string_view owner;  ///< the pointer it carries; empty: NULL, or it carries none
  bool always_writes;      ///< publishes WRITE, or stronger, whatever the access
  std::string_view source;

  bool has_owner() const { return scheduler_fence && !owner.empty(); }
};

/// All drivers whose rule is known.
std::span<const DriverOwnership> driver_ownerships();
/// That of one driver; nullptr if it is not known.
const DriverOwnership* ownership_of(std::string_view driver);

/// What amdgpu_sync_get_owner() reads out of a fence.
struct FenceOwner {
  enum class Kind : unsigned char {
    undefined,     ///< AMDGPU_FENCE_OWNER_UNDEFINED: moves, and fences that carry nothing
    page_tables,   ///< AMDGPU_FENCE_OWNER_VM: an update of page tables
    kfd_eviction,  ///< AMDGPU_FENCE_OWNER_KFD
    process,       ///< `owner` of `device`
  };
  Kind kind = Kind::undefined;
  const void* owner = nullptr;
  const Gpu* device = nullptr;
};

/// The owner of `fence` as the driver of `reader` sees it. Fences of its own device carry the
/// process; those of another one what that driver's row says; unknown drivers' carry nothing.
FenceOwner owner_of(const core::DmaFence& fence, const Gpu& reader);

}  // namespace fencelab::models
