// Which pages come and which go, by the published definitions.
#include "models/svm/prefetcher.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::models;

namespace {

const PageMask kWhole = PageMask::of(0, kPagesPerBlock);

PageMask leaf(std::uint32_t number) { return PageMask::of(number * kPagesPerLeaf, kPagesPerLeaf); }

PageMask bring(const PageMask& faulted, const PageMask& there, PagePrefetch prefetch) {
  return pages_to_bring(faulted, there, kWhole, prefetch, 51);
}

}  // namespace

TEST_CASE("A page mask counts, cuts and joins across its words") {
  const PageMask middle = PageMask::of(60, 10);
  CHECK(middle.count() == 10);
  CHECK(middle.test(60));
  CHECK(middle.test(69));
  CHECK_FALSE(middle.test(59));
  CHECK_FALSE(middle.test(70));
  CHECK(middle.count_in(64, 64) == 6);
  CHECK((middle | PageMask::of(0, 512)).count() == 512);
  CHECK(middle.without(PageMask::of(64, 64)) == PageMask::of(60, 4));
  CHECK_FALSE(PageMask{}.any());
}

TEST_CASE("Without prefetching only what faulted comes") {
  CHECK(bring(PageMask::of(5, 1), {}, PagePrefetch::none) == PageMask::of(5, 1));
}

TEST_CASE("SLp brings the 64 KiB around the fault") {
  CHECK(bring(PageMask::of(17, 1), {}, PagePrefetch::sl64k) == leaf(1));
  CHECK(bring(PageMask::of(17, 1), PageMask::of(16, 1), PagePrefetch::sl64k) ==
        PageMask::of(17, 15));
}

TEST_CASE("TBNp completes a part of the tree once more than half of it is there") {
  // The example of Ganguly et al.: leaves 0 and 1 make half of four, which is not more than half;
  // with leaf 2 it is, so that leaf 3 comes along.
  CHECK(bring(PageMask::of(0, 1), {}, PagePrefetch::tree) == leaf(0));
  CHECK(bring(PageMask::of(16, 1), leaf(0), PagePrefetch::tree) == leaf(1));
  CHECK(bring(PageMask::of(32, 1), leaf(0) | leaf(1), PagePrefetch::tree) == (leaf(2) | leaf(3)));
}

TEST_CASE("TBNp of a walk from the first page needs six faults for 2 MiB") {
  PageMask there;
  int faults = 0;
  for (std::uint32_t page = 0; page < kPagesPerBlock; ++page) {
    if (there.test(page)) continue;
    ++faults;
    there |= bring(PageMask::of(page, 1), there, PagePrefetch::tree);
  }
  // 64, 128, 256, 512 KiB, 1 and 2 MiB.
  CHECK(faults == 6);
}

TEST_CASE("TBNp looks at the pages that exist, where a buffer ends within a block") {
  const PageMask existing = PageMask::of(0, 3 * kPagesPerLeaf);
  CHECK(pages_to_bring(PageMask::of(16, 1), leaf(0), existing, PagePrefetch::tree, 51) ==
        (leaf(1) | leaf(2)));
}

TEST_CASE("TBNe takes a leaf, and whatever would be less than half of its part of the tree") {
  // Half of two leaves stays: no more goes.
  CHECK(tree_to_evict(0, kWhole, kWhole) == leaf(0));
  // Of two leaves none is left, of four one and a bit less than half: all four go.
  const PageMask three = leaf(0) | leaf(2);
  CHECK(tree_to_evict(0, three, PageMask::of(0, 4 * kPagesPerLeaf)) == three);
}
