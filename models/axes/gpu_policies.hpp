// Questions that engines and queues ask: how a queue waits on a value, and who notices a hang.
#pragma once

#include <optional>

#include "core/time.hpp"

namespace fencelab::models {

class Engine;
class Job;

/// Axis `semaphore`: how a queue waits on a value in its ring.
class SemaphorePolicy {
 public:
  virtual ~SemaphorePolicy() = default;
  /// False: the scheduler sees the semaphore and does not run the queue before the value is there.
  virtual bool runs_before_value() const = 0;
  /// How long one look at an unsatisfied value keeps the engine before it yields; kForever: it
  /// spins until its time slice ends.
  virtual core::Duration poll_time() const = 0;
  static constexpr core::Duration kForever = core::Duration::max();
};

/// In which order the DRM scheduler of an engine takes jobs of entities that are ready
/// (drivers/gpu/drm/scheduler/sched_rq.c, sched_main.c).
enum class RunQueueOrder : unsigned char {
  fifo,         ///< by priority, then by the time at which the job was submitted
  round_robin,  ///< by priority, then by the time at which the entity came back to the queue
  fair,         ///< by virtual time on the GPU, which grows the faster the lower the priority
};

/// How far the priority of who waits for a job goes down its chain of dependencies.
enum class Inheritance : unsigned char {
  none,  ///< nowhere: drivers/gpu/drm/scheduler
  jobs,  ///< to jobs of the same driver, and no further than the first work item of a kernel thread
         ///< (i915_schedule() in drivers/gpu/drm/i915/i915_scheduler.c)
  all,   ///< to everything of the same driver, work items included, which then go by priority
};

/// How much a recovery takes down.
enum class ResetScope : unsigned char { engine, device };

/// Axis `hang`: who notices that something does not end, and who pays.
class HangPolicy {
 public:
  virtual ~HangPolicy() = default;
  /// Time a job may be the running head of an engine before the engine is reset; none: never.
  virtual std::optional<core::Duration> job_timeout(const Job& job) const = 0;
  /// Time the kernel waits on one dma_fence before it force-signals it and kills its job; none: for
  /// ever.
  virtual std::optional<core::Duration> fence_wait_timeout() const = 0;
  /// Time a preemption request may take before the engine is reset; none: for ever.
  virtual std::optional<core::Duration> preempt_timeout() const = 0;
  /// Time a command of a user queue may be at the head of its ring before the kernel looks who is
  /// to blame (models/gpu/fence_monitor.hpp); none: nobody looks.
  virtual std::optional<core::Duration> command_timeout() const { return std::nullopt; }
  /// Whether a page fault that nobody can serve resets the context; else it stays on its engine.
  virtual bool resets_on_fault() const { return true; }
  virtual ResetScope reset_scope() const { return ResetScope::engine; }
  /// Whether a queue whose job had to be reset is guilty: its later jobs are cancelled.
  virtual bool cancels_guilty() const { return false; }
  /// Whether the handler finds that `job`, whose time is over, gets on, and gives it that time
  /// anew (DRM_GPU_SCHED_STAT_NO_HANG). `executed`: what of it was done when the time began.
  virtual bool spares(const Job& /*job*/, core::Duration /*executed*/) const { return false; }
};

}  // namespace fencelab::models
