#include "models/svm/managed_range.hpp"

#include <algorithm>

#include "models/memory/buffer.hpp"

namespace fencelab::models {

ManagedRange::ManagedRange(core::Simulation& simulation, Buffer& buffer, std::uint32_t number,
                           Gpu* gpu, bool in_place)
    : cell(simulation, this),
      page_lock(simulation, "pages of " + buffer.name(), "page lock"),
      migrate_lock(simulation, "migration of " + buffer.name(), "migrate lock"),
      buffer_(buffer),
      pages_(static_cast<std::uint32_t>((buffer.bytes() + kPageBytes - 1) / kPageBytes)),
      number_(number),
      gpu_(gpu),
      in_place_(in_place),
      blocks_((pages_ + kPagesPerBlock - 1) / kPagesPerBlock) {}

PageMask ManagedRange::existing(std::uint32_t index) const {
  return PageMask::of(0, std::min(kPagesPerBlock, pages_ - index * kPagesPerBlock));
}

PageMask ManagedRange::part(PageRun run, std::uint32_t index) {
  const std::uint32_t begin = std::max(run.first, index * kPagesPerBlock);
  const std::uint32_t end = std::min(run.first + run.count, (index + 1) * kPagesPerBlock);
  return begin < end ? PageMask::of(begin - index * kPagesPerBlock, end - begin) : PageMask{};
}

namespace {

void add_runs(const PageMask& pages, std::uint32_t base, std::vector<PageRun>& runs,
              std::size_t own) {
  pages.for_each([&](std::uint32_t page) {
    const bool goes_on = runs.size() > own && runs.back().first + runs.back().count == base + page;
    if (goes_on)
      ++runs.back().count;
    else
      runs.push_back({base + page, 1});
  });
}

}  // namespace

std::uint32_t ManagedRange::look(PageRun run, std::vector<PageRun>& missing) const {
  cell.read();
  std::uint32_t over_the_link = 0;
  const std::size_t own = missing.size();
  for (std::uint32_t i = run.first / kPagesPerBlock; i * kPagesPerBlock < run.first + run.count;
       ++i) {
    const PageMask wanted = part(run, i);
    const Block& here = blocks_[i];
    const PageMask absent = wanted.without(here.on_gpu).without(here.remote);
    if (absent.any()) add_runs(absent, i * kPagesPerBlock, missing, own);
    over_the_link += (wanted & here.remote).without(here.on_gpu).count();
  }
  return over_the_link;
}

void ManagedRange::use(PageRun run) {
  cell.write();
  for (std::uint32_t i = run.first / kPagesPerBlock; i * kPagesPerBlock < run.first + run.count;
       ++i) {
    const PageMask used = part(run, i);
    blocks_[i].uses += used.count();
    blocks_[i].content |= used & blocks_[i].on_gpu;
  }
}

bool ManagedRange::zap() {
  cell.write();
  bool mapped = false;
  for (Block& each : blocks_) {
    mapped |= each.remote.any();
    each.remote = PageMask{};
  }
  return mapped;
}

bool ManagedRange::hash_state(std::uint64_t& hash) const {
  hash = release_later ? 1 : 0;
  for (const Block& each : blocks_) {
    hash = core::mix_hash(hash, each.remote_uses + page_lock.simulation().hash_of(each.came));
    for (const PageMask* mask : {&each.on_gpu, &each.remote, &each.content})
      for (const std::uint64_t word : mask->words()) hash = core::mix_hash(hash, word);
  }
  return true;
}

ManagedRange* range_on(const Buffer& buffer, const Gpu& gpu) {
  for (ManagedRange* range = buffer.pages; range; range = range->next)
    if (range->gpu() == &gpu) return range;
  return nullptr;
}

}  // namespace fencelab::models
