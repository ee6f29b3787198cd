// VmBo: that a buffer is, was or is about to be mapped in an address space (drm_gpuvm_bo in
// drivers/gpu/drm/drm_gpuvm.c).
#pragma once

#include <cstdint>

namespace fencelab::models {

class Buffer;
class GpuVm;

struct VmBo {
  GpuVm* vm = nullptr;
  Buffer* buffer = nullptr;
  bool external = false;        ///< has a reservation of its own
  bool evicted = false;         ///< must be validated before the address space is used again
  bool stale = false;           ///< its entries point to where the bytes no longer are
  std::uint32_t rebinding = 0;  ///< updates under way that repair that
  std::uint32_t asked = 0;      ///< binds of it that are not carried out yet
};

/// Memory was taken from `buffer`, whose reservation the caller holds: every address space that
/// maps it learns of it (drm_gpuvm_bo_evict()).
void note_evicted(Buffer& buffer);

}  // namespace fencelab::models
