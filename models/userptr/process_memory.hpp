// ProcessMemory: the address space of one process on the CPU's side, as far as GPUs use it through
// userptr: mmap_lock, the MMU notifiers' locks, what takes pages away, and who has pinned how much.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "core/locks.hpp"
#include "core/task.hpp"
#include "core/uninterruptible.hpp"
#include "models/axes/driver_policies.hpp"

namespace fencelab::models {

class Buffer;
class Client;
class Gpu;
class LatePages;
class Machine;
class MemoryPool;
class UserPages;
struct PageUser;
enum class Placement : unsigned char;

/// mmu_notifier_invalidate_range_start() and _end() on the pages of one userptr buffer, by the
/// running process, which nothing can end in between.
/// The second pass of a notifier.
core::Task<> finish_invalidation(InvalidationRest rest);

class RangeInvalidation {
 public:
  RangeInvalidation(Machine& machine, Buffer& buffer, InvalidationCause cause);
  RangeInvalidation(const RangeInvalidation&) = delete;
  ~RangeInvalidation();
  /// Returns when no device that is told uses the pages any more: they may go.
  core::Task<> start();
  /// The process has other pages there now, before the end.
  void replace();
  void end();

 private:
  Machine& machine_;
  Buffer& buffer_;
  InvalidationCause cause_;
  core::Uninterruptible until_over_;
  bool begun_ = false;
};

/// handle_mm_fault(): brings the pages of a userptr buffer into memory, under their lock.
core::Task<Placement> fault_in(Machine& machine, Buffer& buffer, AllocRequest request);

/// migrate_pages(), by compaction or for NUMA's sake: the same content in other pages. False: they
/// are pinned, or somebody else takes them away just now.
core::Task<bool> migrate_pages(Machine& machine, Buffer& buffer);

class ProcessMemory {
 public:
  ProcessMemory(core::Simulation& simulation, Client& client);
  ~ProcessMemory();

  /// Outer to every reservation (drivers/dma-buf/dma-resv.c, dma_resv_lockdep()).
  core::RwLock& mmap_lock() { return mmap_lock_; }
  /// Keeps the notifier of `gpu` out while a submission publishes its fence
  /// (Documentation/gpu/drm-vm-bind-locking.rst, userptr_notifier_lock).
  core::RwLock& notifier_lock(Gpu& gpu);
  /// RLIMIT_MEMLOCK in bytes; none: unlimited.
  std::optional<std::uint64_t> memlock_limit;

  // ---- for drivers

  /// mmu_interval_notifier_insert(), or nothing where pages are pinned.
  core::Task<> add_user(Buffer& buffer, Gpu& gpu);
  /// get_user_pages() or hmm_range_fault(): brings them into memory. 0, -EFAULT (nothing is mapped
  /// there), -ENOMEM (none, or the process may not pin as much).
  core::Task<int> get_pages(Machine& machine, Buffer& buffer, Gpu& gpu, bool for_write);

  /// Workers that get pages for jobs whose fences are out already.
  LatePages& late_pages(Gpu& gpu);

  // ---- for programs, in the process of the thread that calls

  /// munmap() or free(): the range is gone.
  core::Task<> unmap(Machine& machine, Buffer& buffer);
  /// munmap() and mmap() of the same range: other pages from here on.
  core::Task<> remap(Machine& machine, Buffer& buffer);
  /// fork(): both processes share the pages until one of them writes. Pinned ones are copied at
  /// once (copy_present_page() in mm/memory.c). The child ends after `child_life`, if given.
  core::Task<> fork(Machine& machine, std::vector<Buffer*> buffers,
                    std::optional<core::Duration> child_life);
  /// A write through a mapping that is shared with a child: it gets a copy
  /// (wp_page_copy() in mm/memory.c). -ENOMEM: there is no memory for it.
  core::Task<int> break_sharing(Machine& machine, Buffer& buffer);

 private:
  bool charge(UserPages& pages, PageUser who, std::uint64_t bytes);
  void uncharge(UserPages& pages, PageUser who, std::uint64_t bytes);
  core::Task<> child_of_fork(Machine& machine, core::Duration life);
  core::Task<> tell_of_fork(Machine& machine, Buffer& buffer);
  core::Task<bool> reserve_for_child(Machine& machine, std::uint64_t bytes);
  core::Simulation& simulation_;
  Client& client_;
  core::RwLock mmap_lock_;
  core::Cell cell_;  ///< footprint of all below
  std::map<std::uint32_t, std::unique_ptr<core::RwLock>> notifier_locks_;  ///< by Gpu::index
  std::map<std::uint32_t, std::unique_ptr<LatePages>> late_pages_;         ///< by Gpu::index
  std::uint64_t pinned_bytes_ = 0;
  std::uint64_t child_bytes_ = 0;  ///< pages of system memory that only children have
  std::uint32_t children_ = 0;
};

}  // namespace fencelab::models
