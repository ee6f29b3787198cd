// ManagedRange: where the pages of one managed buffer are. Blocks of 2 MiB with a bit per page and
// state: some 0.4 bytes a page, and whole runs of pages are looked at by words.
#pragma once

#include <cstdint>
#include <vector>

#include "core/locks.hpp"
#include "core/shared.hpp"
#include "models/memory/buffer.hpp"
#include "models/svm/page_mask.hpp"

namespace fencelab::models {

class Buffer;
class Gpu;

/// Pages [first, first + count) of a buffer.
struct PageRun {
  std::uint32_t first = 0, count = 0;
};

class ManagedRange final : public core::StateSource {
 public:
  struct Block {
    PageMask on_gpu;         ///< in the GPU's memory, and mapped there
    PageMask remote;         ///< in system memory, and mapped by the GPU
    PageMask content;        ///< has bytes that must not get lost
    core::Time came{};       ///< when pages came to the GPU last
    std::uint32_t uses = 0;  ///< by the GPU
    std::uint32_t remote_uses = 0;
  };

  /// `number`: of its first block among all blocks of its GPU. `in_place`: the GPU maps the pages
  /// where they are in system memory, and they never move to its own (userptr).
  ManagedRange(core::Simulation& simulation, Buffer& buffer, std::uint32_t number,
               Gpu* gpu = nullptr, bool in_place = false);

  Buffer& buffer() const { return buffer_; }
  std::uint32_t pages() const { return pages_; }
  Gpu* gpu() const { return gpu_; }
  bool in_place() const { return in_place_; }
  /// The same buffer on another GPU; nullptr: on none.
  ManagedRange* next = nullptr;
  /// Its memory is to be given back by whoever has `page_lock` now.
  bool release_later = false;
  /// The GPU maps none of it any more, once its TLB has forgotten it. False: it mapped nothing.
  bool zap();
  std::uint32_t number() const { return number_; }
  std::uint32_t block_count() const { return static_cast<std::uint32_t>(blocks_.size()); }
  /// The caller notes the access in `cell`.
  Block& block(std::uint32_t index) { return blocks_[index]; }
  const Block& block(std::uint32_t index) const { return blocks_[index]; }
  /// Pages of a block that exist: the last may be short.
  PageMask existing(std::uint32_t index) const;

  /// Adds the parts of `run` that the GPU cannot reach to `missing`; returns how many of the others
  /// it reaches over the link.
  std::uint32_t look(PageRun run, std::vector<PageRun>& missing) const;
  /// The GPU used `run`.
  void use(PageRun run);
  /// The part of `run` in block `index`.
  static PageMask part(PageRun run, std::uint32_t index);

  bool hash_state(std::uint64_t& hash) const override;

  core::Cell cell;           ///< footprint of the blocks
  core::Mutex page_lock;     ///< pages are under way (migrate_vma_setup() isolates and locks them)
  core::Mutex migrate_lock;  ///< see MigrationRaces::serialised, MigrateLock

 private:
  Buffer& buffer_;
  std::uint32_t pages_, number_;
  Gpu* gpu_;
  bool in_place_;
  std::vector<Block> blocks_;
};

/// The pages of `buffer` as `gpu` faults on them; nullptr: it does not.
ManagedRange* range_on(const Buffer& buffer, const Gpu& gpu);
/// Whether `gpu` faults on `buffer`, page by page, and so needs nothing made ready.
inline bool is_paged_on(const Buffer& buffer, const Gpu& gpu) {
  return buffer.pages && range_on(buffer, gpu);
}

}  // namespace fencelab::models
