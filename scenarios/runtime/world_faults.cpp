// Faults of a scenario in a World: when they strike, and what a kill leaves behind.
#include <algorithm>

#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"
#include "models/vm/gpu_vm.hpp"
#include "scenarios/runtime/thread_runner.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::scenarios {

void World::prepare_faults() {
  for (const FaultSpec& fault : scenario_.faults) {
    if (fault.gpu != kNone)
      prepare_blow(fault, scenario_.platform.gpus[fault.gpu].name,
                   [this, &fault] { strike_device(fault); });
    for (const auto& clone : clones_)
      if (clone->process == fault.process && clone->number == fault.clone) {
        if (fault.kind == FaultSpec::Kind::kill)
          prepare_blow(fault, "kill of " + clone->client->name(),
                       [this, victim = clone.get()] { kill(*victim); });
        if (fault.kind == FaultSpec::Kind::no_memory && !clone->allocations)
          clone->allocations = std::make_unique<CloneState::Allocations>(core::Cell(simulation_));
      }
  }
  const auto starves = [](const auto& clone) { return clone->allocations != nullptr; };
  if (std::any_of(clones_.begin(), clones_.end(), starves)) machine_.memory().inject(*this);
}

// In a timed run at its instant. Where schedules are explored it is somebody's step, so that it
// comes between any two steps of others.
void World::prepare_blow(const FaultSpec& fault, const std::string& what,
                         std::function<void()> blow) {
  if (simulation_.untimed()) {
    simulation_.spawn({what, core::ProcessRole::interrupt},
                      strike_at_any_time(fault, std::move(blow)));
    return;
  }
  blow_timers_.push_back(std::make_unique<core::Timer>(simulation_, std::move(blow)));
  blow_timers_.back()->arm(core::Time(fault.when));
}

// Whether it strikes is decided in a step of its own that touches nothing: once, not wherever it
// could strike.
core::Task<> World::strike_at_any_time(const FaultSpec& fault, std::function<void()> blow) {
  const bool strikes = strikes_now(fault);
  if (!strikes) co_return;
  if (fault.may) co_await core::point(simulation_);
  blow();
}

// No process is to blame for it.
void World::strike_device(const FaultSpec& fault) {
  models::Gpu& gpu = *machine_.gpus()[fault.gpu];
  simulation_.emit(core::ProbeKind::fault_struck, core::kNoObject,
                   static_cast<std::uint64_t>(&fault - scenario_.faults.data()));
  if (fault.kind == FaultSpec::Kind::unplug)
    gpu.unplug();
  else
    gpu.firmware().stop_answering();
}

bool World::strikes_now(const FaultSpec& fault) {
  if (!fault.may) return true;
  const core::Process* const process = simulation_.current();
  return simulation_.choose({"fault", process ? process->id : core::kNoProcess, 2, 0,
                             core::name_of_strike, nullptr}) == 0;
}

// Documentation/fault-injection/fault-injection.rst, fail-nth: the n-th allocation of a task fails.
bool World::fails(const models::AllocRequest& request) {
  for (const auto& clone : clones_) {
    if (clone->client != request.client || !clone->allocations) continue;
    CloneState::Allocations& allocations = *clone->allocations;
    allocations.cell.write();
    const std::uint64_t number = allocations.made++;
    for (const FaultSpec& fault : scenario_.faults) {
      if (fault.kind != FaultSpec::Kind::no_memory || fault.process != clone->process ||
          fault.clone != clone->number || number < fault.at)
        continue;
      const std::uint64_t used = fault.may ? allocations.failed : number - fault.at;
      if (fault.count != 0 && used >= fault.count) continue;
      const core::Process* const process = simulation_.current();
      const bool fails =
          !fault.may || simulation_.choose({"allocation", process ? process->id : core::kNoProcess,
                                            2, 0, core::name_of_failure, nullptr}) == 0;
      if (!fails) continue;
      ++allocations.failed;
      simulation_.emit(core::ProbeKind::fault_struck, core::kNoObject,
                       static_cast<std::uint64_t>(&fault - scenario_.faults.data()),
                       clone->client->index());
      return true;
    }
  }
  return false;
}

// What the kernel locked for a thread it unlocks on the way out of an interrupted system call
// (-ERESTARTSYS). Locks of the scenario are the program's own: nobody unlocks those.
void World::drop_reservations(const core::Process& thread) {
  for (const auto& buffer : machine_.buffers())
    buffer->for_each_resv([&](models::DmaResv& resv) {
      if (resv.lock().owner() == &thread) resv.lock().unlock();
    });
  for (const auto& client : machine_.clients())
    for (const auto& gpu : machine_.gpus())
      if (models::GpuVm* const vm = client->existing_gpu_vm(*gpu))
        if (vm->resv().lock().owner() == &thread) vm->resv().lock().unlock();
}

// The kernel closes the files: what is in a ring is taken off the hardware, what the scheduler
// still has is buried.
void World::kill_queues(models::GpuContext& context) {
  std::vector<models::JobPtr> jobs;
  for (models::Engine* engine : context.engines())
    if (models::KernelQueue* queue = context.existing_kernel_queue(*engine)) {
      queue->kill(context.gpu().policies().submission->forgets_late_jobs());
      jobs.insert(jobs.end(), queue->ring().jobs().begin(), queue->ring().jobs().end());
    }
  if (models::UserQueue* queue = context.existing_user_queue())
    jobs.insert(jobs.end(), queue->ring().jobs().begin(), queue->ring().jobs().end());
  for (const models::JobPtr& job : jobs) job->kill(core::fence_error::kSearch);
}

void World::close_device(CloneState& clone, models::Gpu& gpu) {
  std::vector<models::GpuContext*> contexts;
  for (models::GpuContext* context : clone.contexts)
    if (&context->gpu() == &gpu) contexts.push_back(context);
  const models::SubmissionPolicy* const submission = gpu.policies().submission.get();
  const auto timeout = submission ? submission->flush_timeout() : std::nullopt;
  if (timeout && !contexts.empty()) {
    simulation_.spawn({"exit of " + clone.client->name() + "@" + gpu.name(),
                       core::ProcessRole::kernel_worker, true},
                      flush_and_kill(std::move(contexts), *timeout));
    return;
  }
  for (models::GpuContext* context : contexts) kill_queues(*context);
  if (models::GpuVm* vm = clone.client->existing_gpu_vm(gpu)) vm->kill();
}

core::Task<> World::flush(models::GpuContext& context, core::Time deadline) {
  for (models::Engine* engine : context.engines())
    if (models::KernelQueue* queue = context.existing_kernel_queue(*engine))
      co_await queue->flush(deadline);
}

// What is left to whoever closes the files where a killed process waits for its jobs to be taken
// (drm_sched_entity_destroy(); amdgpu_flush() in drivers/gpu/drm/amd/amdgpu/amdgpu_drv.c): one
// limit for all its queues of a device.
core::Task<> World::flush_and_kill(std::vector<models::GpuContext*> contexts,
                                   core::Duration timeout) {
  const core::Time deadline = simulation_.now() + timeout;
  for (std::size_t i = 0; i < contexts.size(); ++i) co_await flush(*contexts[i], deadline);
  for (const models::GpuContext* context : contexts)
    for (models::Engine* engine : context->engines())
      if (models::KernelQueue* queue = context->existing_kernel_queue(*engine))
        queue->kill(context->gpu().policies().submission->forgets_late_jobs());
  if (contexts.empty()) co_return;
  const models::Client& client = contexts.front()->client();
  if (models::GpuVm* vm = client.existing_gpu_vm(contexts.front()->gpu())) vm->kill();
}

// A fatal signal, and what do_exit() does then: threads end where they stand, unless they are in an
// uninterruptible stretch of the kernel; system calls are undone; the kernel closes the files,
// which cancels the jobs.
void World::kill(CloneState& clone) {
  simulation_.emit(core::ProbeKind::fault_struck, core::kNoObject, 0, clone.client->index());
  for (const auto& thread : clone.threads) {
    if (const core::Process* process = thread->process(); process && !process->uninterruptible)
      drop_reservations(*process);
    thread->kill();
  }
  for (const auto& gpu : machine_.gpus()) close_device(clone, *gpu);
  for (const auto& row : swapchains_)
    for (const auto& swapchain : row) swapchain->client_gone(*clone.client);
  thread_ended(clone);
}

const FaultSpec* World::fault_for(const CloneState& clone, Index label, std::uint64_t run) const {
  for (const FaultSpec& fault : scenario_.faults) {
    if (fault.kind == FaultSpec::Kind::kill || fault.kind == FaultSpec::Kind::no_memory) continue;
    if (fault.gpu != kNone) continue;
    const bool here = fault.process == clone.process && fault.clone == clone.number &&
                      (fault.label == label || fault.label == kNone);
    if (here && run >= fault.at && (fault.count == 0 || run < fault.at + fault.count))
      return &fault;
  }
  return nullptr;
}

}  // namespace fencelab::scenarios
