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
  UserSubmission(core::Duration doorbell_cost, core::Duration ioctl_cost)
      : cost_(doorbell_cost), ioctl_cost_(ioctl_cost) {}
  core::Task<> submit(models::JobPtr job) override;
  bool user_mode() const override { return true; }

 private:
  core::Duration cost_, ioctl_cost_;
};

/// Kernel queues: validate, synchronise, publish and queue in one ioctl. Jobs of long-running
/// contexts leave no dma_fence: their ioctl does what user space does for a user queue.
class KernelSubmission final : public models::SubmissionPolicy {
 public:
  /// What becomes of a submission that is on its way when its process is killed.
  enum class Late : unsigned char { undone, ended, forgotten };
  KernelSubmission(core::Duration ioctl_cost, models::ReservationLocks locks,
                   Late late = Late::undone, WorkingSet set = WorkingSet::listed)
      : cost_(ioctl_cost),
        locks_(locks),
        late_(late),
        working_set_(set),
        long_running_(ioctl_cost, {}) {}
  core::Task<> submit(models::JobPtr job) override;
  core::Task<> enter_kernel(models::JobPtr job) override;
  core::Duration ioctl_cost() const override { return cost_; }
  bool user_mode() const override { return false; }
  bool forgets_late_jobs() const override { return late_ == Late::forgotten; }

 private:
  core::Task<int> publish_with_user_pages(models::JobPtr job, models::GpuVm* whole);
  core::Duration cost_;
  models::ReservationLocks locks_;
  Late late_;
  WorkingSet working_set_;
  UserSubmission long_running_;
};

}  // namespace fencelab::policies
