// Memory: making room by taking from others.
#include "models/machine.hpp"
#include "models/memory/eviction_walk.hpp"
#include "models/svm/paged_memory.hpp"
#include "models/sync/drm_exec.hpp"
#include "models/userptr/process_memory.hpp"
#include "models/vm/vm_bo.hpp"

namespace fencelab::models {

bool Memory::fixed(const Buffer& buffer) const {
  const DriverPolicies& policies = machine_.policies_of(buffer);
  return buffer.pinned || !policies.residency->evictable() ||
         (buffer.user_pages() && buffer.user_pages()->pinned());
}

const MoveRules& Memory::rules_of(const Buffer& buffer) const {
  return machine_.policies_of(buffer).residency->moves();
}

bool Memory::moves_on_gpu(const Buffer& buffer, const Gpu* gpu) const {
  return gpu && rules_of(buffer).pipelined && gpu->copy_engine();
}

bool Memory::may_wait(const AllocRequest& request) const {
  return !request.no_wait_gpu && machine_.policies().reclaim->may_wait_for_gpu(request);
}

// First the buffers nobody has reserved; then, with a ticket, one that somebody has.
core::Task<Placement> Memory::evict_to_fit(MemoryPool& pool, std::uint64_t bytes,
                                           AllocRequest request) {
  const DmemGroup* const group = pool.group_of(request.client);
  const bool may_sleep = pool.gpu || mask_of(request.gfp).direct_reclaim;
  const bool may_reclaim = may_sleep && machine_.policies().reclaim->may_reclaim(request);
  EvictionWalk walk(machine_, pool, request);
  for (;;) {
    const DmemGroup* const over = group && !group->allows(bytes) ? group : nullptr;
    if (!over && pool.fits(bytes)) co_return Placement::ok;
    Buffer* const victim = may_reclaim ? walk.next(over) : nullptr;
    if (victim) {
      co_await evict_from(pool, *victim, request, Users::wait, {});
      continue;
    }
    if (may_reclaim && pool.paged && !over) {
      const bool gave = co_await pool.paged->give_up(pool.used + bytes - pool.capacity);
      if (gave) continue;
    }
    if (may_reclaim && walk.give_up_low()) continue;
    Buffer* const contended =
        may_reclaim && may_wait(request) && request.ww ? walk.contended(over) : nullptr;
    if (!contended || !rules_of(*contended).ticket_walk) co_return Placement::no_memory;
    const Placement result = co_await wait_and_evict(*contended, pool, request);
    if (result != Placement::ok) co_return result;
    walk.begin_again();
  }
}

// The second walk of ttm_bo_util.c (ttm_lru_walk_ticketlock()): sleeps on one reservation and takes
// its buffer under the very lock. A walk that would deadlock makes the caller leave its
// transaction.
core::Task<Placement> Memory::wait_and_evict(Buffer& victim, MemoryPool& pool,
                                             AllocRequest request) {
  const core::WwResult locked = co_await victim.resv().lock().lock(request.ww);
  if (locked == core::WwResult::deadlock) {
    if (request.exec) request.exec->contend(victim.resv());
    co_return Placement::back_off;
  }
  victim.placement.read();
  const bool there = victim.pool == &pool || victim.aperture == &pool;
  if (there && !fixed(victim)) co_await evict_locked(pool, victim, request, Users::wait, {});
  victim.resv().lock().unlock();
  co_return Placement::ok;
}

// Whatever BOOKKEEP holds must signal: end-of-batch fences, or preempt fences, which this arms.
core::Task<bool> Memory::wait_until_idle(Buffer& victim, core::Duration limit) {
  const std::vector<core::FencePtr> fences = victim.users();
  if (fences.empty()) co_return true;
  std::vector<core::WaitItem> items;
  for (const core::FencePtr& fence : fences) items.push_back({fence.get(), 0});
  const auto timeout = machine_.policies_of(victim).hang->fence_wait_timeout();
  const core::Duration own = rules_of(victim).idle_limit;
  const bool gives_up = limit > core::Duration{} || own > core::Duration{};
  const core::Duration patience = limit > core::Duration{} ? limit : own;
  const bool forces = timeout && (!gives_up || *timeout < patience);
  core::Simulation& simulation = machine_.simulation();
  core::WaitOptions options{.reason = core::WaitReason::memory};
  // A shrinker's short wait is no rescue: it means to go on without the buffer.
  options.recovery = forces || limit == core::Duration{};
  if (forces || gives_up) options.deadline = simulation.now() + (forces ? *timeout : patience);
  if (!forces && !gives_up) options.recovery = false;
  core::MultiWait wait(simulation, items, static_cast<std::uint32_t>(items.size()), options);
  const auto result = co_await wait;
  if (result != core::WaitResult::timed_out) co_return true;
  if (!forces) co_return false;
  for (const core::FencePtr& fence : fences) machine_.force_signal({fence, nullptr, 0});
  co_return true;
}

core::Task<bool> Memory::swap_out(Buffer& victim) {
  const std::uint64_t bytes = victim.bytes();
  if (victim.kind() != MemoryKind::file) {
    swap_used += bytes;
    co_await machine_.hardware().disk_io(bytes, true);
    if (!victim.pool) {  // freed meanwhile
      swap_used -= bytes;
      co_return true;
    }
  }
  drop(victim);
  victim.placement.write();
  victim.swapped = true;
  co_return true;
}

// amdgpu_evict_flags(): into the aperture, whose own victims leave the GPU's reach. Where VRAM's do
// so at once, the aperture is needed on the way (amdgpu_bo_move(): -EMULTIHOP).
core::Task<bool> Memory::move_to_system(Buffer& victim, AllocRequest request) {
  MemoryPool& pool = *victim.pool;
  MemoryPool* const gtt = aperture_of(victim);
  const std::uint64_t bytes = victim.bytes();
  if (gtt) {
    const Placement bound = co_await get(*gtt, bytes, request);
    if (bound != Placement::ok) co_return false;
  }
  const Placement room = co_await reserve(system(), bytes, request);
  if (gtt) gtt->give_back(gtt->rounded(bytes));
  if (room != Placement::ok) co_return false;
  system().give_back(system().rounded(bytes));
  core::FencePtr blit;
  bool remembered = true;
  if (moves_on_gpu(victim, pool.gpu)) {
    victim.leaving = &pool;
    blit = moves_.blit(victim, *pool.gpu);
    remembered = pool.remember_move(blit);
  }
  drop(victim);
  take(system(), victim, nullptr);
  if (gtt && !pool.evicts_to_system) bind(*gtt, victim);
  if (request.moved) *request.moved += gtt && pool.evicts_to_system ? 2 * bytes : bytes;
  if (!blit)
    co_await bring_content(victim, &pool, false);
  else if (!remembered)
    co_await blit->wait(core::WaitReason::memory);
  co_return true;
}

core::Task<bool> Memory::move_out(Buffer& victim, AllocRequest request) {
  if (victim.pool->gpu && victim.purgeable) victim.content = false;
  if (!victim.content) {
    drop(victim);
    co_return true;
  }
  if (victim.pool->gpu) co_return co_await move_to_system(victim, request);
  co_return co_await swap_out(victim);
}

void Memory::tell_evicted(const MemoryPool& pool, const Buffer& victim, core::Time asked) {
  core::Simulation& simulation = machine_.simulation();
  simulation.emit(core::ProbeKind::buffer_evicted, victim.id(), core::raw(pool.id),
                  static_cast<std::uint64_t>((simulation.now() - asked).count()), &victim);
}

// try_to_unmap() in mm/rmap.c: under the lock of the pages, which stands for no reservation.
core::Task<bool> Memory::evict_user_pages(MemoryPool& pool, Buffer& victim) {
  core::Simulation& simulation = machine_.simulation();
  const core::Time asked = simulation.now();
  const bool locked = victim.user_pages()->page_lock().try_lock();
  if (!locked) co_return false;
  victim.placement.read();
  const core::OrderScope reclaim(simulation, core::ScopeKind::reclaim, pool.order_class);
  RangeInvalidation range(machine_, victim, InvalidationCause::reclaim);
  co_await range.start();
  bool moved = false;
  if (victim.pool == &pool) moved = co_await move_out(victim, {});
  if (moved) {
    victim.user_pages()->replace();
    note_evicted(victim);
  }
  range.end();
  victim.user_pages()->page_lock().unlock();
  victim.placement.write();
  victim.was_evicted = true;
  if (moved) tell_evicted(pool, victim, asked);
  co_return moved;
}

core::Task<bool> Memory::evict(Buffer& victim, AllocRequest request, Users users,
                               core::Duration limit) {
  return evict_from(*victim.pool, victim, request, users, limit);
}

core::Task<bool> Memory::evict_from(MemoryPool& pool, Buffer& victim, AllocRequest request,
                                    Users users, core::Duration limit) {
  if (victim.user_pages()) co_return co_await evict_user_pages(pool, victim);
  const bool held = request.exec && request.exec->is_spare(victim.resv());
  const bool locked = held || victim.resv().lock().try_lock();
  if (!locked) co_return false;
  const bool moved = co_await evict_locked(pool, victim, request, users, limit);
  if (!held) victim.resv().lock().unlock();
  co_return moved;
}

// What the memory manager does once it holds the victim's reservation. Content that may go is not
// moved: a ghost keeps the memory as long as the GPU does.
core::Task<bool> Memory::take_bytes(MemoryPool& pool, Buffer& victim, AllocRequest request,
                                    Users users, core::Duration limit) {
  const bool in_aperture = victim.pool != &pool;
  const bool blit = !in_aperture && victim.content && moves_on_gpu(victim, pool.gpu);
  if (blit && victim.purgeable && !victim.deleted) {
    discard(victim);
    co_return true;
  }
  if (users == Users::wait && (!blit || victim.deleted)) {
    const bool idle = co_await wait_until_idle(victim, limit);
    if (!idle) co_return false;
  }
  if (victim.deleted) {
    free(victim);
    co_return true;
  }
  if (in_aperture && victim.aperture == &pool) {
    unbind(victim);
    if (request.moved) *request.moved += victim.bytes();
  }
  if (victim.pool != &pool) co_return true;
  co_return co_await move_out(victim, request);
}

core::Task<bool> Memory::evict_locked(MemoryPool& pool, Buffer& victim, AllocRequest request,
                                      Users users, core::Duration limit) {
  core::Simulation& simulation = machine_.simulation();
  const core::Time asked = simulation.now();
  victim.placement.read();
  // fs_reclaim_acquire() in mm/page_alloc.c; ttm_bo_evict() in drivers/gpu/drm/ttm/ttm_bo.c.
  const core::OrderScope reclaim(simulation, core::ScopeKind::reclaim, pool.order_class);
  const bool moved = co_await take_bytes(pool, victim, request, users, limit);
  victim.placement.write();
  victim.was_evicted = true;
  if (moved) note_evicted(victim);
  if (moved && !victim.leaving) tell_evicted(pool, victim, asked);  // else once the blit is done
  co_return moved;
}

}  // namespace fencelab::models
