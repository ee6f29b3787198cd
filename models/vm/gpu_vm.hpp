// GpuVm: the address space of a client on a GPU, as VM_BIND drivers have it: mappings, page tables,
// the reservation that its private buffers share, and the lists of external and of evicted buffers
// (drivers/gpu/drm/drm_gpuvm.c; Documentation/gpu/drm-vm-bind-locking.rst).
//
// The lock protects what is asked for: binds hold it for writing, submissions that validate the
// address space for reading. Nothing on the way to the signalling of a fence takes it. The spin
// locks of the lists are held for no time and are footprints here.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/locks.hpp"
#include "core/resource.hpp"
#include "core/timeline.hpp"
#include "models/memory/memory.hpp"
#include "models/vm/bind_queue.hpp"
#include "models/vm/bind_traits.hpp"
#include "models/vm/page_tables.hpp"
#include "models/vm/va_map.hpp"
#include "models/vm/vm_bo.hpp"

namespace fencelab::models {

class GpuVm {
 public:
  GpuVm(Client& client, Gpu& gpu);
  ~GpuVm();

  Client& client() const { return client_; }
  Gpu& gpu() const { return gpu_; }
  core::Simulation& simulation() const { return simulation_; }
  const BindTraits& traits() const;
  core::RwLock& lock() { return lock_; }
  DmaResv& resv() { return resv_; }
  /// The bind queue of that name, which comes into being when it is asked for.
  BindQueue& bind_queue(const std::string& name = {});
  /// Where a buffer is mapped that says no address: user space keeps 2 MiB boundaries.
  std::uint64_t address_for(const Buffer& buffer) const;

  /// An update failed after its fence was published: nothing can be relied on any more. Binds end
  /// with -ENOENT, submissions with -ECANCELED (xe_vm.c, panthor_mmu.c, msm_gem_vma.c).
  void ban();
  bool banned() const {
    banned_cell_.read();
    return banned_;
  }
  /// Its client is gone: the page tables go as soon as no bind is under way.
  void close();
  /// Its client is dead: what was asked for and has not begun is not carried out any more, either.
  void kill();
  void retire_if_dead();

  // ---- of binds that user space restarts

  /// The n-th failure makes `errors` n, and what failed is tried again when `restarts` is n.
  void report_errors(core::ValueTimeline& errors, core::ValueTimeline& restarts);
  /// What a bind that may fail waits for then.
  core::ValueTimeline& restarts();
  /// A bind has failed: tells user space, and returns when that wants a new try, or is dead.
  core::Task<> wait_for_restart();

  // ---- of a bind, in the ioctl, under the lock

  /// The errno of an ioctl that asks for nothing possible; 0: go on. Lists the buffer.
  int admit(BindRequest& request);
  /// Makes the buffer resident and publishes the request's fence in its reservation. 0 or -ENOMEM.
  core::Task<int> validate_target(BindRequestPtr request);
  /// Tables that it takes at worst, and those missing when all that was planned has been done.
  static std::uint64_t worst_case_tables(const BindRequest& request);
  std::uint64_t missing_tables_when_planned(const BindRequest& request) const;
  /// Takes memory for so many. False: there is none, and nothing was taken.
  core::Task<bool> take_tables(BindRequestPtr request, std::uint64_t tables,
                               AllocRequest allocation);
  /// Changes the mappings as they will be, and puts the request behind updates of other queues that
  /// touch what it touches (the tree of range fences of drivers/gpu/drm/xe/xe_pt.c).
  void plan(BindRequest& request);
  /// Before the lock: waits until few enough tables are in flight for `tables` more
  /// (msm_ioctl_vm_bind() in drivers/gpu/drm/msm/msm_gem_vma.c).
  core::Task<> throttle(BindRequestPtr request, std::uint64_t tables);

  // ---- of its execution

  std::uint64_t missing_tables(const BindRequest& request) const;
  /// New tables come into being. Gives how long the update takes.
  core::Duration begin_update(BindRequest& request);
  /// The entries are there, or gone; what was taken too much goes back.
  void finish_update(BindRequest& request);
  void note_queued(const BindQueue& queue, const BindRequest& request);
  void note_over(BindRequest& request);

  // ---- of submissions

  /// Whether binds say when `buffer` may be used, and whether its bytes [begin, end) may now.
  bool managed(const Buffer& buffer) const;
  bool bound(const Buffer& buffer, std::uint64_t begin, std::uint64_t end) const;
  /// Makes `job` wait for the updates, pending or not, that map what it touches.
  void depend(Job& job) const;
  /// The reservations to be locked by who validates all of it: its own and the external ones.
  std::vector<DmaResv*> reservations();
  /// Brings home what is on the list of evicted buffers, under those locks (drm_gpuvm_validate()).
  core::Task<Placement> validate(AllocRequest request);
  /// Has the entries of buffers repaired that are at home again. The fence of the last update,
  /// which comes after the others; none: there was nothing to do (xe_vm_rebind()).
  core::FencePtr rebind_moved();
  /// Adds `fence` to all that `reservations()` says (drm_gpuvm_resv_add_fence()).
  void publish(const core::FencePtr& fence);
  /// Memory was taken from the buffer of `link`.
  void evicted(VmBo& link);

  const VaMap& mapped() const {
    bound_cell_.read();
    return mapped_;
  }
  const PageTables& tables() const {
    bound_cell_.read();
    return tables_;
  }
  /// Where its page tables are.
  MemoryPool& table_pool() const;
  /// Whether it holds page tables in memory that has an end.
  bool holds_memory() const;
  /// Bytes of page tables it holds, taken ahead or in use.
  std::uint64_t table_bytes_held() const {
    held_cell_.read();
    return held_;
  }

 private:
  /// An update that was asked for and is not over, of the bytes [begin, end) of a buffer.
  struct Asked {
    const BindQueue* queue;
    std::uint64_t begin, end;
    core::FencePtr fence;
  };
  struct Planned {
    VaRange touches;
    core::FencePtr fence;
  };
  struct Throttle;
  struct Errors;
  VmBo& link_of(Buffer& buffer);
  void list(VmBo& link);
  bool in_use(const VmBo& link) const;
  bool at_home(const Buffer& buffer) const;
  std::vector<VaChange> changes_of(const BindRequest& request, const VaMap& map) const;
  VaRange plan_change(BindRequest& request, const VaChange& change);
  void give_back(std::uint64_t bytes);
  void cancel_jobs();
  Client& client_;
  Gpu& gpu_;
  core::Simulation& simulation_;
  core::RwLock lock_;
  DmaResv resv_;
  core::Cell asked_cell_;    ///< footprint of what was queued
  core::Cell planned_cell_;  ///< footprint of what will be mapped
  core::Cell bound_cell_;    ///< footprint of what is mapped
  core::Cell lists_cell_;    ///< footprint of which buffers there are, and of their lists
  core::Cell counts_cell_;   ///< footprint of VmBo::asked
  core::Cell held_cell_;     ///< footprint of held_
  core::Cell banned_cell_;   ///< footprint of whether it is banned or dead
  core::Cell queues_cell_;   ///< footprint of which bind queues there are
  core::Cell errors_cell_;   ///< footprint of how many binds have failed
  std::map<std::string, std::unique_ptr<BindQueue>> queues_;
  std::unique_ptr<BindQueue> rebinds_;
  VaMap mapped_, planned_;
  PageTables tables_, planned_tables_;
  std::uint64_t held_ = 0;                            ///< bytes of page tables
  std::map<std::uint32_t, VmBo> links_;               ///< by Buffer::index
  std::map<std::uint32_t, VmBo*> external_;           ///< list of external buffers
  std::set<std::uint32_t> evicted_, stale_;           ///< by Buffer::index
  std::map<std::uint32_t, std::vector<Asked>> last_;  ///< by Buffer::index
  std::vector<Planned> in_flight_;
  std::unique_ptr<Throttle> throttle_;
  std::unique_ptr<Errors> errors_;
  mutable std::vector<std::uint64_t> addresses_;  ///< by Buffer::index
  bool banned_ = false, dead_ = false;
};

}  // namespace fencelab::models
