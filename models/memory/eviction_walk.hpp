// EvictionWalk: one search for buffers that can be taken out of a pool (drivers/gpu/drm/ttm/
// ttm_bo_util.c, ttm_lru_walk_for_evict(); ttm_bo_evict_alloc() in ttm_bo.c).
#pragma once

#include <vector>

#include "models/memory/memory.hpp"

namespace fencelab::models {

class EvictionWalk {
 public:
  /// Both outlive it. `request`: who needs the room.
  EvictionWalk(Machine& machine, MemoryPool& pool, const AllocRequest& request)
      : machine_(machine), pool_(pool), request_(request) {}

  /// The oldest buffer of lowest priority that may be taken and was not tried yet; nullptr: none.
  /// `over`: the process' own limit, if that is what keeps it from memory: then only what counts
  /// against this limit helps.
  Buffer* next(const DmemGroup* over);
  /// Nothing was left but what is better not taken (dmem.low): from now on it is. False: nothing
  /// was.
  bool give_up_low();
  /// The oldest buffer that only its reservation, held by somebody else, keeps from being a victim.
  Buffer* contended(const DmemGroup* over);
  /// What was tried may be tried again.
  void begin_again() { tried_.clear(); }

 private:
  bool is_free_to_take(Buffer& buffer) const;
  bool is_worth_it(const Buffer& buffer) const;
  bool may_take(const Buffer& buffer, const DmemGroup* over);
  Machine& machine_;
  MemoryPool& pool_;
  const AllocRequest& request_;
  std::vector<const Buffer*> tried_;
  bool ignores_low_ = false, hit_low_ = false;
};

}  // namespace fencelab::models
