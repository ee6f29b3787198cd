#include "policies/submission/submission.hpp"

#include <algorithm>
#include <optional>

#include "core/uninterruptible.hpp"
#include "models/machine.hpp"
#include "models/submission/reservations.hpp"
#include "models/svm/fault_service.hpp"
#include "models/userptr/late_pages.hpp"
#include "models/userptr/process_memory.hpp"
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
  if (options_.late != Late::undone) to_the_end.emplace(simulation);
  if (options_.ioctl_cost > core::Duration{})
    co_await core::sleep_for(simulation, options_.ioctl_cost, WaitReason::submit);
  // Before anything is locked: what is looked up is user space's.
  int error = policies.sync->resolve_points(*job);
  if (may_fault(*job)) error = core::fence_error::kInvalid;
  if (gpu.is_gone()) error = core::fence_error::kNoDevice;
  models::FaultService* const faults = error == 0 ? gpu.faults() : nullptr;
  if (faults) co_await faults->gate(*job->context).admit(job);
  models::GpuVm* const vm = job->client->existing_gpu_vm(gpu);
  models::GpuVm* const whole = options_.set == WorkingSet::mapped ? vm : nullptr;
  if (whole) co_await whole->lock().lock_read();
  if (error == 0 && vm && vm->banned()) error = core::fence_error::kCanceled;
  if (error == 0 && uses_user_pages(*job)) {
    error = co_await publish_with_user_pages(job, whole);
  } else if (error == 0) {
    models::Reservations reservations(simulation, *job, options_.locks, whole);
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
  if (gpu.policies().userptr->gets_pages_late())
    co_return co_await publish_before_pages(job, whole);
  models::UserRanges ranges(*job->client, gpu);
  for (const models::Access& access : job->accesses) ranges.add(*access.buffer, access.write);
  const bool all_along = gpu.policies().userptr->locks_all_along();
  core::RetryLoop tries(job->simulation());
  for (int error = 0;;) {
    tries.again();
    error = co_await ranges.get();
    if (error != 0) co_return error;
    if (all_along) co_await ranges.lock();
    models::Reservations reservations(job->simulation(), *job, options_.locks, whole);
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

// The ioctl waits for no pages: a worker gets them, which the job depends on. So that work is on
// the signalling path of a fence that is published already.
core::Task<int> KernelSubmission::publish_before_pages(JobPtr job, models::GpuVm* whole) {
  models::Gpu& gpu = job->context->gpu();
  auto ranges = std::make_unique<models::UserRanges>(*job->client, gpu);
  for (const models::Access& access : job->accesses) ranges->add(*access.buffer, access.write);
  models::Reservations reservations(job->simulation(), *job, options_.locks, whole);
  const bool resident = co_await reservations.lock_and_place(
      gpu.machine().memory(), {AllocRequest::Context::ioctl, job->client});
  if (resident) {
    job->client->memory().late_pages(gpu).begin(job, std::move(ranges));
    queue_published(job, whole);
  }
  reservations.unlock();
  co_return resident ? 0 : core::fence_error::kNoMemory;
}

core::Task<> UserSubmission::submit(JobPtr job) {
  core::Simulation& simulation = job->simulation();
  models::Gpu& gpu = job->context->gpu();
  const models::DriverPolicies& policies = gpu.policies();
  int error = co_await join_address_space(job);
  // A process that only writes its ring does not notice: its mapping leads nowhere.
  const bool asks_kernel = !policies.submission->user_mode() ||
                           policies.sync->wraps_user_fences() || policies.hang->command_timeout();
  if (asks_kernel && gpu.is_gone()) error = core::fence_error::kNoDevice;
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
  const bool wraps = may_wrap_ && policies.sync->wraps_user_fences();
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
         {"undone", "ended", "forgotten"}},
        {"scheduler",
         ParameterKind::word,
         0,
         0,
         2,
         "which entity the scheduler of an engine takes the next job of: fifo, by priority the one "
         "whose job was submitted first; round-robin, by priority one after the other; fair, the "
         "one with the least time on the GPU, which counts 8 times as much at low priority as at "
         "normal, and a quarter at high",
         "drivers/gpu/drm/scheduler/sched_rq.c: fifo and round-robin until Linux 7.2 "
         "(drm_sched_policy), fair since",
         {"fifo", "round-robin", "fair"}},
        {"errors",
         ParameterKind::word,
         0,
         0,
         1,
         "what a job that depends on one that failed does: it runs all the same, or it is "
         "cancelled "
         "with the same error, and so is all that depends on it",
         "dropped: drivers/gpu/drm/scheduler, which looks at no dependency's error; passed-on: "
         "i915_request_set_error_once() along i915_sw_fence_await_dma_fence(), "
         "drivers/gpu/drm/i915/i915_request.c",
         {"dropped", "passed-on"}},
        {"flush_timeout",
         ParameterKind::duration,
         0,
         0,
         100'000'000'000,
         "how long a process that is killed waits for the scheduler to take its jobs before it "
         "cancels those left; what is in rings then runs on. 0: all is cancelled at once, and "
         "taken off the hardware",
         "drm_sched_entity_destroy(): 1 s, as in amdgpu, panfrost and v3d; 0: xe, which kills its "
         "queues",
         {}},
        {"inheritance",
         ParameterKind::word,
         0,
         0,
         2,
         "how far the priority of a job is inherited by what it waits for: not at all; by jobs of "
         "the same driver, up to the first work item of a kernel thread; by those, too, and work "
         "queues then go by priority",
         "none: drivers/gpu/drm/scheduler; jobs: i915_schedule() in "
         "drivers/gpu/drm/i915/i915_scheduler.c, which stops at fences that are no requests; all: "
         "no driver, what is asked for where clears and binds move to threads",
         {"none", "jobs", "all"}}},
       [](auto& set, const auto& values, RunState&) {
         KernelSubmission::Options options;
         options.ioctl_cost = values.duration("ioctl_cost");
         options.locks = static_cast<models::ReservationLocks>(values.get("reservation_locks"));
         options.late = static_cast<KernelSubmission::Late>(values.get("late_jobs"));
         options.set = static_cast<WorkingSet>(values.get("working_set"));
         options.order = static_cast<models::RunQueueOrder>(values.get("scheduler"));
         options.passes_errors_on = values.get("errors") == 1;
         options.inheritance = static_cast<models::Inheritance>(values.get("inheritance"));
         options.flush_timeout = values.duration("flush_timeout");
         set.submission = std::make_unique<KernelSubmission>(options);
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
                  {}},
                 {"isolation",
                  ParameterKind::word,
                  0,
                  0,
                  1,
                  "whether queues of several processes may have slots side by side, or those of "
                  "one process at a time",
                  "process: enforce_isolation of amdgpu, Documentation/gpu/amdgpu/"
                  "process-isolation.rst; its cleaner shader is not modelled",
                  {"none", "process"}}},
                [](auto& set, const auto& values, RunState&) {
                  set.submission = std::make_unique<UserSubmission>(
                      values.duration("doorbell_cost"), values.duration("ioctl_cost"), true,
                      values.get("isolation") == 1);
                }});
}

}  // namespace fencelab::policies
