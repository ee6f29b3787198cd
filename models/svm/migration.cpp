// FaultService: pages on their way between system memory and the GPU's.
#include <algorithm>

#include "core/uninterruptible.hpp"
#include "models/machine.hpp"
#include "models/svm/fault_service.hpp"
#include "models/svm/prefetcher.hpp"
#include "models/userptr/process_memory.hpp"

namespace fencelab::models {

using core::Task;
using core::WaitReason;

namespace {

std::uint64_t bytes_of(std::uint32_t pages) { return std::uint64_t{pages} * kPageBytes; }

}  // namespace

bool FaultService::is_there(const ManagedRange& range) {
  range.buffer().placement.read();
  return range.buffer().exists;
}

Task<bool> FaultService::serve_block(BlockFaults faults) {
  ++counters_.blocks_served;
  if (faults.range->in_place()) return map_userptr(faults);
  if (!serialises()) return bring(faults);
  return [](FaultService& self, BlockFaults served) -> Task<bool> {
    co_await served.range->migrate_lock.lock();
    const bool ok = co_await self.bring(served);
    served.range->migrate_lock.unlock();
    co_return ok;
  }(*this, faults);
}

// drm_gpusvm: migrate, get the pages, bind them unless they have gone again meanwhile, which makes
// all of it begin anew (Documentation/gpu/rfc/gpusvm.rst).
Task<bool> FaultService::bring(BlockFaults faults) {
  ManagedRange& range = *faults.range;
  core::RetryLoop tries(simulation_);
  for (bool again = true; again;) {
    tries.again();
    range.cell.read();
    const ManagedRange::Block& block = range.block(faults.block);
    const PageMask reached = faults.hint ? block.on_gpu : block.on_gpu | block.remote;
    PageMask missing = faults.pages.without(reached) & range.existing(faults.block);
    const bool counts_first = rules_.access_counter > 0 && !faults.hint;
    const PageMask stays = counts_first || !gpu_.vram ? missing & block.content : PageMask{};
    bool ok = true;
    if (stays.any()) ok = co_await map_remote(faults, stays);
    missing = missing.without(stays);
    if (!ok || !missing.any()) co_return ok;
    if (!gpu_.vram) co_return co_await map_remote(faults, missing);
    range.cell.read();
    const bool mixed = block.on_gpu.any();
    PageMask wanted =
        pages_to_bring(missing, block.on_gpu | block.remote, range.existing(faults.block),
                       rules_.prefetch, rules_.tree_percent) |
        missing;
    bool room = co_await make_room(bytes_of(wanted.count()), faults);
    if (!room && wanted != missing) {
      wanted = missing;
      room = co_await make_room(bytes_of(wanted.count()), faults);
    }
    // No room: the pages stay where they are, and the GPU goes over the link (xe_svm.c).
    if (!room) co_return co_await map_remote(faults, missing);
    const bool came = co_await migrate(faults, wanted);
    if (!came) co_return false;
    if (rules_.migrate_lock != MigrateLock::none && mixed)
      co_await migrate_to_ram(range, faults.block, range.buffer().owner());
    co_await bind(wanted.count());
    if (rules_.races == MigrationRaces::serialised) break;
    range.cell.read();
    again = missing.without(block.on_gpu).any();
    if (again) ++counters_.lost_races;
  }
  co_return true;
}

Task<bool> FaultService::make_room(std::uint64_t bytes, BlockFaults faults) {
  MemoryPool& pool = *gpu_.vram;
  for (bool fits = false; !fits;) {
    fits = pool.fits(bytes);
    if (fits) {
      pool.book(bytes);
      co_return true;
    }
    if (bytes > pool.capacity) co_return false;
    const std::uint64_t free = pool.capacity - pool.used;
    const bool gave = co_await evict(bytes - free, faults.range, faults.block);
    if (!gave) break;
  }
  AllocRequest request{.context = AllocRequest::Context::rebind,
                       .client = faults.range->buffer().owner()};
  request.idle_only = rules_.isolation == FaultIsolation::no_fence_in_handler;
  const Placement placed = co_await memory().reserve(pool, bytes, request);
  co_return placed == Placement::ok;
}

// What a CPU does for each folio, then the bytes.
Task<> FaultService::copy(std::uint32_t pages, bool fixed) {
  const std::uint64_t bytes = bytes_of(pages);
  const auto mappings =
      static_cast<std::int64_t>((bytes + rules_.mapping_bytes - 1) / rules_.mapping_bytes);
  const core::Duration cost = (fixed ? rules_.per_block : core::Duration{}) +
                              (rules_.per_mapping + rules_.copy_per_mapping) * mappings;
  co_await core::sleep_for(simulation_, cost, WaitReason::cpu);
  if (bytes > 0 && gpu_.link != ~std::size_t{0})
    co_await gpu_.machine().hardware().transfer(gpu_.link, bytes);
}

// migrate_vma_setup(), copy, migrate_vma_finalize(): the pages are locked meanwhile.
Task<bool> FaultService::migrate(BlockFaults faults, PageMask wanted) {
  ManagedRange& range = *faults.range;
  co_await range.page_lock.lock();
  if (!is_there(range)) {
    gpu_.vram->give_back(bytes_of(wanted.count()));
    unlock_pages(range);
    co_return false;
  }
  range.cell.read();
  ManagedRange::Block& block = range.block(faults.block);
  const PageMask copied = wanted & block.content;
  co_await copy(copied.count(), true);
  range.cell.write();
  block.on_gpu |= wanted;
  block.remote = block.remote.without(wanted);
  block.content |= wanted & faults.pages;
  block.came = simulation_.now();
  order_.came(range, faults.block, wanted);
  if (copied.any()) memory().unreserve(memory().system(), bytes_of(copied.count()));
  counters_.migrated += wanted.count();
  counters_.prefetched += wanted.without(faults.pages).count();
  unlock_pages(range);
  co_return true;
}

Task<> FaultService::bind(std::uint32_t pages) {
  const auto entries = static_cast<std::int64_t>(std::max<std::uint64_t>(
      bytes_of(pages) / std::max<std::uint64_t>(rules_.mapping_bytes, 1), 1));
  co_await core::sleep_for(simulation_, rules_.bind + rules_.per_entry * entries, WaitReason::cpu);
}

Task<bool> FaultService::map_remote(BlockFaults faults, PageMask pages) {
  ManagedRange& range = *faults.range;
  co_await range.page_lock.lock();
  range.cell.read();
  ManagedRange::Block& block = range.block(faults.block);
  const bool exists = is_there(range);
  if (exists) co_await populate(range, faults.block, pages, range.buffer().owner());
  co_await bind(pages.count());
  range.cell.write();
  const bool all_there = !pages.without(block.content | block.on_gpu).any();
  block.remote |= (pages & block.content).without(block.on_gpu);
  unlock_pages(range);
  co_return all_there;
}

// hmm_range_fault() and what surrounds it (Documentation/mm/hmm.rst): the pages are made present
// and mapped, unless the notifier has run meanwhile.
Task<bool> FaultService::map_userptr(BlockFaults faults) {
  ManagedRange& range = *faults.range;
  Buffer& buffer = range.buffer();
  const PageUser who{nullptr, &gpu_};
  UserPages& pages = *buffer.user_pages();
  pages.add_user(who, false);
  PagesRead read(pages, who);
  core::RetryLoop tries(simulation_);
  for (bool again = true; again;) {
    tries.again();
    co_await read.begin();
    buffer.placement.read();
    if (!buffer.exists) co_return false;
    const Placement placed =
        co_await fault_in(gpu_.machine(), buffer, {AllocRequest::Context::user, buffer.owner()});
    if (placed != Placement::ok) co_return false;
    co_await bind(faults.pages.count());
    buffer.placement.read();
    again = read.retry() || !buffer.pool;
    if (again) ++counters_.lost_races;
  }
  pages.note_got(who, read);
  range.cell.write();
  ManagedRange::Block& block = range.block(faults.block);
  block.remote |= faults.pages & range.existing(faults.block);
  co_return true;
}

// ---------------------------------------------------------------- the CPU's faults

Task<> FaultService::cpu_access(ManagedRange& range, PageRun run, Client* client) {
  for (std::uint32_t i = run.first / kPagesPerBlock; i * kPagesPerBlock < run.first + run.count;
       ++i)
    co_await cpu_access_block(range, i, ManagedRange::part(run, i), client);
}

// A page that is under way is waited for (migration_entry_wait()); one that the GPU has comes back,
// and then the instruction is carried out again: until that is done the page can go once more.
Task<> FaultService::cpu_access_block(ManagedRange& range, std::uint32_t index, PageMask wanted,
                                      Client* client) {
  const core::Uninterruptible in_the_handler(simulation_);
  core::RetryLoop tries(simulation_);
  for (bool again = true; again;) {
    // Where pages stay for a time it matters when they came, which no state says.
    if (rules_.races != MigrationRaces::timeslice) tries.again();
    co_await range.page_lock.lock();
    range.cell.read();
    const ManagedRange::Block& block = range.block(index);
    const bool away = (wanted & block.on_gpu).any();
    const core::Time slice_end = block.came + rules_.timeslice;
    const bool exists = is_there(range);
    if (!away && exists) co_await populate(range, index, wanted, client);
    unlock_pages(range);
    if (!away || !exists) co_return;
    ++counters_.cpu_faults;
    co_await core::sleep_for(simulation_, rules_.cpu_fault, WaitReason::cpu);
    if (rules_.races == MigrationRaces::timeslice && simulation_.now() < slice_end) {
      co_await core::SleepUntil(simulation_, slice_end, WaitReason::memory);
      continue;
    }
    co_await migrate_to_ram(range, index, client);
    again = rules_.races != MigrationRaces::serialised;
    if (again) co_await core::sleep_for(simulation_, rules_.cpu_retry, WaitReason::cpu);
  }
}

// Pages that nobody has touched yet are taken from system memory (do_anonymous_page()). The caller
// has locked them.
Task<> FaultService::populate(ManagedRange& range, std::uint32_t index, PageMask wanted,
                              Client* client) {
  ManagedRange::Block& block = range.block(index);
  const PageMask fresh = wanted.without(block.content).without(block.on_gpu);
  if (!fresh.any()) co_return;
  const Placement placed = co_await memory().reserve(memory().system(), bytes_of(fresh.count()),
                                                     {AllocRequest::Context::user, client});
  range.cell.write();
  if (placed == Placement::ok) block.content |= fresh;
}

// dev_pagemap_ops.migrate_to_ram: the whole block comes, as an allocation of drm_pagemap does.
Task<> FaultService::migrate_to_ram(ManagedRange& range, std::uint32_t index, Client* client) {
  const bool is_holder = range.migrate_lock.owner() == simulation_.current();
  // svm_migrate_to_ram() in drivers/gpu/drm/amd/amdkfd/kfd_migrate.c, faulting_task.
  if (rules_.migrate_lock == MigrateLock::checked && is_holder) co_return;
  if (serialises()) co_await range.migrate_lock.lock();
  co_await range.page_lock.lock();
  range.cell.read();
  ManagedRange::Block& block = range.block(index);
  const PageMask pages = block.on_gpu, kept = pages & block.content;
  Placement room = Placement::ok;
  if (kept.any())
    room = co_await memory().reserve(memory().system(), bytes_of(kept.count()),
                                     {AllocRequest::Context::user, client});
  if (pages.any() && room == Placement::ok) {
    take_from_gpu(range, index, pages);
    co_await tlb_.flush(receiver_);
    co_await copy(kept.count(), true);
    gpu_.vram->give_back(bytes_of(pages.count()));
    counters_.to_system += pages.count();
  }
  unlock_pages(range);
  if (serialises()) range.migrate_lock.unlock();
}

// Pages that are under way are somebody's for the moment: who has locked them gives all back.
void FaultService::release(ManagedRange& range) {
  range.cell.write();
  if (range.in_place()) {
    range.zap();
    return;
  }
  // A timed run kills processes from outside of all processes, where nobody can lock.
  const bool can_lock = simulation_.current() != nullptr;
  const bool ours = can_lock ? range.page_lock.try_lock() : range.page_lock.owner() == nullptr;
  range.release_later = !ours;
  if (!ours) return;
  give_back_all(range);
  if (can_lock) range.page_lock.unlock();
}

void FaultService::unlock_pages(ManagedRange& range) {
  range.cell.read();
  if (range.release_later) give_back_all(range);
  range.page_lock.unlock();
}

void FaultService::give_back_all(ManagedRange& range) {
  range.cell.write();
  range.release_later = false;
  for (std::uint32_t i = 0; i < range.block_count(); ++i) {
    ManagedRange::Block& block = range.block(i);
    const PageMask gone = block.on_gpu, in_system = block.content.without(block.on_gpu);
    if (gone.any()) {
      take_from_gpu(range, i, gone);
      gpu_.vram->give_back(bytes_of(gone.count()));
    }
    if (in_system.any()) memory().unreserve(memory().system(), bytes_of(in_system.count()));
    block.content = block.remote = PageMask{};
  }
}

}  // namespace fencelab::models
