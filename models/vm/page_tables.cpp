#include "models/vm/page_tables.hpp"

#include <algorithm>

#include "core/assert.hpp"

namespace fencelab::models {

/// Calls visit(table number, pages of it in the range) for each table of `level` in the range.
template <class Visit>
void PageTables::for_each_chunk(VaRange range, int level, Visit visit) {
  const std::uint64_t bytes = span(level);
  for (std::uint64_t at = range.begin; at < range.end;) {
    const std::uint64_t end = std::min(range.end, (at / bytes + 1) * bytes);
    visit(at / bytes, (end - at + kPageBytes - 1) / kPageBytes);
    at = end;
  }
}

std::uint64_t PageTables::worst_case(VaRange range) {
  std::uint64_t tables = 0;
  for (int level = 0; level < kLevels; ++level)
    for_each_chunk(range, level, [&](std::uint64_t, std::uint64_t) { ++tables; });
  return tables;
}

std::uint64_t PageTables::entries(VaRange range, std::uint64_t offset, bool contiguous) {
  const std::uint64_t pages = (range.end - range.begin + kPageBytes - 1) / kPageBytes;
  const bool aligned = contiguous && (range.begin - offset) % kLargePageBytes == 0;
  const std::uint64_t first =
      (range.begin + kLargePageBytes - 1) / kLargePageBytes * kLargePageBytes;
  const std::uint64_t last = range.end / kLargePageBytes * kLargePageBytes;
  if (!aligned || last <= first) return pages;
  const std::uint64_t large = (last - first) / kLargePageBytes;
  return pages - large * (kLargePageBytes / kPageBytes) + large;
}

bool PageTables::has(int level, std::uint64_t address) const {
  return used_[static_cast<std::size_t>(level)].contains(address / span(level));
}

std::uint64_t PageTables::missing(VaRange range) const {
  std::uint64_t tables = 0;
  for (int level = 0; level < kLevels; ++level) {
    const Level& there = used_[static_cast<std::size_t>(level)];
    for_each_chunk(range, level, [&](std::uint64_t number, std::uint64_t) {
      if (!there.contains(number)) ++tables;
    });
  }
  return tables;
}

// Only the tables at its ends reach beyond the range.
VaRange PageTables::touched_by_map(VaRange range) const {
  VaRange touched = range;
  for (int level = 0; level < kLevels; ++level) {
    const std::uint64_t bytes = span(level), last = range.end - 1;
    if (!has(level, range.begin)) touched.begin = range.begin / bytes * bytes;
    if (!has(level, last)) touched.end = (last / bytes + 1) * bytes;
  }
  return touched;
}

VaRange PageTables::touched_by_unmap(VaRange range) const {
  VaRange touched = range;
  for (int level = 0; level < kLevels; ++level) {
    const Level& there = used_[static_cast<std::size_t>(level)];
    const std::uint64_t bytes = span(level);
    for_each_chunk(range, level, [&](std::uint64_t number, std::uint64_t) {
      const auto table = there.find(number);
      if (table == there.end() || table->second != 0) return;
      touched.begin = std::min(touched.begin, number * bytes);
      touched.end = std::max(touched.end, (number + 1) * bytes);
    });
  }
  return touched;
}

std::uint64_t PageTables::add(VaRange range) {
  const std::uint64_t before = count();
  for (int level = 0; level < kLevels; ++level)
    for_each_chunk(range, level, [&](std::uint64_t number, std::uint64_t pages) {
      used_[static_cast<std::size_t>(level)][number] += pages;
    });
  return count() - before;
}

void PageTables::remove(VaRange range) {
  for (int level = 0; level < kLevels; ++level)
    for_each_chunk(range, level, [&](std::uint64_t number, std::uint64_t pages) {
      const auto table = used_[static_cast<std::size_t>(level)].find(number);
      FENCELAB_ASSERT(
          table != used_[static_cast<std::size_t>(level)].end() && table->second >= pages,
          "{} pages are unmapped that are not there, at {}", pages, range.begin);
      table->second -= pages;
    });
}

std::vector<TableId> PageTables::prune(VaRange range) {
  std::vector<TableId> gone;
  for (int level = 0; level < kLevels; ++level) {
    Level& there = used_[static_cast<std::size_t>(level)];
    for_each_chunk(range, level, [&](std::uint64_t number, std::uint64_t) {
      const auto table = there.find(number);
      if (table == there.end() || table->second != 0) return;
      there.erase(table);
      gone.push_back({level, number});
    });
  }
  return gone;
}

void PageTables::drop(const std::vector<TableId>& tables) {
  for (const TableId& table : tables) {
    Level& there = used_[static_cast<std::size_t>(table.level)];
    const auto found = there.find(table.number);
    FENCELAB_ASSERT(found != there.end() && found->second == 0,
                    "table {} of level {} is not there, or not empty", table.number, table.level);
    there.erase(found);
  }
}

std::uint64_t PageTables::count() const {
  std::uint64_t tables = 0;
  for (const Level& level : used_) tables += level.size();
  return tables;
}

}  // namespace fencelab::models
