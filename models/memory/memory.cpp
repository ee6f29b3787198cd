#include "models/memory/memory.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/cpu/zone.hpp"
#include "models/machine.hpp"
#include "models/svm/fault_service.hpp"
#include "models/sync/drm_exec.hpp"
#include "models/userptr/process_memory.hpp"
#include "models/vm/vm_bo.hpp"

namespace fencelab::models {

// An endless pool has no state that anybody could notice. Bytes of others are alike: taking and
// giving back commute as long as there is enough for all, in whatever order they come.
void MemoryPool::note(core::Access access, bool ok, std::uint64_t bytes,
                      std::uint64_t before) const {
  if (capacity == 0) return;
  if (watch_) watch_->write();
  cell_.note(access, bytes, ok, before);
  if (!simulation_.untimed()) return;
  const bool depends = access != core::Access::free && before == 0;
  if (depends) simulation_.not_before(changed_at_);
  if (ok) changed_at_ = std::max(changed_at_, simulation_.now());
}

void MemoryPool::resize(std::uint64_t bytes) {
  FENCELAB_ASSERT(used == 0, "{} holds {} bytes", name, used);
  capacity = bytes;
  bookings_.begin_with(bytes);
}

bool MemoryPool::fits(std::uint64_t bytes) const {
  if (capacity == 0 || used + bytes <= capacity) return true;
  note(core::Access::allocate, false, bytes, 0);
  return false;
}

void MemoryPool::book(std::uint64_t bytes) {
  if (simulation_.footprint() && capacity != 0) [[unlikely]]
    note(core::Access::allocate, true, bytes, bookings_.take(simulation_, bytes));
  used += bytes;
  peak = std::max(peak, used);
  if (!simulation_.footprint()) bookings_.begin_with(capacity - used);
}

void MemoryPool::give_back(std::uint64_t bytes) {
  if (simulation_.footprint() && capacity != 0) [[unlikely]] {
    note(core::Access::free, true, bytes, 0);
    bookings_.give_back(simulation_, bytes);
  }
  used -= bytes;
  given_back_.happen();
}

// No touch of its own: who waits has failed to get memory in the same step, which tells the order.
void GivenBack::happen() {
  at_ = simulation().now();
  while (head_) satisfy(*head_);
}

core::GateIndex GivenBack::describe_release(core::WaitGraphBuilder& builder,
                                            const core::WaitLink& link) const {
  if (describe_) return describe_(builder, link);
  return builder.environment(describe(), id());
}

void MemoryPool::look() const { note(core::Access::query, false, 0, 0); }

bool MemoryPool::hash_state(std::uint64_t& hash) const {
  hash = core::mix_hash(used, simulation_.hash_of(changed_at_));
  for (const Buffer* buffer : lru) hash += core::mix_hash(1, core::raw(buffer->id()));
  return true;
}

Memory::Memory(Machine& machine) : machine_(machine), moves_(machine) {
  pools_.push_back(std::make_unique<MemoryPool>(machine.simulation(), "system", 0));
}

Memory::~Memory() = default;

void Memory::set_zone(std::unique_ptr<Zone> zone) { zone_ = std::move(zone); }

MemoryPool& Memory::add_vram(Gpu& gpu, std::uint64_t bytes) {
  pools_.push_back(
      std::make_unique<MemoryPool>(machine_.simulation(), gpu.name() + " vram", bytes));
  pools_.back()->gpu = &gpu;
  gpu.vram = pools_.back().get();
  return *pools_.back();
}

MemoryPool& Memory::home_pool(const Buffer& buffer) {
  const bool in_vram =
      buffer.home() && buffer.home()->vram && !buffer.userptr() && !buffer.system_only;
  return in_vram ? *buffer.home()->vram : system();
}

void Memory::take(MemoryPool& pool, Buffer& buffer) {
  pool.book(buffer.bytes());
  buffer.placement.write();
  buffer.pool = &pool;
  if (buffer.swapped && buffer.kind() != MemoryKind::file) swap_used -= buffer.bytes();
  buffer.swapped = false;
  buffer.lru = pool.lru.insert(pool.lru.end(), &buffer);
  machine_.simulation().emit(core::ProbeKind::buffer_placed, buffer.id(), core::raw(pool.id),
                             buffer.bytes(), &buffer);
  buffer.was_evicted = false;
}

void Memory::drop(Buffer& buffer) {
  FENCELAB_ASSERT(buffer.pool && buffer.pool->used >= buffer.bytes(), "{} is nowhere",
                  buffer.name());
  buffer.pool->give_back(buffer.bytes());
  buffer.placement.write();
  buffer.pool->lru.erase(buffer.lru);
  buffer.pool = nullptr;
}

void Memory::free(Buffer& buffer) {
  buffer.placement.write();
  if (buffer.pages) buffer.home()->faults()->release(*buffer.pages);
  if (buffer.pool) {
    machine_.simulation().emit(core::ProbeKind::buffer_freed, buffer.id(),
                               core::raw(buffer.pool->id), buffer.bytes(), &buffer);
    drop(buffer);
  }
  if (buffer.swapped && buffer.kind() != MemoryKind::file) swap_used -= buffer.bytes();
  buffer.exists = buffer.content = buffer.swapped = false;
}

void Memory::discard(Buffer& buffer) {
  buffer.placement.write();
  if (buffer.pool) drop(buffer);
  if (buffer.swapped && buffer.kind() != MemoryKind::file) swap_used -= buffer.bytes();
  buffer.content = buffer.swapped = false;
}

core::Duration Memory::copy_time(std::uint64_t bytes) const {
  if (copy_bytes_per_second == 0) return {};
  __extension__ using Wide = unsigned __int128;
  return core::Duration(
      static_cast<std::int64_t>(Wide{bytes} * 1'000'000'000 / copy_bytes_per_second));
}

bool Memory::only_returns_help() const {
  if (faults_) return false;
  for (const auto& pool : pools_) {
    pool->look();
    for (const Buffer* buffer : pool->lru)
      if (!fixed(*buffer)) return false;
  }
  return true;
}

core::Task<> Memory::wait_for_return() {
  std::vector<core::WaitItem> items;
  for (const auto& pool : pools_) items.push_back({&pool->given_back(), 0});
  core::MultiWait any(machine_.simulation(), items, 1, {.reason = core::WaitReason::memory});
  co_await any;
}

void Memory::touch(Buffer& buffer) {
  if (buffer.pool) buffer.pool->lru.splice(buffer.pool->lru.end(), buffer.pool->lru, buffer.lru);
}

bool Memory::idle(const Buffer& buffer) const {
  return const_cast<Buffer&>(buffer).resv().test_signaled(Usage::bookkeep);
}

// A reservation held by somebody else is passed by (trylock, as TTM's LRU walk does). Of those of
// the caller's own transaction only one that it took because it was contended: it is held for this
// (i915_gem_evict_vm() takes what is locked by its own context, too).
bool Memory::is_free_to_take(Buffer& buffer, const AllocRequest& request) const {
  if (buffer.user_pages()) return !buffer.user_pages()->page_lock().is_locked();
  const core::WwMutex& lock = buffer.resv().lock();
  const bool ours = request.ww && lock.context() == request.ww;
  if (ours) return request.exec && request.exec->is_spare(buffer.resv());
  return !lock.is_locked();
}

// The oldest one, where time is simulated. Where schedules are explored each is tried, in an order
// that does not depend on history.
Buffer* Memory::choose_among(std::vector<Buffer*>& candidates) {
  if (candidates.empty()) return nullptr;
  core::Simulation& simulation = machine_.simulation();
  if (simulation.untimed())
    std::sort(candidates.begin(), candidates.end(),
              [](const Buffer* a, const Buffer* b) { return a->index() < b->index(); });
  const core::Process* process = simulation.current();
  const auto name = [](const void* of, std::uint32_t answer) {
    return (*static_cast<const std::vector<Buffer*>*>(of))[answer]->name();
  };
  const auto chosen =
      simulation.choose({"eviction victim", process ? process->id : core::kNoProcess,
                         static_cast<std::uint32_t>(candidates.size()), 0, name, &candidates});
  return candidates[chosen];
}

// The oldest buffer that may be taken.
Buffer* Memory::choose_victim(MemoryPool& pool, const AllocRequest& request,
                              std::vector<const Buffer*>& tried) {
  const bool may_wait =
      machine_.policies().reclaim->may_wait_for_gpu(request) && !request.idle_only;
  std::vector<Buffer*> candidates;
  pool.look();
  for (Buffer* buffer : pool.lru) {
    if (fixed(*buffer) || !is_free_to_take(*buffer, request)) continue;
    buffer->placement.read();
    if (!pool.gpu && !has_swap && buffer->content) continue;
    if (!may_wait && !idle(*buffer)) continue;
    if (std::find(tried.begin(), tried.end(), buffer) != tried.end()) continue;
    candidates.push_back(buffer);
  }
  Buffer* const victim = choose_among(candidates);
  if (victim) tried.push_back(victim);
  return victim;
}

bool Memory::fixed(const Buffer& buffer) const {
  const DriverPolicies& policies = machine_.policies_of(buffer);
  return buffer.pinned || !policies.residency->evictable() ||
         (buffer.user_pages() && buffer.user_pages()->pinned());
}

// The oldest buffer that only its reservation, held by somebody else, keeps from being a victim.
Buffer* Memory::contended_candidate(MemoryPool& pool, const AllocRequest& request) {
  std::vector<Buffer*> candidates;
  pool.look();
  for (Buffer* buffer : pool.lru) {
    if (buffer->user_pages()) continue;
    const core::WwMutex& lock = buffer->resv().lock();
    const bool ours = lock.context() && lock.context() == request.ww;
    buffer->placement.read();  // pinned or not, and whether there is anything in it
    if (!ours && lock.is_locked() && !fixed(*buffer) && (pool.gpu || has_swap || !buffer->content))
      candidates.push_back(buffer);
  }
  return choose_among(candidates);
}

// What the reclaim policy lets this allocation do, in the words of the kernel's GFP contexts.
core::AllocContext Memory::context_of(const AllocRequest& request) const {
  const ReclaimPolicy& reclaim = *machine_.policies().reclaim;
  const GfpMask mask = mask_of(request.gfp);
  if (!reclaim.may_reclaim(request) || !mask.direct_reclaim) return core::AllocContext::atomic;
  if (!mask.fs) return core::AllocContext::noio;
  return reclaim.may_wait_for_gpu(request) ? core::AllocContext::kernel
                                           : core::AllocContext::no_fence;
}

// The second walk of ttm_bo_util.c (ttm_lru_walk_ticketlock()): sleeps on one reservation and takes
// its buffer under the very lock. A walk that would deadlock makes the caller leave its
// transaction.
core::Task<Placement> Memory::wait_and_evict(Buffer& victim, AllocRequest request) {
  MemoryPool* const pool = victim.pool;
  const core::WwResult locked = co_await victim.resv().lock().lock(request.ww);
  if (locked == core::WwResult::deadlock) {
    if (request.exec) request.exec->contend(victim.resv());
    co_return Placement::back_off;
  }
  victim.placement.read();
  if (victim.pool == pool && !fixed(victim)) co_await evict_locked(victim, request, Users::wait);
  victim.resv().lock().unlock();
  co_return Placement::ok;
}

// First the buffers nobody has reserved; then, with a ticket, one that somebody has.
core::Task<Placement> Memory::reserve(MemoryPool& pool, std::uint64_t bytes, AllocRequest request) {
  if (zone_ && &pool == &system()) {
    Placement found = faults_ && faults_->fails(request) ? Placement::no_memory : Placement::ok;
    if (found == Placement::ok) found = co_await zone_->allocate(bytes, request);
    if (found != Placement::ok)
      machine_.simulation().emit(core::ProbeKind::allocation_failed, pool.id, bytes);
    co_return found;
  }
  // might_alloc() in include/linux/sched/mm.h; for VRAM, what TTM may do about a full domain.
  core::note_allocation(machine_.simulation(), pool.order_class, context_of(request));
  std::vector<const Buffer*> tried;
  Placement result =
      pool.capacity == 0 || bytes <= pool.capacity ? Placement::ok : Placement::no_memory;
  if (result == Placement::ok && faults_ && faults_->fails(request)) result = Placement::no_memory;
  const bool may_reclaim = machine_.policies().reclaim->may_reclaim(request);
  while (result == Placement::ok && !pool.fits(bytes)) {
    Buffer* victim = may_reclaim ? choose_victim(pool, request, tried) : nullptr;
    if (victim) {
      co_await evict(*victim, request);
      continue;
    }
    if (may_reclaim && pool.paged) {
      const bool gave = co_await pool.paged->give_up(pool.used + bytes - pool.capacity);
      if (gave) continue;
    }
    const bool may_wait = may_reclaim && machine_.policies().reclaim->may_wait_for_gpu(request);
    Buffer* const contended = may_wait && request.ww ? contended_candidate(pool, request) : nullptr;
    if (!contended) {
      result = Placement::no_memory;
      break;
    }
    result = co_await wait_and_evict(*contended, request);
    tried.clear();
  }
  if (result == Placement::no_memory)
    machine_.simulation().emit(core::ProbeKind::allocation_failed, pool.id, bytes);
  if (result != Placement::ok) co_return result;
  pool.book(bytes);
  co_return result;
}

void Memory::unreserve(MemoryPool& pool, std::uint64_t bytes) { pool.give_back(bytes); }

core::Task<Placement> Memory::place(Buffer& buffer, AllocRequest request) {
  MemoryPool& home = home_pool(buffer);
  buffer.placement.read();
  if (buffer.pool == &home) {
    touch(buffer);
    co_return Placement::ok;
  }
  const Placement reserved = co_await reserve(home, buffer.bytes(), request);
  if (reserved != Placement::ok) co_return reserved;
  home.give_back(buffer.bytes());  // take() books it under the buffer
  MemoryPool* const from = buffer.pool;
  const bool swapped = buffer.swapped;
  if (from) drop(buffer);
  take(home, buffer);
  if (buffer.content && (from || swapped)) co_await bring_content(buffer, from, swapped);
  co_return Placement::ok;
}

// What amdgpu does for a dma-buf with an attachment that is no peer (amdgpu_cs_bo_validate: GTT
// only); the move is a blit like others, and its fence is what holds later users back.
core::Task<Placement> Memory::keep_in_system(Buffer& buffer, AllocRequest request) {
  buffer.placement.read();
  MemoryPool* const from = buffer.pool;
  if (from && from->gpu) {
    const Placement room = co_await reserve(system(), buffer.bytes(), request);
    if (room != Placement::ok) co_return room;
    system().give_back(buffer.bytes());  // take() books it under the buffer
    drop(buffer);
    take(system(), buffer);
    if (buffer.content) moves_.start(buffer, *from->gpu);
  }
  buffer.placement.write();
  buffer.system_only = true;
  co_return Placement::ok;
}

core::Task<> Memory::bring_content(Buffer& buffer, MemoryPool* from, bool swapped) {
  // Files of a machine without a disk come from nowhere, at once.
  const bool has_disk = machine_.hardware().disk_id() != core::kNoObject;
  if (swapped && has_disk) co_await machine_.hardware().disk_io(buffer.bytes(), false);
  const Gpu* gpu = buffer.pool->gpu ? buffer.pool->gpu : from ? from->gpu : nullptr;
  if (gpu && gpu->link != ~std::size_t{0})
    co_await machine_.hardware().transfer(gpu->link, buffer.bytes());
}

// Whatever BOOKKEEP holds must signal: end-of-batch fences, or preempt fences, which this arms.
core::Task<bool> Memory::wait_until_idle(Buffer& victim) {
  std::vector<core::FencePtr> fences;
  victim.resv().for_each(Usage::bookkeep,
                         [&](const DmaResv::Entry& entry) { fences.push_back(entry.fence); });
  if (fences.empty()) co_return true;
  std::vector<core::WaitItem> items;
  for (const core::FencePtr& fence : fences) items.push_back({fence.get(), 0});
  const auto timeout = machine_.policies_of(victim).hang->fence_wait_timeout();
  core::Simulation& simulation = machine_.simulation();
  core::MultiWait wait(simulation, items, static_cast<std::uint32_t>(items.size()),
                       {.reason = core::WaitReason::memory,
                        .deadline = timeout ? simulation.now() + *timeout : core::kNever,
                        .recovery = timeout.has_value()});
  const auto result = co_await wait;
  if (result == core::WaitResult::timed_out)
    for (const core::FencePtr& fence : fences) machine_.force_signal({fence, nullptr, 0});
  co_return true;
}

core::Task<bool> Memory::move_out(Buffer& victim, AllocRequest request) {
  MemoryPool& pool = *victim.pool;
  if (!victim.content) {
    drop(victim);
    co_return true;
  }
  if (pool.gpu) {
    const Placement room = co_await reserve(system(), victim.bytes(), request);
    if (room != Placement::ok) co_return false;
    system().give_back(victim.bytes());
    drop(victim);
    take(system(), victim);
    co_await bring_content(victim, &pool, false);
    co_return true;
  }
  if (victim.kind() != MemoryKind::file) {
    swap_used += victim.bytes();
    co_await machine_.hardware().disk_io(victim.bytes(), true);
    if (!victim.pool) {  // freed meanwhile
      swap_used -= victim.bytes();
      co_return true;
    }
  }
  drop(victim);
  victim.placement.write();
  victim.swapped = true;
  co_return true;
}

core::Task<bool> Memory::evict(Buffer& victim, AllocRequest request, Users users) {
  if (victim.user_pages()) co_return co_await evict_user_pages(victim, request);
  const bool held = request.exec && request.exec->is_spare(victim.resv());
  const bool locked = held || victim.resv().lock().try_lock();
  if (!locked) co_return false;
  const bool moved = co_await evict_locked(victim, request, users);
  if (!held) victim.resv().lock().unlock();
  co_return moved;
}

// try_to_unmap() in mm/rmap.c: under the lock of the pages, which stands for no reservation.
core::Task<bool> Memory::evict_user_pages(Buffer& victim, AllocRequest request) {
  core::Simulation& simulation = machine_.simulation();
  const core::Time asked = simulation.now();
  const bool locked = victim.user_pages()->page_lock().try_lock();
  if (!locked) co_return false;
  victim.placement.read();
  MemoryPool* const pool = victim.pool;
  const core::OrderScope reclaim(simulation, core::ScopeKind::reclaim, pool->order_class);
  RangeInvalidation range(machine_, victim, InvalidationCause::reclaim);
  co_await range.start();
  bool moved = false;
  if (victim.pool == pool) moved = co_await move_out(victim, request);
  if (moved) {
    victim.user_pages()->replace();
    note_evicted(victim);
  }
  range.end();
  victim.user_pages()->page_lock().unlock();
  victim.placement.write();
  victim.was_evicted = true;
  if (moved)
    simulation.emit(core::ProbeKind::buffer_evicted, victim.id(), core::raw(pool->id),
                    static_cast<std::uint64_t>((simulation.now() - asked).count()), &victim);
  co_return moved;
}

core::Task<bool> Memory::evict_locked(Buffer& victim, AllocRequest request, Users users) {
  core::Simulation& simulation = machine_.simulation();
  const core::Time asked = simulation.now();
  victim.placement.read();
  const core::ObjectId pool = victim.pool->id;
  // fs_reclaim_acquire() in mm/page_alloc.c; ttm_bo_evict() in drivers/gpu/drm/ttm/ttm_bo.c.
  const core::OrderScope reclaim(simulation, core::ScopeKind::reclaim, victim.pool->order_class);
  if (users == Users::wait) co_await wait_until_idle(victim);
  bool moved = true;
  if (victim.pool && victim.pool->id == pool) moved = co_await move_out(victim, request);
  victim.placement.write();
  victim.was_evicted = true;
  if (moved) note_evicted(victim);
  if (moved)
    simulation.emit(core::ProbeKind::buffer_evicted, victim.id(), core::raw(pool),
                    static_cast<std::uint64_t>((simulation.now() - asked).count()), &victim);
  co_return moved;
}

}  // namespace fencelab::models
