// Zone: system memory as the kernel's page allocator sees it: watermarks, kswapd, direct reclaim in
// the process that allocates, and the OOM killer when nothing else helps. The bytes themselves are
// booked in the pool of system memory, which is the only account of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>

#include "core/fifo.hpp"
#include "models/cpu/memory_defaults.hpp"
#include "models/cpu/oom_killer.hpp"
#include "models/cpu/page_cache.hpp"
#include "models/cpu/watermarks.hpp"
#include "models/memory/memory.hpp"

namespace fencelab::models {

class Zone final : public core::StateSource {
 public:
  struct Spec {
    Watermarks marks;
    std::uint64_t clean_bytes = 0, dirty_bytes = 0;                 ///< page cache at the start
    std::uint64_t mempool_bytes = 0;                                ///< kept back for Gfp::mempool
    core::Duration reclaim_pause = memory_defaults::kReclaimPause;  ///< after a fruitless round
  };
  /// What happened so far; nobody in the run looks at it.
  struct Counters {
    std::uint64_t kswapd_wakes = 0;                    ///< of a kswapd that slept
    std::uint64_t direct_reclaims = 0;                 ///< rounds in processes that allocate
    std::int64_t direct_reclaim_ns = 0;                ///< time they spent in there
    std::uint64_t kswapd_bytes = 0, direct_bytes = 0;  ///< reclaimed by whom
    std::uint64_t dropped_bytes = 0, written_bytes = 0;
    std::uint64_t purged = 0;  ///< buffers whose content was thrown away
  };
  Zone(Machine& machine, MemoryPool& pool, Spec spec);
  ~Zone() override;

  /// __alloc_pages(): books `bytes` of the pool, or fails as the context of `request` says.
  core::Task<Placement> allocate(std::uint64_t bytes, AllocRequest request);
  /// memalloc_*_save() and memalloc_*_restore() of the running process.
  void enter(MemallocScope scope);
  void leave(MemallocScope scope);
  /// `process` has ended, perhaps inside of a scope.
  void end_scopes(core::ProcessId process) { scopes_.erase(process); }
  /// `buffer` got its memory with Gfp::mempool: when that comes back, the mempool is filled first.
  void note_element(const Buffer& buffer);
  /// The memory of `buffer` has been given back to the pool.
  void memory_returned(const Buffer& buffer);
  /// Pages have become reclaimable, or somebody has given up: those who wait look again.
  void something_changed();

  Machine& machine() const { return machine_; }
  core::Simulation& simulation() const { return simulation_; }
  MemoryPool& pool() const { return pool_; }
  core::Cell& cell() { return cell_; }
  PageCache& page_cache() { return page_cache_; }
  OomKiller& oom() { return *oom_; }
  const Watermarks& watermarks() const { return marks_; }
  Counters& counters() { return counters_; }
  const Counters& counters() const { return counters_; }
  std::uint64_t free_bytes() const { return pool_.capacity - pool_.used; }
  bool hash_state(std::uint64_t& hash) const override;
  /// Whether somebody holds the lock under which its bytes would move.
  bool is_contended(const Buffer& buffer) const;

 private:
  /// One round of reclaim, by whom and how far it may go.
  struct Control {
    GfpMask mask;
    bool kswapd = false;
    std::uint64_t target = 0;  ///< bytes
    AllocRequest request;
  };
  /// Ever harder on those who use the buffers (drivers/gpu/drm/msm/msm_gem_shrinker.c,
  /// drivers/gpu/drm/xe/xe_shrinker.c).
  enum class Stage : unsigned char { purge, idle, active };

  core::Task<Placement> allocate_element(std::uint64_t bytes, GfpMask mask);
  bool fits(std::uint64_t bytes, std::uint64_t mark) const;
  std::uint64_t reserve_of(const GfpMask& mask) const;
  GfpMask mask_for(const AllocRequest& request) const;
  void wake_kswapd(std::uint64_t bytes);
  core::Task<> kswapd();
  core::Task<bool> reclaim_directly(std::uint64_t bytes, GfpMask mask, AllocRequest request);
  core::Task<Placement> wait_for_progress(GfpMask mask);
  core::Task<std::uint64_t> shrink(Control control);
  core::Task<std::uint64_t> shrink_processes(Control control);
  core::Task<std::uint64_t> shrink_drivers(Control control, Stage stage);
  bool may_drop(const Buffer& buffer, const Control& control) const;
  bool any_contended(const AllocRequest& request) const;
  std::vector<core::FencePtr> busy_fences() const;

  Machine& machine_;
  MemoryPool& pool_;
  core::Simulation& simulation_;
  core::Cell cell_;  ///< footprint of all below, and of what is booked in the pool
  Watermarks marks_;
  core::Duration reclaim_pause_;
  PageCache page_cache_;
  std::unique_ptr<OomKiller> oom_;
  core::Doorbell kswapd_bell_;
  core::Process* kswapd_ = nullptr;
  bool kswapd_asked_ = false;
  std::uint64_t kswapd_wanted_ = 0;                    ///< largest allocation it was asked for
  bool kswapd_hopeless_ = false;                       ///< it found nothing ...
  std::uint64_t hopeless_used_ = 0;                    ///< ... when so much was used
  std::map<core::ProcessId, TaskScopes> scopes_;       ///< each looked at by its process only
  std::uint64_t mempool_size_ = 0, mempool_free_ = 0;  ///< bytes; booked in the pool
  std::set<std::uint32_t> elements_;                   ///< Buffer::index of who has some of it
  Counters counters_;
};

}  // namespace fencelab::models
