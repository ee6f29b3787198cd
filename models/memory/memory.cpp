#include "models/memory/memory.hpp"

#include <algorithm>

#include "models/cpu/zone.hpp"
#include "models/machine.hpp"
#include "models/svm/fault_service.hpp"

namespace fencelab::models {

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

MemoryPool& Memory::add_gtt(Gpu& gpu, std::uint64_t bytes) {
  apertures_.push_back(
      std::make_unique<MemoryPool>(machine_.simulation(), gpu.name() + " gtt", bytes));
  gpu.gtt = apertures_.back().get();
  return *apertures_.back();
}

void Memory::free(Buffer& buffer) {
  buffer.placement.write();
  for (ManagedRange* range = buffer.pages; range; range = range->next)
    range->gpu()->faults()->release(*range);
  if (buffer.pool) {
    machine_.simulation().emit(core::ProbeKind::buffer_freed, buffer.id(),
                               core::raw(buffer.pool->id), buffer.bytes(), &buffer);
    drop(buffer);
  }
  leave_swap(buffer);
  buffer.exists = buffer.content = buffer.deleted = false;
  buffer.leaving = nullptr;
}

void Memory::release(Buffer& buffer) {
  buffer.placement.write();
  if (!buffer.exists) return;
  if (!buffer.pool || idle(buffer)) return free(buffer);
  buffer.exists = false;
  buffer.deleted = true;
  machine_.simulation().spawn(
      {"release of " + buffer.name(), core::ProcessRole::kernel_worker, true},
      free_when_idle(buffer));
}

// In the end under the lock of who may be moving it: pages of a process have one of their own.
core::Task<> Memory::free_when_idle(Buffer& buffer) {
  machine_.simulation().current()->doing = "delayed delete";
  core::WwContext transaction{machine_.simulation().new_ticket()};
  co_await buffer.resv().lock().lock(&transaction);
  const std::vector<core::FencePtr> fences = buffer.users();
  buffer.resv().lock().unlock();
  for (std::size_t i = 0; i < fences.size(); ++i)
    co_await fences[i]->wait(core::WaitReason::memory);
  UserPages* const pages = buffer.user_pages();
  if (pages)
    co_await pages->page_lock().lock();
  else
    co_await buffer.resv().lock().lock(&transaction);
  buffer.placement.read();
  if (buffer.exists || buffer.deleted) free(buffer);  // else somebody needed the memory first
  if (pages)
    pages->page_lock().unlock();
  else
    buffer.resv().lock().unlock();
}

void Memory::discard(Buffer& buffer) {
  buffer.placement.write();
  buffer.content = false;
  if (!buffer.pool) return;
  const bool busy = !idle(buffer);
  MemoryPool& pool = *buffer.pool;
  const std::uint64_t bytes = pool.rounded(buffer.bytes());
  drop(buffer);
  if (!busy) return;
  pool.book(bytes);
  machine_.simulation().spawn({"ghost of " + buffer.name(), core::ProcessRole::kernel_worker, true},
                              keep_ghost(pool, bytes, buffer.users()));
}

core::Task<> Memory::keep_ghost(MemoryPool& pool, std::uint64_t bytes,
                                std::vector<core::FencePtr> users) {
  machine_.simulation().current()->doing = "delayed delete";
  for (std::size_t i = 0; i < users.size(); ++i) co_await users[i]->wait(core::WaitReason::memory);
  pool.give_back(bytes);
}

void Memory::discard_user_pages(Buffer& buffer) {
  buffer.placement.write();
  if (buffer.pool) drop(buffer);
  leave_swap(buffer);
  buffer.content = false;
}

core::Duration Memory::copy_time(std::uint64_t bytes) const {
  if (copy_bytes_per_second == 0) return {};
  __extension__ using Wide = unsigned __int128;
  return core::Duration(
      static_cast<std::int64_t>(Wide{bytes} * 1'000'000'000 / copy_bytes_per_second));
}

bool Memory::only_returns_help() const {
  if (faults_) return false;
  bool all_fixed = true;  // all are looked at: their order is no business of an explorer
  for (const auto* const pools : {&pools_, &apertures_})
    for (const auto& pool : *pools) {
      pool->look();
      for (const Buffer* buffer : pool->lru) all_fixed &= fixed(*buffer);
    }
  return all_fixed;
}

core::Task<> Memory::wait_for_return() {
  std::vector<core::WaitItem> items;
  for (const auto* const pools : {&pools_, &apertures_})
    for (const auto& pool : *pools)
      if (pool->is_limited()) items.push_back(pool->given_back().next());
  core::MultiWait any(machine_.simulation(), items, 1, {.reason = core::WaitReason::memory});
  co_await any;
}

bool Memory::idle(const Buffer& buffer) const { return const_cast<Buffer&>(buffer).idle(); }

// The oldest one of the lowest priority, where time is simulated (TTM has a list per priority).
// Where schedules are explored each is tried, in an order that does not depend on history.
Buffer* Memory::choose_among(std::vector<Buffer*>& candidates) {
  if (candidates.empty()) return nullptr;
  const auto lower = [](const Buffer* a, const Buffer* b) { return a->priority() < b->priority(); };
  const std::uint32_t lowest =
      (*std::min_element(candidates.begin(), candidates.end(), lower))->priority();
  std::erase_if(candidates, [&](const Buffer* each) { return each->priority() != lowest; });
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

// What the reclaim policy lets this allocation do, in the words of the kernel's GFP contexts.
core::AllocContext Memory::context_of(const AllocRequest& request) const {
  const ReclaimPolicy& reclaim = *machine_.policies().reclaim;
  const GfpMask mask = mask_of(request.gfp);
  if (!reclaim.may_reclaim(request) || !mask.direct_reclaim) return core::AllocContext::atomic;
  if (!mask.fs) return core::AllocContext::noio;
  return may_wait(request) ? core::AllocContext::kernel : core::AllocContext::no_fence;
}

core::Task<Placement> Memory::get(MemoryPool& pool, std::uint64_t bytes, AllocRequest request) {
  const std::uint64_t rounded = pool.rounded(bytes);
  if (zone_ && &pool == &system()) {
    if (faults_ && faults_->fails(request)) co_return Placement::no_memory;
    co_return co_await zone_->allocate(rounded, request);
  }
  // might_alloc() in include/linux/sched/mm.h; for VRAM, what TTM may do about a full domain.
  core::note_allocation(machine_.simulation(), pool.order_class, context_of(request));
  const bool hopeless = pool.capacity != 0 && rounded > pool.capacity;
  if (hopeless || (faults_ && faults_->fails(request))) co_return Placement::no_memory;
  const Placement got = co_await evict_to_fit(pool, rounded, request);
  if (got == Placement::ok) pool.book(rounded);
  co_return got;
}

core::Task<Placement> Memory::reserve(MemoryPool& pool, std::uint64_t bytes, AllocRequest request) {
  const Placement got = co_await get(pool, bytes, request);
  if (got == Placement::no_memory)
    machine_.simulation().emit(core::ProbeKind::allocation_failed, pool.id, bytes);
  co_return got;
}

void Memory::unreserve(MemoryPool& pool, std::uint64_t bytes) {
  pool.give_back(pool.rounded(bytes));
}

}  // namespace fencelab::models
