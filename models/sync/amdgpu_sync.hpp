// The decision of amdgpu_sync_test_fence() (drivers/gpu/drm/amd/amdgpu/amdgpu_sync.c): whether a
// fence in a reservation has to be waited for.
#pragma once

#include "models/sync/driver_ownership.hpp"

namespace fencelab::models {

/// enum amdgpu_sync_mode.
enum class AmdgpuSyncMode : unsigned char {
  always,
  ne_owner,  ///< all but the caller's own: command submission
  eq_owner,  ///< the caller's own only: unmapping
  explicit_  ///< none: mapping, and buffers with the explicit-sync flag
};

/// Who asks: a process (its VM), or the kernel itself.
struct AmdgpuCaller {
  enum class Kind : unsigned char { process, kfd, move };
  Kind kind = Kind::process;
  const void* owner = nullptr;  ///< of a process
  const Gpu* device = nullptr;
};

/// Rules 1 to 5 in the kernel's order.
bool amdgpu_waits_for(AmdgpuSyncMode mode, const AmdgpuCaller& caller, const FenceOwner& fence);

}  // namespace fencelab::models
