// The list of mappings against a model that knows the mapping of each page, and the rules of
// drivers/gpu/drm/drm_gpuvm.c on what one change may consist of.
#include "models/vm/va_map.hpp"

#include <catch2/catch.hpp>
#include <optional>
#include <random>

#include "core/simulation.hpp"
#include "models/memory/buffer.hpp"

using namespace fencelab;
using namespace fencelab::models;

namespace {

constexpr std::uint64_t kPage = 4096;

struct Buffers {
  core::Simulation simulation;
  Buffer a{simulation, 0, {.name = "a", .bytes = 64 * kPage}};
  Buffer b{simulation, 1, {.name = "b", .bytes = 64 * kPage}};
};

Mapping pages(const Buffer& buffer, std::uint64_t at, std::uint64_t count, std::uint64_t from = 0) {
  return {at * kPage, count * kPage, &buffer, from * kPage};
}

/// What each page of a small address space maps.
struct PageModel {
  struct Page {
    const Buffer* buffer = nullptr;
    std::uint64_t offset = 0;
    bool operator==(const Page&) const = default;
  };
  std::vector<Page> at = std::vector<Page>(64);
  void map(const Mapping& mapping) {
    for (std::uint64_t i = 0; i < mapping.bytes / kPage; ++i)
      at[mapping.address / kPage + i] = {mapping.buffer, mapping.offset + i * kPage};
  }
  void unmap(std::uint64_t first, std::uint64_t count) {
    for (std::uint64_t i = first; i < first + count; ++i) at[i] = {};
  }
};

PageModel pages_of(const VaMap& map) {
  PageModel model;
  for (const auto& [address, mapping] : map.mappings()) model.map(mapping);
  return model;
}

/// At most one remap keeps something in front, at most one something behind, and those are the
/// first and the last of the change.
void check_shape(const VaChange& change) {
  for (std::size_t i = 0; i < change.unmaps.size(); ++i) {
    const Unmapped& cut = change.unmaps[i];
    if (cut.previous) CHECK(i == 0);
    if (cut.next) CHECK(i + 1 == change.unmaps.size());
    CHECK(cut.begin() < cut.end());
  }
}

}  // namespace

TEST_CASE("A map over the middle of a mapping leaves a remainder on either side") {
  Buffers of;
  VaMap map;
  map.apply(map.plan_map(pages(of.a, 10, 10)));
  const VaChange change = map.plan_map(pages(of.b, 13, 2));
  REQUIRE(change.unmaps.size() == 1);
  CHECK(change.unmaps[0].previous == pages(of.a, 10, 3));
  CHECK(change.unmaps[0].next == pages(of.a, 15, 5, 5));
  CHECK_FALSE(change.unmaps[0].keep);
  map.apply(change);
  CHECK(map.size() == 3);
  CHECK_FALSE(map.covers(of.a, 0, 10 * kPage));
  CHECK(map.covers(of.a, 5 * kPage, 10 * kPage));
}

TEST_CASE("A map over several mappings unmaps those inside and cuts those at its ends") {
  Buffers of;
  VaMap map;
  for (const std::uint64_t at : {0, 4, 8}) map.apply(map.plan_map(pages(of.a, at, 4, at)));
  const VaChange change = map.plan_map(pages(of.b, 2, 8));
  REQUIRE(change.unmaps.size() == 3);
  CHECK(change.unmaps[0].previous == pages(of.a, 0, 2));
  CHECK_FALSE(change.unmaps[1].is_remap());
  CHECK(change.unmaps[2].next == pages(of.a, 10, 2, 10));
}

TEST_CASE("Entries may be kept where the same bytes stay mapped to the same addresses") {
  Buffers of;
  VaMap map;
  map.apply(map.plan_map(pages(of.a, 0, 8)));
  CHECK(map.plan_map(pages(of.a, 4, 8, 4)).unmaps[0].keep);
  CHECK_FALSE(map.plan_map(pages(of.a, 4, 8, 5)).unmaps[0].keep);
  CHECK_FALSE(map.plan_map(pages(of.b, 4, 8, 4)).unmaps[0].keep);
  CHECK_FALSE(map.plan_unmap(4 * kPage, kPage).unmaps[0].keep);
}

TEST_CASE("Two mappings of parts of a buffer cover it together, wherever they are") {
  Buffers of;
  VaMap map;
  map.apply(map.plan_map(pages(of.a, 40, 4, 4)));
  map.apply(map.plan_map(pages(of.a, 10, 4)));
  CHECK(map.covers(of.a, 0, 8 * kPage));
  CHECK_FALSE(map.covers(of.a, 0, 9 * kPage));
  map.apply(map.plan_unmap(41 * kPage, kPage));
  CHECK_FALSE(map.covers(of.a, 0, 8 * kPage));
  CHECK(map.covers(of.a, 6 * kPage, 8 * kPage));
  CHECK(map.mappings_of(of.a).size() == 3);
  CHECK_FALSE(map.maps(of.b));
}

TEST_CASE("Random maps and unmaps do to each page what a model of pages says") {
  Buffers of;
  std::mt19937_64 random(7);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  for (int round = 0; round < 300; ++round) {
    VaMap map;
    PageModel model;
    for (int step = 0; step < 60; ++step) {
      const std::uint64_t first = below(63),
                          count = 1 + below(std::min<std::uint64_t>(64 - first, 24));
      const bool unmaps = below(3) == 0;
      const Mapping wanted = pages(below(2) == 0 ? of.a : of.b, first, count, below(40));
      const VaChange change =
          unmaps ? map.plan_unmap(first * kPage, count * kPage) : map.plan_map(wanted);
      check_shape(change);
      map.apply(change);
      if (unmaps)
        model.unmap(first, count);
      else
        model.map(wanted);
      REQUIRE(pages_of(map).at == model.at);
      const Mapping* const found = map.find(first * kPage);
      CHECK((found != nullptr) == (model.at[first].buffer != nullptr));
    }
  }
}
