#include "policies/submission/steps.hpp"

#include <algorithm>

#include "core/order_events.hpp"
#include "models/gpu/dependency_wait.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"
#include "models/machine.hpp"
#include "models/svm/fault_service.hpp"
#include "models/sync/drm_exec.hpp"
#include "models/userptr/user_ranges.hpp"
#include "models/vm/gpu_vm.hpp"
#include "models/vm/user_vm.hpp"

namespace fencelab::policies {

using core::ProbeKind;
using models::AllocRequest;
using models::DependencyRule;
using models::Job;
using models::JobPtr;

void prepare_for_kernel(Job& job) {
  models::SyncPolicy& sync = *job.context->gpu().policies().sync;
  // A wait on a user fence: user space waits before the ioctl, or (forbidden) the fence depends on
  // it. A point of a timeline has a fence, or will have one.
  for (const models::ValuePoint& wait : job.ring_waits) {
    const models::SyncPoint point = sync.point_of(*wait.timeline, wait.value);
    std::vector<core::FencePtr> leaves;
    if (point.fence)
      point.fence->leaves(leaves);
    else
      job.depend_on(point, DependencyRule::program);
    for (const core::FencePtr& leaf : leaves) job.depend_on({leaf}, DependencyRule::program);
  }
  job.ring_waits.clear();
  job.entity = &job.context->kernel_queue(job.wanted_engine ? *job.wanted_engine
                                                            : *job.context->engines().front());
}

core::Task<> wait_for_values(JobPtr job) {
  for (std::size_t i = 0; i < job->dependencies.size(); ++i) {
    const models::Dependency dependency = job->dependencies[i];
    if (dependency.point.is_value())
      co_await models::wait_on_cpu(job->simulation(), dependency, job.get(), *job->client);
  }
  auto& dependencies = job->dependencies;
  dependencies.erase(
      std::remove_if(dependencies.begin(), dependencies.end(),
                     [](const auto& dependency) { return dependency.point.is_value(); }),
      dependencies.end());
}

void depend_on_binds(Job& job) {
  models::GpuVm* const vm = job.client->existing_gpu_vm(job.context->gpu());
  if (!vm) return;
  if (const core::FencePtr repaired = vm->rebind_moved())
    job.depend_on({repaired}, DependencyRule::bind);
  vm->depend(job);
}

void create_fence(Job& job) {
  job.finished = core::make_intrusive<core::DmaFence>(
      job.simulation(), &job, job.entity->fence_context(), job.entity->next_seqno());
  core::note_published(*job.finished);  // as out-fence of the ioctl, before the job is pushed
  job.publish_completion({job.finished, nullptr, 0, &job});
}

namespace {

void publish_on(Job& job, models::Buffer& buffer, models::Usage usage,
                const models::DriverPolicies& policies) {
  // The reservation of an address space tells nothing about one of its buffers.
  if (buffer.shares_reservation()) usage = models::Usage::bookkeep;
  if (usage == models::Usage::bookkeep && !policies.residency->end_of_batch_fences()) return;
  models::DmaResv& resv = buffer.resv_on(job.context->gpu());
  if (usage == models::Usage::write && policies.sync->write_drops_readers())
    resv.drop(models::Usage::read);
  resv.add(job.finished, usage);
}

}  // namespace

void publish(Job& job, const models::DriverPolicies& policies) {
  for (const models::Access& access : job.declared())
    if (!models::is_paged_on(*access.buffer, job.context->gpu()))
      publish_on(job, *access.buffer, policies.sync->publish_as(access), policies);
  for (const models::Access& mark : job.marked)
    publish_on(job, *mark.buffer, models::Usage::write, policies);
}

void announce(const JobPtr& job) {
  core::Simulation& simulation = job->simulation();
  simulation.emit(ProbeKind::job_submitted, job->id(), job->queue ? job->queue->number() : 0,
                  job->client->index(), job.get());
  for (const models::Dependency& dependency : job->dependencies)
    simulation.emit(ProbeKind::job_dependency, job->id(),
                    dependency.producer ? core::raw(dependency.producer->id()) : 0,
                    static_cast<std::uint64_t>(dependency.rule), job.get());
}

void queue_job(const JobPtr& job) {
  job->queue = &job->entity->ring();
  announce(job);
  job->entity->push(job);
}

void fail_submission(const JobPtr& job, int error) {
  announce(job);
  job->complete(error);
}

namespace {

// While its queues run: the fence that the notifier waits for, or the queues that it stops, are
// there already.
core::Task<int> get_user_pages(JobPtr job) {
  models::UserRanges ranges(*job->client, job->context->gpu());
  for (const models::Access& access : job->accesses) ranges.add(*access.buffer, access.write);
  if (ranges.empty()) co_return 0;
  core::RetryLoop tries(job->simulation());
  for (bool again = true; again;) {
    tries.again();
    const int error = co_await ranges.get();
    if (error != 0) co_return error;
    co_await ranges.lock();
    again = ranges.changed();
    ranges.unlock();
    if (again) ranges.note_retry();
  }
  co_return 0;
}

}  // namespace

// An address space that is out brings all its buffers back when it is restored. Pages of the
// process are got when they join all the same (init_user_pages() in
// drivers/gpu/drm/amd/amdgpu/amdgpu_amdkfd_gpuvm.c).
core::Task<int> join_address_space(JobPtr job) {
  models::Gpu& gpu = job->context->gpu();
  models::Memory& memory = gpu.machine().memory();
  models::UserQueue& queue = job->context->user_queue();
  models::UserVm& vm = job->client->user_vm(gpu);
  vm.add_queue(queue.ring());
  if (models::FaultService* const faults = gpu.faults())
    faults->gate(*job->context).joined(queue.ring());
  std::vector<models::Buffer*> joining;  // of the process's own memory
  for (const models::Access& access : job->accesses) {
    const bool joins = !models::is_paged_on(*access.buffer, gpu) && vm.add_buffer(*access.buffer);
    if (joins && access.buffer->user_pages()) joining.push_back(access.buffer);
  }
  for (std::size_t i = 0; i < job->accesses.size(); ++i) {
    models::Buffer& buffer = *job->accesses[i].buffer;
    const bool missing = vm.resident() && !buffer.user_pages() &&
                         !models::is_paged_on(buffer, gpu) && !memory.at_home(buffer) &&
                         buffer.exists;
    if (!missing) continue;
    models::DrmExec exec(job->simulation(), {});
    models::Placement placed = models::Placement::ok;
    while (exec.until_all_locked()) {
      co_await exec.prepare(buffer.resv_on(gpu), 1);
      if (exec.is_contended()) continue;
      placed = co_await memory.place(
          buffer, {AllocRequest::Context::ioctl, job->client, &exec.ticket(), &exec});
    }
    if (placed == models::Placement::ok) buffer.fill();
    buffer.resv_on(gpu).for_each(models::Usage::kernel, [&](const models::DmaResv::Entry& entry) {
      job->depend_on({entry.fence}, DependencyRule::resv_kernel, &buffer);
    });
    exec.unlock_all();
  }
  if (!vm.resident() && joining.empty()) co_return 0;
  const int error = co_await get_user_pages(job);
  if (error != core::fence_error::kNoMemory) co_return 0;  // if unmapped, the access is a hazard
  for (models::Buffer* buffer : joining) vm.remove_buffer(*buffer);
  co_return error;
}

namespace {

core::Task<> lock_declared(models::DrmExec& exec, JobPtr job) {
  models::DrmExec::Locked resvs;
  for (const models::Access& access : job->declared()) {
    models::DmaResv* const resv = &access.buffer->resv_on(job->context->gpu());
    if (models::is_paged_on(*access.buffer, job->context->gpu())) continue;
    if (std::find(resvs.begin(), resvs.end(), resv) == resvs.end()) resvs.push_back(resv);
  }
  while (exec.until_all_locked()) {
    const bool at_once = exec.lock_at_once({resvs.data(), resvs.size()});
    if (!at_once) co_await exec.prepare_all(resvs, 1);
  }
}

// amdgpu_userq_wait_ioctl(): what is found and does not fit into the caller's array is waited for
// there and then, with the reservations locked.
core::Task<> wait_for_overflow(JobPtr job) {
  std::size_t room = job->context->gpu().policies().sync->wait_array_room();
  for (std::size_t i = 0; i < job->dependencies.size(); ++i) {
    const models::Dependency dependency = job->dependencies[i];
    if (dependency.rule == DependencyRule::program) continue;
    const bool fits = room > 0;
    if (fits)
      --room;
    else if (!dependency.point.done())
      co_await models::wait_on_cpu(job->simulation(), dependency, job.get(), *job->client);
  }
}

}  // namespace

core::Task<> ask_reservations(JobPtr job, core::Duration cost) {
  core::Simulation& simulation = job->simulation();
  if (cost > core::Duration{}) co_await core::sleep_for(simulation, cost, core::WaitReason::submit);
  models::DrmExec exec(simulation, {});
  co_await lock_declared(exec, job);
  job->context->gpu().policies().sync->add_dependencies(*job);
  co_await wait_for_overflow(job);
  exec.unlock_all();
}

core::Task<> wait_in_ring(JobPtr job) {
  for (std::size_t i = 0; i < job->dependencies.size(); ++i) {
    const models::Dependency dependency = job->dependencies[i];
    const models::SyncPoint& behind =
        dependency.producer && dependency.producer->completion.is_value()
            ? dependency.producer->completion
            : dependency.point;
    if (behind.is_value()) job->ring_waits.push_back({behind.timeline, behind.value});
    if (behind.is_value() || behind.done()) continue;
    const models::Dependency waited{behind, dependency.rule, dependency.producer,
                                    dependency.buffer};
    co_await models::wait_on_cpu(job->simulation(), waited, job.get(), *job->client);
  }
}

void promise_value(Job& job) {
  models::UserQueue& queue = job.context->user_queue();
  job.publish_completion({nullptr, &queue.progress(), queue.next_value(), &job});
}

core::Task<> wrap_user_fence(JobPtr job, core::Duration cost) {
  core::Simulation& simulation = job->simulation();
  if (cost > core::Duration{}) co_await core::sleep_for(simulation, cost, core::WaitReason::submit);
  models::UserQueue& queue = job->context->user_queue();
  models::UserVm& vm = job->client->user_vm(job->context->gpu());
  co_await vm.ensure_fence();
  job->finished = core::make_intrusive<core::DmaFence>(
      simulation, job.get(), core::raw(queue.progress().id()), job->completion.value);
  const bool over = job->is_done();
  // A kernel fence that user space signals: what dma-buf.rst calls an indefinite fence.
  core::note_published(*job->finished);
  core::note_dependency(*job->finished, queue.progress());
  if (over) job->finished->signal();
  vm.publishing_done();
  models::DrmExec exec(simulation, {});
  co_await lock_declared(exec, job);
  publish(*job, job->context->gpu().policies());
  exec.unlock_all();
}

void write_to_ring(const JobPtr& job) {
  models::UserQueue& queue = job->context->user_queue();
  job->queue = &queue.ring();
  announce(job);
  queue.push(job);
  job->client->user_vm(job->context->gpu()).work_queued();
}

}  // namespace fencelab::policies
