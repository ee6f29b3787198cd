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
  virtual ResetScope reset_scope() const { return ResetScope::engine; }
  /// Whether a queue whose job had to be reset is guilty: its later jobs are cancelled.
  virtual bool cancels_guilty() const { return false; }
};

}  // namespace fencelab::models
