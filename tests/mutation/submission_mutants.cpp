// Bugs in the order in which an ioctl locks, publishes and queues.
#include <algorithm>
#include <deque>

#include "models/machine.hpp"
#include "models/submission/reservations.hpp"
#include "models/vm/gpu_vm.hpp"
#include "policies/submission/steps.hpp"
#include "tests/mutation/kernel_ioctl.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

namespace {

using core::Task;
using models::JobPtr;

/// What an ioctl does between unlocking and its return: copying handles to user space.
constexpr core::Duration kCopyOut{5'000};

class PublishesAfterUnlock final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    co_await begin(job);
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) synchronise(*job);
    reservations.unlock();
    if (!resident) co_return policies::fail_submission(job);
    co_await core::sleep_for(simulation(), kCopyOut);
    publish_and_queue(job);
  }
};

class KeepsLocksOnError final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    co_await begin(job);
    models::Reservations& reservations =
        forgotten_.emplace_back(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (!resident) co_return policies::fail_submission(job);
    synchronise(*job);
    publish_and_queue(job);
    reservations.unlock();
  }

 private:
  std::deque<models::Reservations> forgotten_;  ///< the locks point to their transactions
};

class ForgetsFenceOnError final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    co_await begin(job);
    policies::create_fence(
        *job);  // its sync_file is installed first, so that nothing can fail later
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) {
      synchronise(*job);
      publish_created_and_queue(job);
    }
    reservations.unlock();
  }
};

class WaitsForValuesUnderReservations final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    policies::prepare_for_kernel(*job);
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) {
      co_await policies::wait_for_values(job);
      synchronise(*job);
      publish_and_queue(job);
    }
    reservations.unlock();
    if (!resident) policies::fail_submission(job);
  }
};

class PublishesBeforeValues final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    policies::prepare_for_kernel(*job);
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) {
      synchronise(*job);
      policies::create_fence(*job);
      policies::publish(*job, policies_of(*job));
    }
    reservations.unlock();
    if (!resident) co_return policies::fail_submission(job);
    co_await policies::wait_for_values(job);
    policies_of(*job).sync->submitted(*job);
    policies::queue_job(job);
  }
};

class ForgetsBinds final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    co_await begin(job);
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) {
      if (policies_of(*job).sync->uses_resv()) policies_of(*job).sync->add_dependencies(*job);
      publish_and_queue(job);
    }
    reservations.unlock();
    if (!resident) policies::fail_submission(job);
  }
};

class ForgetsRebind final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    co_await begin(job);
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) {
      if (policies_of(*job).sync->uses_resv()) policies_of(*job).sync->add_dependencies(*job);
      const models::GpuVm* const vm = job->client->existing_gpu_vm(job->context->gpu());
      if (vm) vm->depend(*job);
      publish_and_queue(job);
    }
    reservations.unlock();
    if (!resident) policies::fail_submission(job);
  }
};

class LocksWhatItWrites final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    co_await begin(job);
    models::Job written(simulation());
    written.retain();  // on the stack of this coroutine
    for (const models::Access& access : job->accesses)
      if (access.write) written.accesses.push_back(access);
    models::Reservations reservations(simulation(), written, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) {
      synchronise(*job);
      publish_and_queue(job);
    }
    reservations.unlock();
    if (!resident) policies::fail_submission(job);
  }
};

/// Has its own fence among those it waits for.
class PublishesBeforeLooking final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    co_await begin(job);
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) {
      policies::create_fence(*job);
      policies::publish(*job, policies_of(*job));
      synchronise(*job);
      policies_of(*job).sync->submitted(*job);
      policies::queue_job(job);
    }
    reservations.unlock();
    if (!resident) policies::fail_submission(job);
  }
};

class WaitsForJobsUnderReservations final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  Task<> submit(JobPtr job) override {
    co_await begin(job);
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) {
      synchronise(*job);
      for (std::size_t i = 0; i < job->dependencies.size(); ++i) {
        const models::SyncPoint point = job->dependencies[i].point;
        co_await point.wait({.reason = core::WaitReason::fence});
      }
      publish_and_queue(job);
    }
    reservations.unlock();
    if (!resident) policies::fail_submission(job);
  }
};

template <class Policy>
Seed submits() {
  return [](models::DriverPolicies& set, const policies::ParameterValues&,
            policies::RunState& run) { set.submission = std::make_unique<Policy>(run.simulation); };
}

}  // namespace

void add_submission_mutants(std::vector<Mutant>& mutants) {
  mutants.push_back({.name = "publishes-after-unlock",
                     .axis = "submission",
                     .scenario = "two-writers",
                     .stack = "linux-implicit",
                     .bug = "the job's fence goes into the reservations after they are unlocked",
                     .source = "include/linux/dma-resv.h: adding a fence needs the lock",
                     .seed = submits<PublishesAfterUnlock>()});
  mutants.push_back({.name = "keeps-locks-on-error",
                     .axis = "submission",
                     .scenario = "out-of-memory",
                     .stack = "linux-implicit",
                     .bug = "the error path of the ioctl returns without unlocking",
                     .seed = submits<KeepsLocksOnError>()});
  mutants.push_back(
      {.name = "forgets-fence-on-error",
       .axis = "submission",
       .scenario = "out-of-memory",
       .stack = "linux-implicit",
       .bug = "the out-fence is handed out first, and the error path does not signal it",
       .source = "deepin-community/kernel#1148 (upstream f101c13a8720)",
       .seed = submits<ForgetsFenceOnError>()});
  mutants.push_back(
      {.name = "waits-under-reservations",
       .axis = "submission",
       .scenario = "value-before-submit",
       .stack = "linux-implicit",
       .bug = "user fences are waited for under the reservations",
       .source = "drm_syncobj.c: find_fence(WAIT_FOR_SUBMIT) asserts that no lock is held",
       .seed = submits<WaitsForValuesUnderReservations>()});
  mutants.push_back({.name = "publishes-before-values",
                     .axis = "submission",
                     .scenario = "value-before-submit",
                     .stack = "linux-implicit",
                     .bug = "the job's fence is published, then its user fences are waited for",
                     .source = "Documentation/driver-api/dma-buf.rst, Indefinite DMA Fences",
                     .seed = submits<PublishesBeforeValues>()});
  mutants.push_back({.name = "locks-what-it-writes",
                     .axis = "submission",
                     .scenario = "pressure",
                     .stack = "linux-implicit",
                     .bug = "only buffers that the job writes are locked and brought home",
                     .seed = submits<LocksWhatItWrites>()});
  mutants.push_back({.name = "forgets-binds",
                     .axis = "submission",
                     .scenario = "bind-and-draw",
                     .stack = "async",
                     .bug = "a job does not wait for the pending bind of what it reads",
                     .seed = submits<ForgetsBinds>()});
  mutants.push_back({.name = "forgets-rebind",
                     .axis = "submission",
                     .scenario = "evicted-texture",
                     .stack = "async",
                     .bug = "what was evicted is brought back, but its page-table entries are not "
                            "written anew",
                     .source = "drivers/gpu/drm/xe/xe_vm.c, xe_vm_rebind()",
                     .seed = submits<ForgetsRebind>()});
  mutants.push_back(
      {.name = "publishes-before-looking",
       .axis = "submission",
       .scenario = "two-writers",
       .stack = "linux-implicit",
       .bug = "the job's own fence is in the reservation when its dependencies are collected",
       .seed = submits<PublishesBeforeLooking>(),
       .missed = "Equivalent: a fence of the queue that the job itself goes to is no dependency, "
                 "since the queue is in order; so the job's own one is dropped with them."});
  mutants.push_back(
      {.name = "waits-for-jobs-under-reservations",
       .axis = "submission",
       .scenario = "two-writers",
       .stack = "linux-implicit",
       .bug = "the ioctl waits on the CPU for the jobs before it, under the reservations",
       .source = "amdgpu_userq_fence.c, wait ioctl with too small an array",
       .seed = submits<WaitsForJobsUnderReservations>(),
       .missed = "Slow, and no more: what it waits for are jobs of kernel queues, which need no "
                 "reservation to end. It would be found if a fence in the reservation needed one "
                 "(see locks-its-buffers)."});
}

}  // namespace fencelab::mutation
