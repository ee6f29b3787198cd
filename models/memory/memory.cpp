#include "models/memory/memory.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

Memory::Memory(Machine& machine) : machine_(machine) {
  pools_.push_back(std::make_unique<MemoryPool>(machine.simulation(), "system", 0));
}

MemoryPool& Memory::add_vram(Gpu& gpu, std::uint64_t bytes) {
  pools_.push_back(std::make_unique<MemoryPool>(machine_.simulation(), gpu.name() + " vram", bytes));
  pools_.back()->gpu = &gpu;
  gpu.vram = pools_.back().get();
  return *pools_.back();
}

MemoryPool& Memory::home_pool(const Buffer& buffer) {
  return buffer.home() && buffer.home()->vram && !buffer.userptr() ? *buffer.home()->vram : system();
}

void Memory::take(MemoryPool& pool, Buffer& buffer) {
  pool.used += buffer.bytes();
  pool.peak = std::max(pool.peak, pool.used);
  buffer.pool = &pool;
  buffer.swapped = false;
  buffer.lru = pool.lru.insert(pool.lru.end(), &buffer);
  machine_.simulation().emit(core::ProbeKind::buffer_placed, buffer.id(), core::raw(pool.id),
                             buffer.bytes(), &buffer);
  buffer.was_evicted = false;
}

void Memory::drop(Buffer& buffer) {
  FENCELAB_ASSERT(buffer.pool && buffer.pool->used >= buffer.bytes(), "{} is nowhere", buffer.name());
  buffer.pool->used -= buffer.bytes();
  buffer.pool->lru.erase(buffer.lru);
  buffer.pool = nullptr;
}

void Memory::free(Buffer& buffer) {
  if (buffer.pool) {
    machine_.simulation().emit(core::ProbeKind::buffer_freed, buffer.id(), core::raw(buffer.pool->id),
                               buffer.bytes(), &buffer);
    drop(buffer);
  }
  buffer.exists = buffer.content = buffer.swapped = false;
}

void Memory::touch(Buffer& buffer) {
  if (buffer.pool) buffer.pool->lru.splice(buffer.pool->lru.end(), buffer.pool->lru, buffer.lru);
}

bool Memory::idle(const Buffer& buffer) const {
  return const_cast<Buffer&>(buffer).resv().test_signaled(Usage::bookkeep);
}

// The oldest buffer that may be taken. A buffer of the caller's own transaction is not a candidate;
// a reservation held by somebody else is passed by (trylock, as TTM's LRU walk does).
Buffer* Memory::choose_victim(MemoryPool& pool, const AllocRequest& request,
                              std::vector<const Buffer*>& tried) {
  const bool may_wait = machine_.policies().reclaim->may_wait_for_gpu(request);
  std::vector<Buffer*> candidates;
  for (Buffer* buffer : pool.lru) {
    const DriverPolicies& policies = machine_.policies_of(*buffer);
    const bool fixed = buffer->pinned || !policies.residency->evictable() ||
                       (buffer->userptr() && policies.userptr->pinned());
    if (fixed || buffer->resv().lock().is_locked()) continue;
    if (!pool.gpu && !has_swap && buffer->content) continue;
    if (!may_wait && !idle(*buffer)) continue;
    if (std::find(tried.begin(), tried.end(), buffer) != tried.end()) continue;
    candidates.push_back(buffer);
  }
  if (candidates.empty()) return nullptr;
  core::Simulation& simulation = machine_.simulation();
  const core::Process* process = simulation.current();
  const auto chosen = simulation.choose({"eviction victim", process ? process->id : core::kNoProcess,
                                         static_cast<std::uint32_t>(candidates.size()), 0});
  tried.push_back(candidates[chosen]);
  return candidates[chosen];
}

core::Task<bool> Memory::reserve(MemoryPool& pool, std::uint64_t bytes, AllocRequest request) {
  std::vector<const Buffer*> tried;
  bool possible = pool.capacity == 0 || bytes <= pool.capacity;
  while (possible && !pool.fits(bytes)) {
    Buffer* victim = machine_.policies().reclaim->may_reclaim(request)
                         ? choose_victim(pool, request, tried)
                         : nullptr;
    if (!victim) {
      possible = false;
    } else {
      co_await evict(*victim, request);
    }
  }
  if (!possible) {
    machine_.simulation().emit(core::ProbeKind::allocation_failed, pool.id, bytes);
    co_return false;
  }
  pool.used += bytes;
  pool.peak = std::max(pool.peak, pool.used);
  co_return true;
}

void Memory::unreserve(MemoryPool& pool, std::uint64_t bytes) { pool.used -= bytes; }

core::Task<bool> Memory::place(Buffer& buffer, AllocRequest request) {
  MemoryPool& home = home_pool(buffer);
  if (buffer.pool == &home) {
    touch(buffer);
    co_return true;
  }
  const bool ok = co_await reserve(home, buffer.bytes(), request);
  if (!ok) co_return false;
  home.used -= buffer.bytes();  // take() books it under the buffer
  MemoryPool* const from = buffer.pool;
  const bool swapped = buffer.swapped;
  if (from) drop(buffer);
  take(home, buffer);
  if (buffer.content && (from || swapped)) co_await bring_content(buffer, from, swapped);
  co_return true;
}

core::Task<> Memory::bring_content(Buffer& buffer, MemoryPool* from, bool swapped) {
  if (swapped) co_await machine_.hardware().disk_io(buffer.bytes(), false);
  const Gpu* gpu = buffer.pool->gpu ? buffer.pool->gpu : from ? from->gpu : nullptr;
  if (gpu && gpu->link != ~std::size_t{0})
    co_await machine_.hardware().transfer(gpu->link, buffer.bytes());
}

// Whatever BOOKKEEP holds must signal: end-of-batch fences, or preempt fences, which this arms.
core::Task<bool> Memory::wait_until_idle(Buffer& victim) {
  std::vector<core::FencePtr> fences;
  victim.resv().for_each(Usage::bookkeep, [&](const DmaResv::Entry& entry) { fences.push_back(entry.fence); });
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
    const bool room = co_await reserve(system(), victim.bytes(), request);
    if (!room) co_return false;
    system().used -= victim.bytes();
    drop(victim);
    take(system(), victim);
    co_await bring_content(victim, &pool, false);
    co_return true;
  }
  co_await machine_.hardware().disk_io(victim.bytes(), true);
  drop(victim);
  victim.swapped = true;
  co_return true;
}

core::Task<bool> Memory::evict(Buffer& victim, AllocRequest request) {
  core::Simulation& simulation = machine_.simulation();
  const core::Time asked = simulation.now();
  const bool locked = victim.resv().lock().try_lock();
  if (!locked) co_return false;
  const core::ObjectId pool = victim.pool->id;
  if (victim.userptr()) co_await machine_.policies_of(victim).userptr->invalidate(victim);
  else co_await wait_until_idle(victim);
  bool moved = true;
  if (victim.pool && victim.pool->id == pool) moved = co_await move_out(victim, request);
  victim.was_evicted = true;
  if (moved)
    simulation.emit(core::ProbeKind::buffer_evicted, victim.id(), core::raw(pool),
                    static_cast<std::uint64_t>((simulation.now() - asked).count()), &victim);
  victim.resv().lock().unlock();
  co_return moved;
}

}  // namespace fencelab::models
