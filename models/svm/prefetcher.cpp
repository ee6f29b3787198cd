#include "models/svm/prefetcher.hpp"

namespace fencelab::models {

namespace {

PageMask leaves_of(const PageMask& pages) {
  PageMask whole;
  for (std::uint32_t leaf = 0; leaf < kLeavesPerBlock; ++leaf)
    if (pages.count_in(leaf * kPagesPerLeaf, kPagesPerLeaf) > 0)
      whole |= PageMask::of(leaf * kPagesPerLeaf, kPagesPerLeaf);
  return whole;
}

}  // namespace

// Ganguly et al., ISCA'19: SLp takes the 64 KiB around the fault; TBNp goes up a binary tree over
// the leaves of 64 KiB of 2 MiB, and completes each part of which more than half is there or under
// way. Threshold as in nvidia-uvm's uvm_perf_prefetch.c: a share in percent, strictly exceeded.
PageMask pages_to_bring(const PageMask& faulted, const PageMask& there, const PageMask& existing,
                        PagePrefetch prefetch, unsigned tree_percent) {
  if (prefetch == PagePrefetch::none) return faulted.without(there);
  PageMask bring = leaves_of(faulted) & existing;
  if (prefetch == PagePrefetch::tree)
    for (std::uint32_t size = 2 * kPagesPerLeaf; size <= kPagesPerBlock; size *= 2)
      for (std::uint32_t first = 0; first < kPagesPerBlock; first += size) {
        const PageMask part = PageMask::of(first, size) & existing;
        const std::uint32_t have = ((there | bring) & part).count();
        if ((bring & part).any() && have * 100 > part.count() * tree_percent) bring |= part;
      }
  return bring.without(there);
}

PageMask tree_to_evict(std::uint32_t page, const PageMask& there, const PageMask& existing) {
  const std::uint32_t leaf = page / kPagesPerLeaf * kPagesPerLeaf;
  PageMask out = PageMask::of(leaf, kPagesPerLeaf) & there;
  for (std::uint32_t size = 2 * kPagesPerLeaf; size <= kPagesPerBlock; size *= 2) {
    const PageMask part = PageMask::of(page / size * size, size) & existing;
    const std::uint32_t stays = there.without(out).count_in(page / size * size, size);
    if (2 * stays < part.count()) out |= part & there;
  }
  return out;
}

}  // namespace fencelab::models
