// Page tables: how many there are, how many a change needs or frees, and what it touches.
#include "models/vm/page_tables.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <set>

using namespace fencelab::models;

namespace {

constexpr std::uint64_t kPage = PageTables::kPageBytes, kMiB = 1u << 20, kGiB = 1u << 30;

VaRange range(std::uint64_t begin, std::uint64_t bytes) { return {begin, begin + bytes}; }

}  // namespace

TEST_CASE("One page needs a table on each level, the next page none") {
  PageTables tables;
  CHECK(tables.missing(range(0, kPage)) == 3);
  CHECK(tables.add(range(0, kPage)) == 3);
  CHECK(tables.missing(range(kPage, kPage)) == 0);
  CHECK(tables.missing(range(2 * kMiB, kPage)) == 1);
  CHECK(tables.missing(range(kGiB, kPage)) == 2);
}

TEST_CASE("The worst case counts every table of the range, whatever is there") {
  CHECK(PageTables::worst_case(range(0, kPage)) == 3);
  CHECK(PageTables::worst_case(range(0, 64 * kMiB)) == 32 + 1 + 1);
  CHECK(PageTables::worst_case(range(kPage, 2 * kMiB)) == 2 + 1 + 1);
  CHECK(PageTables::worst_case(range(kGiB - kPage, 2 * kPage)) == 2 + 2 + 1);
}

TEST_CASE("Aligned bytes that lie together take one entry per 2 MiB") {
  CHECK(PageTables::entries(range(0, 2 * kMiB), 0, false) == 512);
  CHECK(PageTables::entries(range(0, 2 * kMiB), 0, true) == 1);
  CHECK(PageTables::entries(range(0, 2 * kMiB), kPage, true) == 512);
  CHECK(PageTables::entries(range(kPage, 4 * kMiB), kPage, true) == 1 + 511 + 1);
}

TEST_CASE("An update touches what it maps, and all of each table that comes or goes with it") {
  PageTables tables;
  const VaRange fresh = tables.touched_by_map(range(6 * kMiB, kPage));
  CHECK(fresh.begin == 0);
  CHECK(fresh.end == PageTables::span(2));
  tables.add(range(0, kPage));
  const VaRange table = tables.touched_by_map(range(6 * kMiB, kPage));
  CHECK(table.begin == 6 * kMiB);
  CHECK(table.end == 8 * kMiB);
  tables.add(range(6 * kMiB, kPage));
  const VaRange next = tables.touched_by_map(range(6 * kMiB + kPage, kPage));
  CHECK(next.begin == 6 * kMiB + kPage);
  CHECK(next.end == 6 * kMiB + 2 * kPage);
  CHECK_FALSE(next.overlaps(range(6 * kMiB, kPage)));
  tables.remove(range(6 * kMiB, kPage));
  const VaRange gone = tables.touched_by_unmap(range(6 * kMiB, kPage));
  CHECK(gone.begin == 6 * kMiB);
  CHECK(gone.end == 8 * kMiB);
  CHECK(tables.prune(range(6 * kMiB, kPage)).size() == 1);
}

TEST_CASE(
    "Random page tables are those of a model that keeps pages, and never more than the worst "
    "case") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 60; ++round) {
    PageTables tables;
    std::set<std::uint64_t> pages;
    const auto count = [&] {
      std::size_t all = 0;
      for (int level = 0; level < PageTables::kLevels; ++level) {
        std::set<std::uint64_t> numbers;
        for (const std::uint64_t page : pages)
          numbers.insert(page * kPage / PageTables::span(level));
        all += numbers.size();
      }
      return all;
    };
    for (int step = 0; step < 60; ++step) {
      const std::uint64_t near = random() % 3 * (kGiB - 2 * kMiB) / kPage;
      const std::uint64_t first = near + random() % 1500, size = 1 + random() % 700;
      const VaRange there = range(first * kPage, size * kPage);
      const bool maps = random() % 2 == 0;
      const std::uint64_t missing = tables.missing(there), before = tables.count();
      CHECK(missing <= PageTables::worst_case(there));
      std::uint64_t made = 0;
      for (std::uint64_t page = first; page < first + size; ++page) {
        if (maps && pages.insert(page).second) made += tables.add(range(page * kPage, kPage));
        if (!maps && pages.erase(page) > 0) tables.remove(range(page * kPage, kPage));
      }
      const std::uint64_t gone = tables.prune(there).size();
      REQUIRE(tables.count() == count());
      CHECK(tables.count() == before + made - gone);
      if (maps) CHECK(made == missing);
    }
  }
}
