#include "models/memory/eviction_walk.hpp"

#include <algorithm>

#include "models/machine.hpp"
#include "models/sync/drm_exec.hpp"

namespace fencelab::models {

// A reservation held by somebody else is passed by (trylock, as TTM's LRU walk does). Of those of
// the caller's own transaction only one that it took because it was contended: it is held for this
// (i915_gem_evict_vm() takes what is locked by its own context, too).
bool EvictionWalk::is_free_to_take(Buffer& buffer) const {
  if (buffer.user_pages()) return !buffer.user_pages()->page_lock().is_locked();
  const core::WwMutex& lock = buffer.resv().lock();
  const bool ours = request_.ww && lock.context() == request_.ww;
  if (ours) return request_.exec && request_.exec->is_spare(buffer.resv());
  return !lock.is_locked();
}

// Whether taking it gives memory: the last pool needs a disk for what has content.
bool EvictionWalk::is_worth_it(const Buffer& buffer) const {
  const bool has_next = pool_.gpu || buffer.pool != &pool_ || machine_.memory().has_swap;
  return has_next || !buffer.content || buffer.deleted;
}

// amdgpu_ttm_bo_eviction_valuable() for what is the process' own,
// dmem_cgroup_state_evict_valuable() for shares.
bool EvictionWalk::may_take(const Buffer& buffer, const DmemGroup* over) {
  if (buffer.deleted) return !over || buffer.charged == over;
  if (machine_.memory().fixed(buffer)) return false;
  const ResidencyPolicy& residency = *machine_.policies_of(buffer).residency;
  const bool own = request_.client && buffer.owner() == request_.client;
  if (own && !over && residency.spares_own()) return false;
  if (over) return buffer.charged == over;
  return !buffer.charged || !buffer.charged->is_protected(ignores_low_, hit_low_);
}

Buffer* EvictionWalk::next(const DmemGroup* over) {
  Memory& memory = machine_.memory();
  const bool may_wait = !request_.no_wait_gpu && !request_.idle_only &&
                        machine_.policies().reclaim->may_wait_for_gpu(request_);
  std::vector<Buffer*> candidates;
  pool_.look();
  for (Buffer* buffer : pool_.lru) {
    if (!may_take(*buffer, over) || !is_free_to_take(*buffer)) continue;
    buffer->placement.read();
    if (!is_worth_it(*buffer)) continue;
    if (!may_wait && !memory.idle(*buffer)) continue;
    if (std::find(tried_.begin(), tried_.end(), buffer) != tried_.end()) continue;
    candidates.push_back(buffer);
  }
  Buffer* const victim = memory.choose_among(candidates);
  if (victim) tried_.push_back(victim);
  return victim;
}

bool EvictionWalk::give_up_low() {
  if (!hit_low_ || ignores_low_) return false;
  ignores_low_ = true;
  return true;
}

Buffer* EvictionWalk::contended(const DmemGroup* over) {
  std::vector<Buffer*> candidates;
  pool_.look();
  for (Buffer* buffer : pool_.lru) {
    if (buffer->user_pages()) continue;
    const core::WwMutex& lock = buffer->resv().lock();
    const bool ours = lock.context() && lock.context() == request_.ww;
    buffer->placement.read();  // pinned or not, and whether there is anything in it
    if (!ours && lock.is_locked() && may_take(*buffer, over) && is_worth_it(*buffer))
      candidates.push_back(buffer);
  }
  return machine_.memory().choose_among(candidates);
}

}  // namespace fencelab::models
