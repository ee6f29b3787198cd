// The driver and timeline that dma_fence tracepoints would name for a fence.
#pragma once

#include <string>

#include "core/fence.hpp"

namespace fencelab::analysis {

struct FenceNames {
  std::string driver, timeline;
};

/// Asked as the fence is made, when it has its producer. Fences of jobs are those of the DRM
/// scheduler ("drm_sched", ring); containers have the timeline "unbound", as in
/// drivers/dma-buf/dma-fence-array.c; others that of their role.
FenceNames names_of(const core::DmaFence& fence);

/// A fence context without the bit that tells it from numbers of queues and objects: those differ
/// in the rest, too, and tracepoints of dma_fence print 32 bits.
constexpr std::uint64_t trace_context(std::uint64_t context) {
  return context & ~(std::uint64_t{1} << 63);
}

}  // namespace fencelab::analysis
