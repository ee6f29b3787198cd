#include "models/svm/eviction_order.hpp"

#include <string>

#include "models/memory/buffer.hpp"
#include "models/svm/prefetcher.hpp"

namespace fencelab::models {

namespace {

constexpr std::uint32_t kNowhere = RecencyList::kNone;

/// First page of a set that is not empty.
std::uint32_t first_of(const PageMask& pages) {
  for (std::uint32_t i = 0; i < PageMask::kWords; ++i)
    if (const std::uint64_t word = pages.words()[i])
      return i * 64 + static_cast<std::uint32_t>(std::countr_zero(word));
  return kPagesPerBlock;
}

}  // namespace

void EvictionOrder::add(ManagedRange& range) {
  for (std::uint32_t i = 0; i < range.block_count(); ++i) range_of_.push_back(&range);
}

std::uint32_t EvictionOrder::units_per_block() const {
  if (by_page()) return kPagesPerBlock;
  return policy_ == PageEviction::tree ? kLeavesPerBlock : 1;
}

void EvictionOrder::prepare() {
  if (prepared_) return;
  prepared_ = true;
  const auto units = static_cast<std::uint32_t>(range_of_.size()) * units_per_block();
  if (policy_ == PageEviction::random)
    place_of_.assign(units, kNowhere);
  else
    recent_.resize(units);
}

void EvictionOrder::used(const ManagedRange& range, PageRun run) {
  if (policy_ == PageEviction::random || policy_ == PageEviction::lfu2m || simulation_.untimed())
    return;
  prepare();
  const std::uint32_t size = kPagesPerBlock / units_per_block();
  const std::uint32_t base = range.number() * units_per_block();
  for (std::uint32_t unit = run.first / size; unit * size < run.first + run.count; ++unit)
    if (recent_.contains(base + unit)) recent_.renew(base + unit);
}

void EvictionOrder::came(const ManagedRange& range, std::uint32_t block, const PageMask& pages) {
  if (simulation_.untimed()) return;
  prepare();
  const std::uint32_t base = (range.number() + block) * units_per_block();
  const std::uint32_t size = kPagesPerBlock / units_per_block();
  if (policy_ != PageEviction::random)
    return pages.for_each([&, last = kNowhere](std::uint32_t page) mutable {
      if (page / size == last) return;  // pages come in order
      last = page / size;
      recent_.renew(base + last);
    });
  pages.for_each([&](std::uint32_t page) {
    if (place_of_[base + page] != kNowhere) return;
    place_of_[base + page] = static_cast<std::uint32_t>(there_.size());
    there_.push_back(base + page);
  });
}

void EvictionOrder::went(const ManagedRange& range, std::uint32_t block, const PageMask& pages) {
  if (simulation_.untimed()) return;
  prepare();
  const std::uint32_t base = (range.number() + block) * units_per_block();
  const std::uint32_t size = kPagesPerBlock / units_per_block();
  const PageMask& left = range.block(block).on_gpu;
  pages.for_each([&](std::uint32_t page) {
    const std::uint32_t unit = base + page / size;
    if (policy_ == PageEviction::random) {
      const std::uint32_t place = place_of_[unit];
      if (place == kNowhere) return;
      there_[place] = there_.back();
      place_of_[there_[place]] = place;
      there_.pop_back();
      place_of_[unit] = kNowhere;
    } else if (recent_.contains(unit) && left.count_in(page / size * size, size) == 0) {
      recent_.remove(unit);
    }
  });
}

std::optional<EvictionOrder::Victim> EvictionOrder::victim_in(std::uint32_t number,
                                                              std::uint32_t page) const {
  ManagedRange& range = *range_of_[number];
  Victim victim{&range, number - range.number(), {}};
  const PageMask& there = range.block(victim.block).on_gpu;
  if (by_page())
    victim.pages.set(page);
  else if (policy_ == PageEviction::tree)
    victim.pages = tree_to_evict(page, there, range.existing(victim.block));
  else
    victim.pages = there;
  victim.pages = victim.pages & there;
  return victim;
}

// Where schedules are explored each block is tried, in an order that does not depend on history.
std::optional<EvictionOrder::Victim> EvictionOrder::any_of_all(const ManagedRange* owner,
                                                               std::uint32_t spared) {
  std::vector<std::uint32_t> candidates;
  for (std::uint32_t number = 0; number < range_of_.size(); ++number) {
    const ManagedRange& range = *range_of_[number];
    range.cell.read();
    const bool is_spared = owner == &range && number - range.number() == spared;
    if (!is_spared && range.block(number - range.number()).on_gpu.any())
      candidates.push_back(number);
  }
  if (candidates.empty()) return std::nullopt;
  const core::Process* process = simulation_.current();
  const auto chosen =
      simulation_.choose({"eviction of pages", process ? process->id : core::kNoProcess,
                          static_cast<std::uint32_t>(candidates.size()), 0, nullptr, nullptr});
  const std::uint32_t number = candidates[chosen];
  const ManagedRange& range = *range_of_[number];
  return victim_in(number, first_of(range.block(number - range.number()).on_gpu));
}

std::optional<EvictionOrder::Victim> EvictionOrder::oldest(std::uint32_t spared) {
  const std::uint32_t per_block = units_per_block();
  for (std::uint32_t unit = recent_.oldest(); unit != kNowhere; unit = recent_.after(unit))
    if (unit / per_block != spared) {
      const std::uint32_t size = kPagesPerBlock / per_block;
      return victim_in(unit / per_block, unit % per_block * size);
    }
  return std::nullopt;
}

std::optional<EvictionOrder::Victim> EvictionOrder::least_used(std::uint32_t spared) {
  std::uint32_t best = kNowhere, fewest = 0;
  for (std::uint32_t unit = recent_.oldest(); unit != kNowhere; unit = recent_.after(unit)) {
    const ManagedRange& range = *range_of_[unit];
    const std::uint32_t uses = range.block(unit - range.number()).uses;
    if (unit == spared || (best != kNowhere && uses >= fewest)) continue;
    best = unit;
    fewest = uses;
  }
  if (best == kNowhere) return std::nullopt;
  return victim_in(best, 0);
}

std::optional<EvictionOrder::Victim> EvictionOrder::by_lot(std::uint32_t spared) {
  constexpr std::uint64_t kEvictions = 0x6576696374ull;  // what the draws are for
  for (std::uint32_t tries = 0; tries < 64 && !there_.empty(); ++tries) {
    const std::uint64_t bits = simulation_.random().bits({kEvictions, 0, ++lots_});
    const std::uint32_t page = there_[bits % there_.size()];
    if (page / kPagesPerBlock != spared)
      return victim_in(page / kPagesPerBlock, page % kPagesPerBlock);
  }
  return std::nullopt;
}

std::optional<EvictionOrder::Victim> EvictionOrder::next(const ManagedRange* owner,
                                                         std::uint32_t spared) {
  if (simulation_.untimed()) return any_of_all(owner, spared);
  prepare();
  // Of single pages those that are being brought are not there yet: none need be spared.
  const bool whole = !by_page() && policy_ != PageEviction::tree;
  const std::uint32_t number = owner && whole ? owner->number() + spared : kNowhere;
  switch (policy_) {
    case PageEviction::lfu2m: return least_used(number);
    case PageEviction::random: return by_lot(number);
    default: return oldest(number);
  }
}

std::size_t EvictionOrder::bytes() const {
  return range_of_.capacity() * sizeof(ManagedRange*) + recent_.bytes() +
         (there_.capacity() + place_of_.capacity()) * sizeof(std::uint32_t);
}

}  // namespace fencelab::models
