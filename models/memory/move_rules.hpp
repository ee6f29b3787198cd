// MoveRules: how a driver's memory manager moves buffers between pools, and finds room for them.
#pragma once

#include "core/time.hpp"

namespace fencelab::models {

struct MoveRules {
  /// The blit rides a copy engine; its fence, and not the CPU, waits for those who use the buffer,
  /// and whoever gets the memory next waits for it (ttm_bo_move_accel_cleanup() in
  /// drivers/gpu/drm/ttm/ttm_bo_util.c). Else the CPU waits and moves under the reservation.
  bool pipelined = false;
  /// Where nothing waits on the CPU for those who use a victim longer than that: -EBUSY, and the
  /// next victim (drivers/gpu/drm/ttm/ttm_bo.c: 15 s). Zero: no limit.
  core::Duration idle_limit{};
  /// Time to clear a MiB of VRAM that a buffer gets for the first time; zero: nothing is cleared.
  core::Duration clear_per_mib{};
  /// Whether a walk that found no victim waits for the reservation of one with the caller's ticket
  /// (ttm_lru_walk_ticketlock() in drivers/gpu/drm/ttm/ttm_bo_util.c).
  bool ticket_walk = true;
  /// Whether a validation that got -ENOMEM is tried again with all others of the device kept out
  /// (drivers/gpu/drm/xe/xe_validation.c).
  bool exhaustive = false;
};

}  // namespace fencelab::models
