#include "models/sync/dma_resv.hpp"

#include <algorithm>
#include <bit>

#include "core/fence_array.hpp"
#include "core/order_events.hpp"

namespace fencelab::models {

namespace {

/// Slots of a list that was allocated for `wanted`: as many as fit into the kmalloc bucket behind
/// its header (dma_resv_list_alloc: 24 bytes, 8 for each fence; mm/slab_common.c has the buckets).
std::size_t slots_of_bucket(std::size_t wanted) {
  constexpr std::size_t kHeader = 24, kSlot = 8;
  const std::size_t bytes = kHeader + kSlot * wanted;
  std::size_t bucket = std::bit_ceil(bytes);
  for (const std::size_t odd : {96, 192})
    if (bytes <= odd && odd < bucket) bucket = odd;
  return (bucket - kHeader) / kSlot;
}

/// DmaFence::is_known_signaled() by somebody who would not wait for it otherwise, and so is not
/// after it for having looked.
bool is_over(const core::DmaFence& fence) {
  return !fence.simulation().untimed() && fence.satisfied(0);
}

/// Who asks for that class later would have waited for it, had it not been done: tells observers
/// so.
void note_forgotten(const core::WwMutex& lock, const DmaResv::Entry& entry) {
  lock.simulation().emit(core::ProbeKind::fence_polled, entry.fence->id(), core::raw(lock.id()),
                         1 + static_cast<std::uint64_t>(entry.usage), entry.fence.get());
}

}  // namespace

int DmaResv::reserve(std::size_t count) {
  if (count == 0) return core::fence_error::kInvalid;
  if (entries_.size() + count <= slots_) return 0;
  cell_.write();
  constexpr std::size_t kFirst = 4;
  grow(slots_ == 0 ? std::max(kFirst, std::bit_ceil(count))
                   : std::max(entries_.size() + count, slots_ * 2));
  return 0;
}

void DmaResv::grow(std::size_t slots) {
  std::erase_if(entries_, [this](const Entry& entry) {
    if (!is_over(*entry.fence)) return false;
    note_forgotten(lock_, entry);
    return true;
  });
  slots_ = slots_of_bucket(slots);
}

void DmaResv::add(const core::FencePtr& fence, Usage usage) {
  if (!fence->is_container()) {
    reserve(1);
    return put(fence, usage);
  }
  std::vector<core::FencePtr> leaves;
  fence->leaves(leaves);
  reserve(leaves.size());
  for (const core::FencePtr& leaf : leaves) put(leaf, usage);
}

void DmaResv::put(const core::FencePtr& fence, Usage usage) {
  cell_.write();
  core::note_published(*fence);
  for (Entry& entry : entries_) {
    const bool superseded = entry.fence->context() == fence->context() && entry.usage >= usage &&
                            (entry.fence == fence || fence->is_later_than(*entry.fence));
    if (superseded || is_over(*entry.fence)) {
      if (!superseded) note_forgotten(lock_, entry);
      entry = {fence, usage};
      return;
    }
  }
  entries_.push_back({fence, usage});
}

void DmaResv::replace(std::uint64_t context, const core::FencePtr& fence, Usage usage) {
  cell_.write();
  core::note_published(*fence);
  for (Entry& entry : entries_)
    if (entry.fence->context() == context) entry = {fence, usage};
}

void DmaResv::copy_from(const DmaResv& source) {
  std::vector<Entry> copy;
  source.for_each(Usage::bookkeep, [&](const Entry& entry) { copy.push_back(entry); });
  const std::size_t seen = source.entries_.size();
  cell_.write();
  slots_ = copy.empty() ? 0 : slots_of_bucket(seen);
  entries_ = std::move(copy);
}

core::FencePtr DmaResv::singleton(Usage usage) const {
  std::vector<core::FencePtr> fences;
  for_each(usage, [&](const Entry& entry) { fences.push_back(entry.fence); });
  if (fences.empty()) return nullptr;
  if (fences.size() == 1) return fences.front();
  core::Simulation& simulation = lock_.simulation();
  return core::make_intrusive<core::FenceArray>(simulation, std::move(fences),
                                                core::new_fence_context(simulation), 1);
}

bool DmaResv::test_signaled(Usage usage) const {
  cell_.read();
  return std::none_of(entries_.begin(), entries_.end(), [usage](const Entry& entry) {
    return entry.usage <= usage && !entry.fence->is_signaled();
  });
}

void DmaResv::drop(Usage usage) {
  cell_.write();
  std::erase_if(entries_, [usage](const Entry& entry) { return entry.usage == usage; });
}

}  // namespace fencelab::models
