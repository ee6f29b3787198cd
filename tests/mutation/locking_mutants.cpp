// Bugs in which locks an ioctl takes, in which order, and what it does while it has them.
#include <algorithm>

#include "models/machine.hpp"
#include "models/submission/reservations.hpp"
#include "policies/submission/steps.hpp"
#include "policies/submission/submission.hpp"
#include "tests/mutation/kernel_ioctl.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

namespace {

using core::Task;
using models::JobPtr;

/// Locks the reservations itself and has the buffers placed one by one.
class LocksItself : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    co_await begin(job);
    core::WwContext first{simulation().new_ticket()}, second{simulation().new_ticket()};
    co_await lock_all(*job, first, second);
    for (std::size_t i = 0; i < job->accesses.size(); ++i) {
      models::AllocRequest asked = request(*job);
      asked.ww = &first;
      co_await memory(*job).place(*job->accesses[i].buffer, asked);
    }
    synchronise(*job);
    publish_and_queue(job);
    for (const models::Access& access : job->accesses) access.buffer->resv().lock().unlock();
  }

 protected:
  virtual Task<> lock_all(const models::Job& job, core::WwContext& first,
                          core::WwContext& second) = 0;
};

class KeepsLocksOnBackOff final : public LocksItself {
 public:
  using LocksItself::LocksItself;
  Task<> lock_all(const models::Job& job, core::WwContext& first, core::WwContext&) override {
    for (std::size_t i = 0; i < job.accesses.size(); ++i) {
      core::WwMutex& lock = job.accesses[i].buffer->resv().lock();
      const auto result = co_await lock.lock(&first);
      if (result == core::WwResult::deadlock) co_await lock.lock(nullptr);
    }
  }
};

class TwoTickets final : public LocksItself {
 public:
  using LocksItself::LocksItself;
  Task<> lock_all(const models::Job& job, core::WwContext& first,
                  core::WwContext& second) override {
    for (std::size_t i = 0; i < job.accesses.size(); ++i) {
      core::WwMutex& lock = job.accesses[i].buffer->resv().lock();
      co_await lock.lock(i == 0 ? &first : &second);
    }
  }
};

/// Has a lock of the whole device besides.
class DeviceLockLast final : public KernelIoctl {
 public:
  explicit DeviceLockLast(core::Simulation& simulation)
      : KernelIoctl(simulation), device_(simulation, "device lock") {}
  Task<> submit(JobPtr job) override {
    co_await begin(job);
    const bool writes = std::any_of(job->accesses.begin(), job->accesses.end(),
                                    [](const auto& access) { return access.write; });
    if (writes) co_await device_.lock();
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (!writes) co_await device_.lock();
    if (resident) {
      synchronise(*job);
      publish_and_queue(job);
    }
    reservations.unlock();
    device_.unlock();
    if (!resident) policies::fail_submission(job);
  }

 private:
  core::Mutex device_;
};

class WaitsUnderDeviceLock final : public KernelIoctl {
 public:
  explicit WaitsUnderDeviceLock(core::Simulation& simulation)
      : KernelIoctl(simulation), device_(simulation, "device lock") {}
  Task<> submit(JobPtr job) override {
    co_await device_.lock();
    co_await begin(job);
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) {
      synchronise(*job);
      publish_and_queue(job);
    }
    reservations.unlock();
    device_.unlock();
    if (!resident) policies::fail_submission(job);
  }

 private:
  core::Mutex device_;
};

template <class Policy>
Seed submits() {
  return [](models::DriverPolicies& set, const policies::ParameterValues&,
            policies::RunState& run) { set.submission = std::make_unique<Policy>(run.simulation); };
}

Seed without_ticket() {
  return [](models::DriverPolicies& set, const policies::ParameterValues& values,
            policies::RunState&) {
    policies::KernelSubmission::Options options;
    options.ioctl_cost = values.duration("ioctl_cost");
    options.locks = models::ReservationLocks::plain;
    set.submission = std::make_unique<policies::KernelSubmission>(options);
  };
}

}  // namespace

void add_locking_mutants(std::vector<Mutant>& mutants) {
  mutants.push_back(
      {.name = "locks-without-ticket",
       .axis = "submission",
       .scenario = "two-buffers",
       .stack = "linux-implicit",
       .bug = "reservations are locked one after another in the order of the job's list",
       .source = "Documentation/locking/ww-mutex-design.rst",
       .seed = without_ticket()});
  mutants.push_back(
      {.name = "keeps-locks-on-back-off",
       .axis = "submission",
       .scenario = "two-buffers",
       .stack = "linux-implicit",
       .bug = "after -EDEADLK the contended reservation is waited for without dropping the others",
       .source = "Documentation/locking/ww-mutex-design.rst (ww_mutex_lock_slow)",
       .seed = submits<KeepsLocksOnBackOff>()});
  mutants.push_back(
      {.name = "two-tickets",
       .axis = "submission",
       .scenario = "two-buffers",
       .stack = "linux-implicit",
       .bug = "the first reservation and the others are locked in two acquire contexts",
       .source = "Documentation/locking/ww-mutex-design.rst",
       .seed = submits<TwoTickets>()});
  mutants.push_back({.name = "device-lock-inside",
                     .axis = "submission",
                     .scenario = "two-buffers",
                     .stack = "linux-implicit",
                     .bug = "the device lock is taken before the reservations for jobs that write, "
                            "after them for others",
                     .source = "i915 51311d0a (struct_mutex); msm b14b8c5f0eaf",
                     .seed = submits<DeviceLockLast>()});
  mutants.push_back({.name = "waits-under-device-lock",
                     .axis = "submission",
                     .scenario = "value-before-submit",
                     .stack = "linux-implicit",
                     .bug = "user fences are waited for under the lock of the device",
                     .source = "Mesa 58af1f6b (winsys mutex held while waiting for idle)",
                     .seed = submits<WaitsUnderDeviceLock>()});
}

}  // namespace fencelab::mutation
