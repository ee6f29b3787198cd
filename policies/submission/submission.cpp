#include "policies/submission/submission.hpp"

#include <algorithm>
#include <optional>

#include "core/uninterruptible.hpp"
#include "models/machine.hpp"
#include "models/submission/reservations.hpp"
#include "models/svm/fault_service.hpp"
#include "models/userptr/user_ranges.hpp"
#include "models/vm/gpu_vm.hpp"
#include "models/vm/user_vm.hpp"
#include "policies/registry.hpp"
#include "policies/submission/steps.hpp"

namespace fencelab::policies {

using core::ProbeKind;
using core::WaitReason;
using models::AllocRequest;
using models::JobPtr;

namespace {

core::Task<> nothing() { co_return; }

bool uses_user_pages(const models::Job& job) {
  const models::Gpu& gpu = job.context->gpu();
  return std::any_of(job.accesses.begin(), job.accesses.end(), [&](const models::Access& access) {
    return access.buffer->user_pages() && !models::is_paged_on(*access.buffer, gpu);
  });
}

// Work that can take a recoverable page fault must not promise a dma_fence
// (Documentation/driver-api/dma-buf.rst).
bool may_fault(const models::Job& job) {
  const models::Gpu& gpu = job.context->gpu();
  return std::any_of(job.accesses.begin(), job.accesses.end(), [&](const models::Access& access) {
    return models::is_paged_on(*access.buffer, gpu);
  });
}

/// Under the reservations of all its buffers: from here on its fence will signal.
void queue_published(const JobPtr& job, models::GpuVm* whole) {
  models::Gpu& gpu = job->context->gpu();
  const models::DriverPolicies& policies = gpu.policies();
  if (policies.sync->uses_resv()) policies.sync->add_dependencies(*job);
  depend_on_binds(*job);
  create_fence(*job);
  if (whole && policies.residency->end_of_batch_fences()) whole->publish(job->finished);
  publish(*job, policies);
  if (models::FaultService* const faults = gpu.faults())
    faults->gate(*job->context).published(*job);
  policies.sync->submitted(*job);
  queue_job(job);
}

}  // namespace

core::Task<> KernelSubmission::submit(JobPtr job) {
  if (job->context->long_running()) return long_running_.submit(std::move(job));
  prepare_for_kernel(*job);
  const bool later = job->context->gpu().policies().sync->defer(job);
  if (later) return nothing();
  return enter_kernel(std::move(job));
}

core::Task<> KernelSubmission::enter_kernel(JobPtr job) {
  models::Gpu& gpu = job->context->gpu();
  core::Simulation& simulation = job->simulation();
  const models::DriverPolicies& policies = gpu.policies();
  policies.sync->prepare(*job);
  if (!policies.sync->uses_resv()) policies.sync->add_dependencies(*job);
  if (policies.sync->value_waits() == models::ValueWaits::user_space) co_await wait_for_values(job);

  simulation.emit(ProbeKind::ioctl_begin, core::kNoObject);
  const core::Time begun = simulation.now();
  std::optional<core::Uninterruptible> to_the_end;
  if (late_ != Late::undone) to_the_end.emplace(simulation);
  if (cost_ > core::Duration{}) co_await core::sleep_for(simulation, cost_, WaitReason::submit);
  // Before anything is locked: what is looked up is user space's.
  int error = policies.sync->resolve_points(*job);
  if (may_fault(*job)) error = core::fence_error::kInvalid;
  models::FaultService* const faults = error == 0 ? gpu.faults() : nullptr;
  if (faults) co_await faults->gate(*job->context).admit(job);
  models::GpuVm* const vm = job->client->existing_gpu_vm(gpu);
  models::GpuVm* const whole = working_set_ == WorkingSet::mapped ? vm : nullptr;
  if (whole) co_await whole->lock().lock_read();
  if (error == 0 && vm && vm->banned()) error = core::fence_error::kCanceled;
  if (error == 0 && uses_user_pages(*job)) {
    error = co_await publish_with_user_pages(job, whole);
  } else if (error == 0) {
    models::Reservations reservations(simulation, *job, locks_, whole);
    const bool resident = co_await reservations.lock_and_place(
        gpu.machine().memory(), {AllocRequest::Context::ioctl, job->client, nullptr});
    if (resident)
      queue_published(job, whole);
    else
      error = core::fence_error::kNoMemory;
    reservations.unlock();
  }
  if (whole) whole->lock().unlock_read();
  simulation.emit(ProbeKind::ioctl_end, core::kNoObject, 0,
                  static_cast<std::uint64_t>((simulation.now() - begun).count()));
  if (error != 0 && faults) faults->gate(*job->context).withdrawn();
  if (error != 0) fail_submission(job, error);
}

// Pages of the process are got with nothing locked, and may go again until the fence is published
// (Documentation/gpu/drm-vm-bind-locking.rst; -EAGAIN in xe_exec.c and amdgpu_cs.c).
core::Task<int> KernelSubmission::publish_with_user_pages(JobPtr job, models::GpuVm* whole) {
  models::Gpu& gpu = job->context->gpu();
  models::UserRanges ranges(*job->client, gpu);
  for (const models::Access& access : job->accesses) ranges.add(*access.buffer, access.write);
  const bool all_along = gpu.policies().userptr->locks_all_along();
  core::RetryLoop tries(job->simulation());
  for (int error = 0;;) {
    tries.again();
    error = co_await ranges.get();
    if (error != 0) co_return error;
    if (all_along) co_await ranges.lock();
    models::Reservations reservations(job->simulation(), *job, locks_, whole);
    const bool resident = co_await reservations.lock_and_place(
        gpu.machine().memory(), {AllocRequest::Context::ioctl, job->client});
    if (!all_along) co_await ranges.lock();
    const bool again = resident && ranges.changed();
    if (resident && !again) queue_published(job, whole);
    ranges.unlock();
    reservations.unlock();
    if (!resident) co_return core::fence_error::kNoMemory;
    if (!again) co_return 0;
    ranges.note_retry();
  }
}

core::Task<> UserSubmission::submit(JobPtr job) {
  core::Simulation& simulation = job->simulation();
  models::Gpu& gpu = job->context->gpu();
  const models::DriverPolicies& policies = gpu.policies();
  const int error = co_await join_address_space(job);
  if (error != 0) co_return fail_submission(job, error);
  if (policies.sync->uses_resv())
    co_await ask_reservations(job, ioctl_cost_);
  else
    policies.sync->add_dependencies(*job);
  depend_on_binds(*job);
  const models::GpuVm* const vm = job->client->existing_gpu_vm(gpu);
  const models::UserVm* const space = job->client->existing_user_vm(gpu);
  if ((vm && vm->banned()) || (space && space->banned()))
    co_return fail_submission(job, core::fence_error::kCanceled);
  co_await wait_in_ring(job);
  promise_value(*job);
  // amdgpu: the ring comes first, and the ioctl makes a fence of what is in there.
  const bool wraps = policies.sync->wraps_user_fences();
  const bool ring_first =
      policies.residency->userq_work() != models::ResidencyPolicy::UserqWork::none;
  if (wraps && !ring_first) co_await wrap_user_fence(job, ioctl_cost_);
  policies.sync->submitted(*job);
  // Its dependencies put semaphores into the ring, too.
  job->semaphore_open_at = job->finds_values() ? core::Time{} : core::kNever;
  if (cost_ > core::Duration{}) co_await core::sleep_for(simulation, cost_, WaitReason::submit);
  write_to_ring(job);
  if (wraps && ring_first) co_await wrap_user_fence(job, ioctl_cost_);
}

void add_submission_policies(Registry& registry) {
  registry.add(
      {"submission",
       "kernel",
       "submit ioctl, DRM scheduler: in order per queue, credits per engine",
       "drivers/gpu/drm/scheduler",
       {{"ioctl_cost",
         ParameterKind::duration,
         20'000,
         0,
         1'000'000'000,
         "CPU time of one submit ioctl",
         "vkoverhead, Mesa MR 25352: radv 19.5 us, anv 28 us per vkQueueSubmit",
         {}},
        {"reservation_locks",
         ParameterKind::word,
         0,
         0,
         1,
         "how the ioctl locks its buffers' reservations: as one ww transaction with "
         "back-off, or one after another in the order of the list",
         "Documentation/locking/ww-mutex-design.rst; drivers/gpu/drm/drm_exec.c",
         {"ww", "plain"}},
        {"working_set",
         ParameterKind::word,
         0,
         0,
         1,
         "what the ioctl validates and puts its fence on: the buffers that the submission "
         "lists, or all that VM_BIND has mapped in its address space",
         "listed: amdgpu's buffer lists; mapped: Documentation/gpu/drm-vm-bind-locking.rst "
         "(xe, panthor, msm, nouveau)",
         {"listed", "mapped"}},
        {"late_jobs",
         ParameterKind::word,
         0,
         0,
         2,
         "what becomes of a submission on its way when its process is killed: it is undone, "
         "as at an interruptible wait; or it goes on, and its job ends with -ESRCH, or is "
         "pushed to a stopped entity and forgotten",
         "drivers/gpu/drm/scheduler/sched_entity.c; amdgpu before commit f101c13a8720",
         {"undone", "ended", "forgotten"}}},
       [](auto& set, const auto& values, RunState&) {
         set.submission = std::make_unique<KernelSubmission>(
             values.duration("ioctl_cost"),
             static_cast<models::ReservationLocks>(values.get("reservation_locks")),
             static_cast<KernelSubmission::Late>(values.get("late_jobs")),
             static_cast<WorkingSet>(values.get("working_set")));
       }});
  registry.add({"submission",
                "user",
                "ring written by the process, doorbell, firmware scheduler",
                "Documentation/gpu/amdgpu/userq.rst",
                {{"doorbell_cost",
                  ParameterKind::duration,
                  1'000,
                  0,
                  1'000'000'000,
                  "time from ring write to the firmware seeing it",
                  "assumed: 1-2 us, no public measurement found",
                  {}},
                 {"ioctl_cost",
                  ParameterKind::duration,
                  2'000,
                  0,
                  1'000'000'000,
                  "CPU time of each ioctl about the fences of shared buffers, where the sync "
                  "policy makes such",
                  "assumed: two locks and a list, no public measurement found",
                  {}}},
                [](auto& set, const auto& values, RunState&) {
                  set.submission = std::make_unique<UserSubmission>(
                      values.duration("doorbell_cost"), values.duration("ioctl_cost"));
                }});
}

}  // namespace fencelab::policies
