// Who goes first, and what knowing that costs.
#include "models/svm/eviction_order.hpp"

#include <catch2/catch.hpp>
#include <memory>

#include "models/memory/buffer.hpp"

using namespace fencelab;
using namespace fencelab::models;

namespace {

/// One buffer of `blocks` times 2 MiB, all of it there.
struct Rig {
  Rig(PageEviction policy, std::uint32_t blocks) : order(simulation, policy) {
    buffer = std::make_unique<Buffer>(
        simulation, 0, Buffer::Spec{"b", std::uint64_t{blocks} * kPagesPerBlock * kPageBytes});
    range = std::make_unique<ManagedRange>(simulation, *buffer, 0);
    order.add(*range);
    for (std::uint32_t i = 0; i < blocks; ++i) {
      range->block(i).on_gpu = range->existing(i);
      order.came(*range, i, range->existing(i));
    }
  }
  EvictionOrder::Victim evict() {
    const auto victim = order.next(nullptr, 0);
    REQUIRE(victim);
    ManagedRange::Block& block = range->block(victim->block);
    block.on_gpu = block.on_gpu.without(victim->pages);
    order.went(*range, victim->block, victim->pages);
    return *victim;
  }
  void use(PageRun run) {
    range->use(run);
    order.used(*range, run);
  }

  core::Simulation simulation;
  std::unique_ptr<Buffer> buffer;
  std::unique_ptr<ManagedRange> range;
  EvictionOrder order;
};

}  // namespace

TEST_CASE("lru2m takes the block that was used longest ago, whole") {
  Rig rig(PageEviction::lru2m, 3);
  rig.use({0, 1});
  const auto victim = rig.evict();
  CHECK(victim.block == 1);
  CHECK(victim.pages.count() == kPagesPerBlock);
  CHECK(rig.evict().block == 2);
  CHECK(rig.evict().block == 0);
  CHECK_FALSE(rig.order.next(nullptr, 0));
}

TEST_CASE("lru4k takes single pages in the order of their last use") {
  Rig rig(PageEviction::lru4k, 1);
  rig.use({0, 2});
  for (std::uint32_t page = 2; page < 5; ++page) CHECK(rig.evict().pages == PageMask::of(page, 1));
  rig.use({5, 1});
  CHECK(rig.evict().pages == PageMask::of(6, 1));
}

TEST_CASE("lfu2m takes the block of the fewest uses, however long ago they were") {
  Rig rig(PageEviction::lfu2m, 3);
  rig.use({0, 100});
  rig.use({kPagesPerBlock, 50});
  rig.use({2 * kPagesPerBlock, 80});
  CHECK(rig.evict().block == 1);
  CHECK(rig.evict().block == 2);
}

TEST_CASE("tree begins with the leaf that was used longest ago") {
  Rig rig(PageEviction::tree, 1);
  rig.use({0, kPagesPerLeaf});
  const auto victim = rig.evict();
  CHECK(victim.pages == PageMask::of(kPagesPerLeaf, kPagesPerLeaf));
  // Leaf 0 alone would be half of the pair, which is not less than half.
  CHECK(rig.range->block(0).on_gpu.count() == kPagesPerBlock - kPagesPerLeaf);
}

TEST_CASE("random takes every page once, and equal seeds the same ones") {
  Rig one(PageEviction::random, 1), other(PageEviction::random, 1);
  PageMask gone;
  for (std::uint32_t i = 0; i < 400; ++i) {
    const auto victim = one.evict();
    CHECK(victim.pages.count() == 1);
    CHECK_FALSE((gone & victim.pages).any());
    gone |= victim.pages;
    CHECK(other.evict().pages == victim.pages);
  }
  CHECK(gone.count() == 400);
}

TEST_CASE("The block that is being served is spared as long as there is another") {
  Rig rig(PageEviction::lru2m, 2);
  const auto victim = rig.order.next(rig.range.get(), 0);
  REQUIRE(victim);
  CHECK(victim->block == 1);
}

TEST_CASE("What is remembered about a page that is there is a fraction of 64 bytes") {
  for (const PageEviction policy : {PageEviction::lru2m, PageEviction::lru4k, PageEviction::lfu2m,
                                    PageEviction::tree, PageEviction::random}) {
    constexpr std::uint32_t kBlocks = 64;
    Rig rig(policy, kBlocks);
    const std::size_t blocks = kBlocks * sizeof(ManagedRange::Block);
    const std::size_t per_page = (rig.order.bytes() + blocks) / (kBlocks * kPagesPerBlock);
    CHECK(per_page <= 16);
  }
}
