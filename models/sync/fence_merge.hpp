// Merging fences as dma_fence_unwrap_merge does (drivers/dma-buf/dma-fence-unwrap.c).
#pragma once

#include <span>

#include "core/fence.hpp"

namespace fencelab::models {

/// One fence for all of `fences`: unwraps them, leaves out what is done, keeps the latest of each
/// context, oldest context first. None left: a signaled stub; one: that fence itself; else an
/// array.
core::FencePtr merge_fences(core::Simulation& simulation, std::span<const core::FencePtr> fences);

}  // namespace fencelab::models
