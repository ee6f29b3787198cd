// The policies of one driver, and the abstract class of each axis. Policies decide; models carry
// out and publish what happened; nobody here measures.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "core/assert.hpp"
#include "core/completion.hpp"
#include "core/task.hpp"
#include "models/axes/gpu_policies.hpp"
#include "models/cpu/gfp.hpp"
#include "models/gpu/job.hpp"
#include "models/memory/move_rules.hpp"
#include "models/sync/access_tracker.hpp"
#include "models/sync/dma_resv.hpp"

namespace fencelab::models {

class BindQueue;
struct BindTraits;
class Client;
class DrmExec;
class Gpu;
class Machine;
class Swapchain;
class Syncobj;
class UserVm;
struct BindRequest;
struct FaultRules;
struct SwapImage;

/// What travels with a buffer from one process to another (a sync_file, a syncobj point, a value).
using HandOver = std::vector<AccessTracker::Entry>;

/// How a kernel submission treats a wait on a user fence.
enum class ValueWaits : unsigned char {
  user_space,    ///< user space waits for the value before it submits (the only legal way)
  future_fence,  ///< a dma_fence is made to depend on the value (forbidden: indefinite fence)
  points,        ///< values are points of timeline syncobjs: the fences behind them are waited for
};

/// Axis `sync`: which fences must a job wait for, and what does it publish?
class SyncPolicy {
 public:
  virtual ~SyncPolicy() = default;
  /// Whether submissions lock the dma_resv of their buffers for synchronisation.
  virtual bool uses_resv() const = 0;
  /// Before the buffers of `job` are locked: may list further ones (Job::marked).
  virtual void prepare(Job&) {}
  /// Whether user space puts the submission off; it calls SubmissionPolicy::enter_kernel() itself.
  virtual bool defer(const JobPtr&) { return false; }
  /// In the kernel: turns points among the dependencies into fences. -EINVAL: one has none yet.
  virtual int resolve_points(Job&) { return 0; }
  /// How to wait on the CPU for a value.
  virtual SyncPoint point_of(core::ValueTimeline& timeline, std::uint64_t value) {
    return {nullptr, &timeline, value};
  }
  /// The timeline syncobj whose points the values of `timeline` are, if they are points: who waits
  /// on the CPU for one that has no fence yet waits for it to get one, and then for that.
  virtual Syncobj* syncobj_behind(core::ValueTimeline&) { return nullptr; }
  /// Adds what `job` must wait for because of its (declared) accesses.
  virtual void add_dependencies(Job& job) = 0;
  /// The query that a submission makes of the reservation of `access`, an access that it declares
  /// or, if `marked`, one that prepare() listed: it waits for all that it finds, so that what was
  /// done before has happened before the job. None: it asks nothing because of that access.
  virtual std::optional<Usage> query_for(const Access&, bool /*marked*/) const {
    return std::nullopt;
  }
  /// The class under which the job's fence is published for one access.
  virtual Usage publish_as(const Access& access) const = 0;
  /// Older exclusive/shared slots: setting the exclusive fence drops the shared ones.
  virtual bool write_drops_readers() const { return false; }
  /// Whether jobs of user queues are wrapped in a dma_fence although only their value tells the
  /// end.
  virtual bool wraps_user_fences() const { return false; }
  /// How many values an ioctl can give back for a user queue to wait for. What is more, and what is
  /// no value, is waited for in the ioctl: with room for all, after the reservations are dropped.
  virtual std::size_t wait_array_room() const { return ~std::size_t{0}; }
  /// The job has its completion now: remember what future jobs need to know.
  virtual void submitted(Job& job) = 0;
  /// What goes along when `client` hands `buffer` over.
  virtual HandOver hand_over(Client& client, Buffer& buffer) = 0;
  /// The same in the thread that presents or sends it, with the ioctls which that takes.
  virtual core::Task<HandOver> hand_over_by_thread(Client& client, Gpu&, Buffer& buffer) {
    co_return hand_over(client, buffer);
  }
  /// `client` receives `buffer`. May have to wait (reason value or fence).
  virtual core::Task<> accept(Client& client, Gpu& gpu, Buffer& buffer, HandOver with) = 0;
  virtual ValueWaits value_waits() const = 0;
  /// What a page flip of `buffer` by `client` must wait for.
  virtual HandOver flip_fences(Client& client, Buffer& buffer) = 0;
};

/// Axis `submission`: how does work reach an engine?
class SubmissionPolicy {
 public:
  virtual ~SubmissionPolicy() = default;
  /// Runs in the submitting thread, from the call to its return.
  virtual core::Task<> submit(JobPtr job) = 0;
  /// The kernel's half of it, for those who have done the rest.
  virtual core::Task<> enter_kernel(JobPtr) { co_return; }
  /// CPU time of one submission in the kernel.
  virtual core::Duration ioctl_cost() const { return {}; }
  /// How the scheduler of an engine chooses among its entities.
  virtual RunQueueOrder run_queue_order() const { return RunQueueOrder::fifo; }
  /// How far the priority of whoever waits for a job is inherited.
  virtual Inheritance inheritance() const { return Inheritance::none; }
  /// Whether user queues of one process only are on the hardware at a time.
  virtual bool isolates_processes() const { return false; }
  /// Whether a job that depends on one that failed is cancelled with its error.
  virtual bool passes_errors_on() const { return false; }
  /// Whether the process writes rings itself.
  virtual bool user_mode() const = 0;
  /// Whether the kill of a process stops its queues and forgets what is pushed to them afterwards.
  virtual bool forgets_late_jobs() const { return false; }
  /// How long a process that is killed waits for the scheduler to take its jobs, before it cancels
  /// those left; what is in rings then runs to its end. None: it does neither.
  virtual std::optional<core::Duration> flush_timeout() const { return std::nullopt; }
};

/// Axis `residency`: how is memory taken from running work?
class ResidencyPolicy {
 public:
  virtual ~ResidencyPolicy() = default;
  /// Whether jobs leave an end-of-batch fence on their buffers that eviction waits for.
  virtual bool end_of_batch_fences() const = 0;
  /// Whether address spaces of user queues carry a preempt fence.
  virtual bool preempts() const = 0;
  /// Whether a buffer in use may be taken at all.
  virtual bool evictable() const = 0;
  /// Runs before the queues of `vm` are stopped for a preempt fence that was armed.
  virtual core::Task<> before_suspend(UserVm& vm) = 0;
  /// Pause between a suspension and the attempt to restore.
  virtual core::Duration restore_delay() const = 0;
  /// Whether an address space is brought back although no work is queued for it.
  virtual bool restores_idle() const { return false; }
  /// How buffers of this driver are moved.
  virtual const MoveRules& moves() const {
    static const MoveRules kAsEver;
    return kAsEver;
  }
  /// Before a suspension begins to count as the signalling of the fence that asks for it.
  virtual core::Task<> drain(UserVm&) { co_return; }
  /// Whether the suspensions of a device are items of one ordered work queue.
  virtual bool ordered_suspensions() const { return false; }
  static constexpr core::Duration kRestorePause = std::chrono::milliseconds(1);
  /// Which restores are items of one ordered work queue, and so come one after another.
  enum class RestoreQueue : unsigned char {
    per_space,        ///< none: a work item each
    per_device,       ///< xe: ordered_wq
    per_driver,       ///< KFD: kfd_restore_wq, of all its devices
    with_suspensions  ///< those of a device, in the queue that its suspensions are in
  };
  virtual RestoreQueue restore_queue() const { return RestoreQueue::per_space; }
  /// Whether a restore that got no memory bans the address space, and what is queued for it ends
  /// with -ECANCELED; else it is tried again.
  virtual bool restore_bans() const { return false; }
  /// Pause before a restore that got no memory is tried again; none: when memory is given back.
  virtual std::optional<core::Duration> restore_retry() const { return std::nullopt; }
  /// The same where none that is given back would do.
  virtual core::Duration restore_pause() const { return kRestorePause; }
  /// Whether a process' own buffers are no victims of what it allocates.
  virtual bool spares_own() const { return false; }
  /// How those who publish fences of user queues, and those who stop and start the queues, keep out
  /// of each other's way.
  enum class UserqWork : unsigned char {
    none,            ///< publishers do not look
    under_mutex,     ///< amdgpu: queues are off, and the eviction fence signals, in one section
    signals_outside  ///< the fence signals after the section
  };
  virtual UserqWork userq_work() const { return UserqWork::none; }
  /// How page faults of the GPU are served; nullptr: it cannot recover from any.
  virtual const FaultRules* faults() const { return nullptr; }
};

/// Why core mm takes the pages of a userptr range away (enum mmu_notifier_event).
enum class InvalidationCause : unsigned char { reclaim, unmap, fork, copy_on_write, migration };

/// What an MMU notifier is told: the range, and whose notifier it is.
struct Invalidation {
  Buffer& buffer;
  Client* client;  ///< nullptr: any, where the device maps what it faults on
  Gpu& gpu;
  InvalidationCause cause;
};

/// What the first pass of a notifier leaves to be waited for in the second.
struct InvalidationRest {
  std::vector<core::FencePtr> fences;
  std::vector<std::shared_ptr<core::Completion>> flushes;  ///< of TLBs
};

/// Axis `userptr`: what does the MMU notifier do?
class UserptrPolicy {
 public:
  virtual ~UserptrPolicy() = default;
  /// The device pins pages for the long term: they never move, and it is told of nothing.
  virtual bool pinned() const = 0;
  /// A device that can recover from page faults gets pages when it touches them.
  virtual bool maps_on_fault() const { return false; }
  /// The notifier: returns when the GPU no longer uses the pages.
  virtual core::Task<> invalidate(Invalidation range) = 0;
  /// Whether it has two passes: all devices are told before any is waited for (mm/mmu_notifier.c:
  /// invalidate_start and _finish).
  virtual bool two_passes() const { return false; }
  /// The first of them.
  virtual core::Task<InvalidationRest> begin_invalidation(Invalidation range) {
    co_await invalidate(range);
    co_return InvalidationRest{};
  }
  /// Time that getting (and mapping for the device) so many bytes of pages takes.
  virtual core::Duration get_pages_cost(std::uint64_t bytes) const = 0;
  /// Whether a submission holds the notifier's lock all along, and not only while it publishes.
  virtual bool locks_all_along() const { return false; }
  /// Whether a worker gets the pages of a submission after its fence is published.
  virtual bool gets_pages_late() const { return false; }
};

/// Axis `bind`: when is GPU VM state updated, when is page-table memory taken?
class BindPolicy {
 public:
  virtual ~BindPolicy() = default;
  /// Runs in the calling thread; returns when the ioctl returns. Sets request.done.
  virtual core::Task<> bind(BindQueue& queue, core::IntrusivePtr<BindRequest> request) = 0;
  /// What else its driver does about address spaces (models/vm/bind_traits.hpp).
  virtual const BindTraits& traits() const = 0;
};

/// On whose behalf memory is asked for.
struct AllocRequest {
  enum class Context : unsigned char { ioctl, signalling, rebind, user };
  Context context = Context::ioctl;
  Client* client = nullptr;
  core::WwContext* ww = nullptr;   ///< the caller's ww transaction, if it holds reservations
  DrmExec* exec = nullptr;         ///< the loop it belongs to, which is told of contention
  Gfp gfp = Gfp::kernel;           ///< what may be done to get system memory
  bool idle_only = false;          ///< of buffers takes only those that no fence keeps
  bool no_wait_gpu = false;        ///< ttm_operation_ctx: -EBUSY, or another place, instead
  std::uint64_t* moved = nullptr;  ///< ttm_operation_ctx::bytes_moved is added to it; outlives this
};

/// Axis `reclaim`: what may an allocation do under pressure?
class ReclaimPolicy {
 public:
  virtual ~ReclaimPolicy() = default;
  /// Whether this allocation may take memory from others at all.
  virtual bool may_reclaim(const AllocRequest& request) const = 0;
  /// Whether it may wait for the GPU to be done with a victim.
  virtual bool may_wait_for_gpu(const AllocRequest& request) const = 0;
  /// Whether shrinkers that kswapd calls may do so.
  virtual bool kswapd_may_wait() const { return may_wait_for_gpu({}); }
  /// Whether shrinkers run for allocations without __GFP_FS, too.
  virtual bool shrinks_without_fs() const { return false; }
  /// How long a shrinker waits for the GPU to be done with one victim; none: without limit.
  virtual std::optional<core::Duration> active_wait() const { return std::nullopt; }
};

/// Axis `flip`: when may a frame be shown?
class FlipPolicy {
 public:
  virtual ~FlipPolicy() = default;
  /// Index of the image to show among `presented` (oldest first), or none: keep the present one.
  virtual std::optional<std::size_t> choose(std::span<const SwapImage* const> presented,
                                            core::Time next_vblank, core::Time now) = 0;
  /// Whether a frame is never chosen while `point`, part of drawing it, is pending.
  virtual bool insists_on(const SyncPoint& point) const = 0;
};

/// What the policies of a driver are called, for reports. Refers to texts of who made them (the
/// registry), so that a run of which nobody reports anything copies none.
class PolicyNames {
 public:
  void add(std::string_view axis, std::string_view policy) {
    FENCELAB_ASSERT(count_ < names_.size(), "more than {} axes", names_.size());
    names_[count_++] = {axis, policy};
  }
  /// Of the policy on `axis`; empty: nobody named it.
  std::string_view of(std::string_view axis) const {
    for (std::size_t i = 0; i < count_; ++i)
      if (names_[i].first == axis) return names_[i].second;
    return {};
  }

 private:
  std::array<std::pair<std::string_view, std::string_view>, 12> names_;
  std::size_t count_ = 0;
};

/// One policy per axis.
struct DriverPolicies {
  PolicyNames names;
  std::unique_ptr<SyncPolicy> sync;
  std::unique_ptr<SubmissionPolicy> submission;
  std::unique_ptr<ResidencyPolicy> residency;
  std::unique_ptr<UserptrPolicy> userptr;
  std::unique_ptr<BindPolicy> bind;
  std::unique_ptr<ReclaimPolicy> reclaim;
  std::unique_ptr<HangPolicy> hang;
  std::unique_ptr<SemaphorePolicy> semaphore;
  std::unique_ptr<FlipPolicy> flip;
};

}  // namespace fencelab::models
