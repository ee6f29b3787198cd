#include "policies/submission/submission.hpp"

#include "core/order_events.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"
#include "models/machine.hpp"
#include "models/submission/reservations.hpp"
#include "models/vm/bind_queue.hpp"
#include "models/vm/user_vm.hpp"
#include "policies/registry.hpp"

namespace fencelab::policies {

using core::ProbeKind;
using core::WaitReason;
using models::AllocRequest;
using models::DependencyRule;
using models::Job;
using models::JobPtr;

namespace {

/// Buffers whose bindings are managed must be mapped first.
void depend_on_binds(Job& job) {
  const models::BindQueue* binds = job.client->existing_bind_queue(job.context->gpu());
  if (!binds) return;
  for (const models::Access& access : job.accesses)
    if (const core::FencePtr fence = binds->last_fence(*access.buffer))
      job.depend_on({fence}, DependencyRule::bind);
}

void announce(core::Simulation& simulation, const JobPtr& job) {
  simulation.emit(ProbeKind::job_submitted, job->id(), job->queue ? job->queue->number() : 0,
                  job->client->index(), job.get());
  for (const models::Dependency& dependency : job->dependencies)
    simulation.emit(ProbeKind::job_dependency, job->id(),
                    dependency.producer ? core::raw(dependency.producer->id()) : 0,
                    static_cast<std::uint64_t>(dependency.rule), job.get());
}

/// Waits on the CPU for values among the dependencies; a dma_fence must not depend on them.
core::Task<> wait_for_values(JobPtr job) {
  for (std::size_t i = 0; i < job->dependencies.size(); ++i) {
    const models::SyncPoint point = job->dependencies[i].point;
    if (point.is_value() && !point.done()) co_await point.wait({.reason = WaitReason::value});
  }
  auto& dependencies = job->dependencies;
  dependencies.erase(
      std::remove_if(dependencies.begin(), dependencies.end(),
                     [](const auto& dependency) { return dependency.point.is_value(); }),
      dependencies.end());
}

/// A buffer that joins an address space whose queues are running must be there before its first
/// use; an address space that is out brings all its buffers back when it is restored.
core::Task<> place_new_buffers(JobPtr job, models::UserVm& vm) {
  models::Memory& memory = job->context->gpu().machine().memory();
  for (std::size_t i = 0; i < job->accesses.size(); ++i) {
    models::Buffer& buffer = *job->accesses[i].buffer;
    const bool missing = vm.resident() && !memory.at_home(buffer) && buffer.exists;
    if (!missing) continue;
    core::WwContext transaction{job->simulation().new_ticket()};
    const auto locked = co_await buffer.resv().lock().lock(&transaction);
    if (locked != core::WwResult::locked) continue;
    const auto placed =
        co_await memory.place(buffer, {AllocRequest::Context::ioctl, job->client, &transaction});
    buffer.placement.write();
    buffer.content = buffer.content || placed == models::Placement::ok;
    buffer.resv().lock().unlock();
  }
}

void publish(Job& job, const models::DriverPolicies& policies) {
  for (const models::Access& access : job.declared()) {
    const models::Usage usage = policies.sync->publish_as(access);
    if (usage == models::Usage::bookkeep && !policies.residency->end_of_batch_fences()) continue;
    if (usage == models::Usage::write && policies.sync->write_drops_readers())
      access.buffer->resv().drop(models::Usage::read);
    access.buffer->resv().add(job.finished, usage);
  }
}

}  // namespace

core::Task<> KernelSubmission::submit(JobPtr job) {
  models::Gpu& gpu = job->context->gpu();
  core::Simulation& simulation = job->simulation();
  const models::DriverPolicies& policies = gpu.policies();
  // A wait on a user fence: user space waits before the ioctl, or (forbidden) the fence depends on
  // it.
  for (const models::ValuePoint& wait : job->ring_waits)
    job->depend_on({nullptr, wait.timeline, wait.value}, DependencyRule::program);
  job->ring_waits.clear();
  job->entity = &job->context->kernel_queue(job->wanted_engine ? *job->wanted_engine
                                                               : *job->context->engines().front());
  if (!policies.sync->uses_resv()) policies.sync->add_dependencies(*job);
  if (policies.sync->value_waits() == models::ValueWaits::user_space) co_await wait_for_values(job);

  simulation.emit(ProbeKind::ioctl_begin, core::kNoObject);
  const core::Time begun = simulation.now();
  if (cost_ > core::Duration{}) co_await core::sleep_for(simulation, cost_, WaitReason::submit);
  models::Reservations reservations(simulation, *job, locks_);
  const bool resident = co_await reservations.lock_and_place(
      gpu.machine().memory(), {AllocRequest::Context::ioctl, job->client, nullptr});
  if (resident) {
    if (policies.sync->uses_resv()) policies.sync->add_dependencies(*job);
    depend_on_binds(*job);
    job->finished = core::make_intrusive<core::DmaFence>(
        simulation, job.get(), job->entity->fence_context(), job->entity->next_seqno());
    core::note_published(*job->finished);  // as out-fence of the ioctl, before the job is pushed
    job->publish_completion({job->finished, nullptr, 0, job.get()});
    publish(*job, policies);
    policies.sync->submitted(*job);
    job->queue = &job->entity->ring();
    announce(simulation, job);
    job->entity->push(job);
  }
  reservations.unlock();
  simulation.emit(ProbeKind::ioctl_end, core::kNoObject, 0,
                  static_cast<std::uint64_t>((simulation.now() - begun).count()));
  if (!resident) {
    announce(simulation, job);
    job->complete(core::fence_error::kNoMemory);
  }
}

core::Task<> UserSubmission::submit(JobPtr job) {
  models::Gpu& gpu = job->context->gpu();
  core::Simulation& simulation = job->simulation();
  const models::DriverPolicies& policies = gpu.policies();
  models::UserQueue& queue = job->context->user_queue();
  models::UserVm& vm = job->client->user_vm(gpu);
  vm.add_queue(queue.ring());
  for (const models::Access& access : job->accesses) vm.add_buffer(*access.buffer);

  co_await place_new_buffers(job, vm);
  policies.sync->add_dependencies(*job);
  depend_on_binds(*job);
  for (std::size_t i = 0; i < job->dependencies.size(); ++i) {
    const models::Dependency dependency = job->dependencies[i];
    const models::SyncPoint& behind =
        dependency.producer && dependency.producer->completion.is_value()
            ? dependency.producer->completion
            : dependency.point;
    // Values are waited for in the ring; a fence of a kernel driver only the CPU can wait for.
    if (behind.is_value())
      job->ring_waits.push_back({behind.timeline, behind.value});
    else if (!behind.done())
      co_await behind.wait({.reason = WaitReason::fence});
  }
  job->publish_completion({nullptr, &queue.progress(), queue.next_value(), job.get()});
  if (policies.sync->wraps_user_fences()) {
    job->finished = core::make_intrusive<core::DmaFence>(
        simulation, job.get(), core::raw(queue.progress().id()), job->completion.value);
    // A kernel fence that user space signals: what dma-buf.rst calls an indefinite fence.
    core::note_published(*job->finished);
    core::note_dependency(*job->finished, queue.progress());
    publish(*job, policies);
  }
  policies.sync->submitted(*job);
  if (job->values_reached()) job->semaphore_open_at = core::Time{};
  if (cost_ > core::Duration{}) co_await core::sleep_for(simulation, cost_, WaitReason::submit);
  job->queue = &queue.ring();
  announce(simulation, job);
  queue.push(job);
  vm.work_queued();
}

void add_submission_policies(Registry& registry) {
  registry.add({"submission",
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
                  {"ww", "plain"}}},
                [](auto& set, const auto& values, RunState&) {
                  set.submission = std::make_unique<KernelSubmission>(
                      values.duration("ioctl_cost"),
                      static_cast<models::ReservationLocks>(values.get("reservation_locks")));
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
                  {}}},
                [](auto& set, const auto& values, RunState&) {
                  set.submission =
                      std::make_unique<UserSubmission>(values.duration("doorbell_cost"));
                }});
}

}  // namespace fencelab::policies
