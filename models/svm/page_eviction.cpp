// FaultService: pages that go because others need their room.
#include <algorithm>

#include "models/machine.hpp"
#include "models/svm/fault_service.hpp"

namespace fencelab::models {

using core::Task;

// The GPU does not find them any more; what is in its TLB is another matter.
void FaultService::take_from_gpu(ManagedRange& range, std::uint32_t index, const PageMask& pages) {
  range.cell.write();
  ManagedRange::Block& block = range.block(index);
  block.on_gpu = block.on_gpu.without(pages);
  if (!block.on_gpu.any()) block.uses = block.remote_uses = 0;
  order_.went(range, index, pages);
}

// Pages of a range whose lock somebody has are not waited for (migrate_device_range() tries).
std::vector<EvictionOrder::Victim> FaultService::take_victims(std::uint64_t bytes,
                                                              const ManagedRange* owner,
                                                              std::uint32_t spared,
                                                              std::vector<ManagedRange*>& locked) {
  std::vector<EvictionOrder::Victim> victims;
  for (std::uint64_t taken = 0; taken < bytes;) {
    const auto victim = order_.next(owner, spared);
    if (!victim) break;
    ManagedRange* const range = victim->range;
    if (std::find(locked.begin(), locked.end(), range) == locked.end()) {
      const bool ours = range->page_lock.try_lock();
      if (!ours) break;
      locked.push_back(range);
    }
    take_from_gpu(*range, victim->block, victim->pages);
    taken += std::uint64_t{victim->pages.count()} * kPageBytes;
    victims.push_back(*victim);
  }
  return victims;
}

Task<bool> FaultService::give_up(std::uint64_t bytes) { return evict(bytes, nullptr, 0); }

// Zap, one flush for all of them, then the copies. No fence is waited for.
Task<bool> FaultService::evict(std::uint64_t bytes, const ManagedRange* owner,
                               std::uint32_t spared) {
  std::vector<ManagedRange*> locked;
  const std::vector<EvictionOrder::Victim> victims = take_victims(bytes, owner, spared, locked);
  std::uint32_t pages = 0, kept = 0;
  for (const auto& victim : victims) {
    pages += victim.pages.count();
    kept += (victim.pages & victim.range->block(victim.block).content).count();
  }
  Placement room = Placement::ok;
  if (kept > 0)
    room = co_await memory().reserve(memory().system(), std::uint64_t{kept} * kPageBytes,
                                     {AllocRequest::Context::rebind});
  if (room == Placement::ok && pages > 0) {
    co_await tlb_.flush(receiver_);
    co_await copy(kept, true);
    gpu_.vram->give_back(std::uint64_t{pages} * kPageBytes);
    counters_.evicted += pages;
  }
  for (const auto& victim : victims) {
    if (room == Placement::ok) break;
    victim.range->cell.write();  // nowhere to go: they stay
    victim.range->block(victim.block).on_gpu |= victim.pages;
    order_.came(*victim.range, victim.block, victim.pages);
  }
  for (ManagedRange* range : locked) unlock_pages(*range);
  co_return room == Placement::ok&& pages > 0;
}

}  // namespace fencelab::models
