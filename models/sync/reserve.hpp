// Locking one reservation as TTM's callers do.
#pragma once

#include "models/sync/drm_exec.hpp"

namespace fencelab::models {

struct ReserveOptions {
  core::WwContext* ticket = nullptr;
  bool interruptible = false;
  bool no_wait = false;  ///< -EBUSY instead of waiting; not allowed with a ticket
};

/// ttm_bo_reserve() in include/drm/ttm/ttm_bo.h: 0, or -EBUSY, -EDEADLK, -EALREADY, -ERESTARTSYS.
core::Task<int> reserve(DmaResv& resv, ReserveOptions options);

}  // namespace fencelab::models
