// Zone: what one round of reclaim does, from what costs nothing to what costs most.
#include <algorithm>

#include "core/uninterruptible.hpp"
#include "models/cpu/zone.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

// shrink_node() in mm/vmscan.c. Nobody is killed in here: it runs to its end first.
core::Task<std::uint64_t> Zone::shrink(Control control) {
  const core::Uninterruptible until_done(simulation_);
  const core::OrderScope reclaim(simulation_, core::ScopeKind::reclaim, pool_.order_class);
  std::uint64_t freed = page_cache_.drop_clean(control.target);
  const bool drivers = control.mask.fs || machine_.policies().reclaim->shrinks_without_fs();
  for (const Stage stage : {Stage::purge, Stage::idle})
    if (freed < control.target && drivers) {
      Control rest = control;
      rest.target -= freed;
      const std::uint64_t more = co_await shrink_drivers(rest, stage);
      freed += more;
    }
  if (freed < control.target) {
    Control rest = control;
    rest.target -= freed;
    const std::uint64_t more = co_await shrink_processes(rest);
    freed += more;
  }
  if (freed < control.target && control.mask.fs && control.mask.io && page_cache_.dirty() > 0) {
    co_await page_cache_.write_back();
    freed += page_cache_.drop_clean(control.target - freed);
  }
  if (freed < control.target && drivers) {
    Control rest = control;
    rest.target -= freed;
    const std::uint64_t more = co_await shrink_drivers(rest, Stage::active);
    freed += more;
  }
  co_return freed;
}

// Whether its bytes can go: files are read again, the rest needs room on the disk and leave to use
// it; what was never written needs nothing.
bool Zone::may_drop(const Buffer& buffer, const Control& control) const {
  buffer.placement.read();
  if (buffer.kind() == MemoryKind::file || !buffer.content) return true;
  return control.mask.io && machine_.memory().swap_fits(buffer.bytes());
}

bool Zone::is_contended(const Buffer& buffer) const {
  if (buffer.user_pages()) return buffer.user_pages()->page_lock().is_locked();
  return const_cast<Buffer&>(buffer).resv().lock().is_locked();
}

// By somebody else: what the caller has locked itself it cannot take however long it waits.
bool Zone::any_contended(const AllocRequest& request) const {
  const Memory& memory = machine_.memory();
  const core::Process* const self = simulation_.current();
  bool any = false;  // all are looked at: their order is no business of an explorer
  for (Buffer* const buffer : pool_.lru) {
    const core::WwMutex& lock = buffer->resv().lock();
    UserPages* const pages = buffer->user_pages();
    const bool ours = pages ? pages->page_lock().owner() == self
                            : (request.ww && lock.context() == request.ww) || lock.owner() == self;
    any |= !memory.fixed(*buffer) && !ours && is_contended(*buffer);
  }
  return any;
}

// Folios that are mapped: try_to_unmap() calls the notifiers of their process whatever the context
// (mm/rmap.c), and swapping takes __GFP_IO (shrink_folio_list() in mm/vmscan.c).
core::Task<std::uint64_t> Zone::shrink_processes(Control control) {
  Memory& memory = machine_.memory();
  std::vector<const Buffer*> tried;
  std::uint64_t freed = 0;
  while (freed < control.target) {
    std::vector<Buffer*> candidates;
    pool_.look();
    for (Buffer* buffer : pool_.lru)
      if (buffer->of_process() && !memory.fixed(*buffer) && !is_contended(*buffer) &&
          may_drop(*buffer, control) &&
          std::find(tried.begin(), tried.end(), buffer) == tried.end())
        candidates.push_back(buffer);
    Buffer* const victim = memory.choose_among(candidates);
    if (!victim) break;
    tried.push_back(victim);
    const bool taken = co_await memory.evict(*victim, control.request, Memory::Users::none);
    if (taken) freed += victim->bytes();
  }
  co_return freed;
}

core::Task<std::uint64_t> Zone::shrink_drivers(Control control, Stage stage) {
  Memory& memory = machine_.memory();
  const ReclaimPolicy& policy = *machine_.policies().reclaim;
  const bool waits =
      control.kswapd ? policy.kswapd_may_wait() : policy.may_wait_for_gpu(control.request);
  if (stage == Stage::active && !waits) co_return 0;
  const core::Duration patience = policy.active_wait().value_or(core::Duration{});
  std::vector<const Buffer*> tried;
  std::uint64_t freed = 0;
  while (freed < control.target) {
    std::vector<Buffer*> candidates;
    pool_.look();
    for (Buffer* buffer : pool_.lru) {
      if (buffer->of_process() || memory.fixed(*buffer) || is_contended(*buffer)) continue;
      buffer->placement.read();
      if (stage == Stage::purge ? !buffer->purgeable
                                : !buffer->purgeable && !may_drop(*buffer, control))
        continue;
      if (stage != Stage::active && !memory.idle(*buffer)) continue;
      if (std::find(tried.begin(), tried.end(), buffer) != tried.end()) continue;
      candidates.push_back(buffer);
    }
    Buffer* const victim = memory.choose_among(candidates);
    if (!victim) break;
    tried.push_back(victim);
    if (victim->purgeable && victim->content) {
      victim->placement.write();
      victim->content = false;
      ++counters_.purged;
    }
    const Memory::Users users = stage == Stage::active ? Memory::Users::wait : Memory::Users::none;
    const bool taken = co_await memory.evict(*victim, control.request, users, patience);
    if (taken) freed += victim->bytes();
  }
  co_return freed;
}

// What keeps memory that reclaim could take otherwise: when one of these signals it is worth
// another round.
std::vector<core::FencePtr> Zone::busy_fences() const {
  std::vector<core::FencePtr> busy;
  for (Buffer* buffer : pool_.lru) {
    if (machine_.memory().fixed(*buffer)) continue;
    for (const core::FencePtr& fence : buffer->users())
      if (!fence->is_signaled()) busy.push_back(fence);
  }
  return busy;
}

}  // namespace fencelab::models
