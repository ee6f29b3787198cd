// How work reaches an engine: through an ioctl and the DRM scheduler, or by a doorbell.
#pragma once

#include "models/axes/driver_policies.hpp"
#include "models/submission/reservations.hpp"

namespace fencelab::policies {

/// What a submission validates and puts its fence on.
enum class WorkingSet : unsigned char {
  listed,  ///< the buffers that it lists
  mapped,  ///< besides, all that is mapped in the address space
};

/// User queues: the process writes the ring and rings the doorbell; the kernel sees no job.
class UserSubmission final : public models::SubmissionPolicy {
 public:
  /// `may_wrap`: its jobs get a dma_fence if the sync policy says so.
  /// `isolates`: processes are never on the hardware side by side.
  UserSubmission(core::Duration doorbell_cost, core::Duration ioctl_cost, bool may_wrap = true,
                 bool isolates = false)
      : cost_(doorbell_cost), ioctl_cost_(ioctl_cost), may_wrap_(may_wrap), isolates_(isolates) {}
  bool isolates_processes() const override { return isolates_; }
  core::Task<> submit(models::JobPtr job) override;
  bool user_mode() const override { return true; }

 private:
  core::Duration cost_, ioctl_cost_;
  bool may_wrap_, isolates_;
};

/// Kernel queues: validate, synchronise, publish and queue in one ioctl. Jobs of long-running
/// contexts leave no dma_fence: their ioctl does what user space does for a user queue.
class KernelSubmission final : public models::SubmissionPolicy {
 public:
  /// What becomes of a submission that is on its way when its process is killed.
  enum class Late : unsigned char { undone, ended, forgotten };
  struct Options {
    core::Duration ioctl_cost{};
    models::ReservationLocks locks = models::ReservationLocks::ww;
    Late late = Late::undone;
    WorkingSet set = WorkingSet::listed;
    models::RunQueueOrder order = models::RunQueueOrder::fifo;
    bool passes_errors_on = false;
    models::Inheritance inheritance = models::Inheritance::none;
    core::Duration flush_timeout{};  ///< 0: a killed process waits for nothing
  };
  explicit KernelSubmission(const Options& options)
      : options_(options), long_running_(options.ioctl_cost, {}, false) {}
  core::Task<> submit(models::JobPtr job) override;
  core::Task<> enter_kernel(models::JobPtr job) override;
  core::Duration ioctl_cost() const override { return options_.ioctl_cost; }
  models::RunQueueOrder run_queue_order() const override { return options_.order; }
  bool passes_errors_on() const override { return options_.passes_errors_on; }
  models::Inheritance inheritance() const override { return options_.inheritance; }
  bool user_mode() const override { return false; }
  bool forgets_late_jobs() const override { return options_.late == Late::forgotten; }
  std::optional<core::Duration> flush_timeout() const override {
    const core::Duration timeout = options_.flush_timeout;
    return timeout > core::Duration{} ? std::optional(timeout) : std::nullopt;
  }

 private:
  core::Task<int> publish_with_user_pages(models::JobPtr job, models::GpuVm* whole);
  core::Task<int> publish_before_pages(models::JobPtr job, models::GpuVm* whole);
  Options options_;
  UserSubmission long_running_;
};

}  // namespace fencelab::policies
