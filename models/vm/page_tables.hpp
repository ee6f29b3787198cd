// PageTables: which page tables of one GPU address space there are: a radix tree of 4 KiB tables
// with 512 entries of 8 bytes. A table of level 0 has the entries of 2 MiB, one of level 1 those of
// 1 GiB, one of level 2 those of 512 GiB; the root lives and dies with the address space and is not
// counted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace fencelab::models {

/// Addresses [begin, end).
struct VaRange {
  std::uint64_t begin = 0, end = 0;
  bool overlaps(const VaRange& other) const { return begin < other.end && other.begin < end; }
};

/// One table: its level, and its number among those that there may be of it.
struct TableId {
  int level = 0;
  std::uint64_t number = 0;
};

/// A range that is mapped has a table of level 0 for each 2 MiB that it touches, also where one
/// entry of level 1 maps all of them: that table is deposited and takes the place of the entry when
/// part of it is unmapped, so that unmapping never needs memory (the CPU's huge pages do so,
/// pgtable_trans_huge_deposit() in mm/huge_memory.c).
class PageTables {
 public:
  static constexpr std::uint64_t kPageBytes = 4096, kLargePageBytes = 2u << 20, kTableBytes = 4096;
  static constexpr int kLevels = 3;
  /// Bytes that one table of `level` maps.
  static constexpr std::uint64_t span(int level) { return kLargePageBytes << (9 * level); }

  /// Tables that mapping the range takes if there is none yet: panthor_vm_prepare_map_op_ctx() in
  /// drivers/gpu/drm/panthor/panthor_mmu.c.
  static std::uint64_t worst_case(VaRange range);
  /// Entries that are written to map the range to bytes from `offset` of something. Where it is
  /// `contiguous` in memory, one entry of level 1 maps 2 MiB if address and bytes are aligned.
  static std::uint64_t entries(VaRange range, std::uint64_t offset, bool contiguous);

  /// Tables that mapping the range takes now.
  std::uint64_t missing(VaRange range) const;
  /// The addresses that mapping the range touches: itself, and all of each table that comes into
  /// being (xe_pt.c: the range of a bind in the tree of range fences).
  VaRange touched_by_map(VaRange range) const;
  /// The same of unmapping it, between remove() and prune(): all of each table that is empty now.
  VaRange touched_by_unmap(VaRange range) const;

  /// Mapped pages are added; gives how many tables came into being.
  std::uint64_t add(VaRange range);
  /// Mapped pages go; tables stay until they are pruned.
  void remove(VaRange range);
  /// Drops the tables around the range that have become empty, and says which.
  std::vector<TableId> prune(VaRange range);
  /// Drops tables that are there and empty.
  void drop(const std::vector<TableId>& tables);
  std::uint64_t count() const;
  void clear() { used_ = {}; }

 private:
  /// Number of a table of its level -> mapped pages below it.
  using Level = std::map<std::uint64_t, std::uint64_t>;
  template <class Visit>
  static void for_each_chunk(VaRange range, int level, Visit visit);
  bool has(int level, std::uint64_t address) const;
  std::array<Level, kLevels> used_;
};

}  // namespace fencelab::models
