#include "models/memory/pending_moves.hpp"

#include <algorithm>
#include <map>

#include "core/uninterruptible.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

namespace {

constexpr std::uint32_t kNobody = 0x7FFF'FFFF;  ///< Client::index of the kernel: no process has it

}  // namespace

struct PendingMoves::Kernel {
  Kernel(core::Simulation& simulation, Gpu& gpu)
      : client(simulation, "kernel", kNobody),
        context(client, gpu,
                {.name = "moves",
                 .engines = {gpu.copy_engine()},
                 .balanced = false,
                 .bonds = {},
                 .priority = 0,
                 .preemption_period = core::Duration{}}),
        gpu_index(gpu.index) {}
  Client client;
  GpuContext context;
  std::uint32_t gpu_index;
  std::uint64_t jobs = 0;
  /// Blits that empty memory of a pool, by the job, and the newest one of each buffer.
  std::map<core::ObjectId, const MemoryPool*> emptying;
  std::map<std::uint32_t, core::ObjectId> newest;
};

PendingMoves::PendingMoves(Machine& machine) : machine_(machine) {}
PendingMoves::~PendingMoves() = default;

core::FencePtr PendingMoves::start(Buffer& buffer, Gpu& gpu) {
  core::Simulation& simulation = machine_.simulation();
  const std::uint64_t context = core::new_fence_context(simulation);
  const auto done = core::make_intrusive<core::DmaFence>(simulation, this, context, 1);
  const core::Process& worker =
      simulation.spawn({"move of " + buffer.name(), core::ProcessRole::kernel_worker},
                       carry_out(buffer, gpu, buffer.users(), done));
  moves_.push_back({context, &worker, "move of " + buffer.name()});
  buffer.resv().add(done, Usage::kernel);
  return done;
}

core::Task<> PendingMoves::carry_out(Buffer& buffer, Gpu& gpu, std::vector<core::FencePtr> users,
                                     core::FencePtr done) {
  const core::Uninterruptible as_workers_are(machine_.simulation());
  for (std::size_t i = 0; i < users.size(); ++i) co_await users[i]->wait(core::WaitReason::fence);
  if (gpu.link != ~std::size_t{0}) co_await machine_.hardware().transfer(gpu.link, buffer.bytes());
  done->signal();
}

PendingMoves::Kernel& PendingMoves::kernel_on(Gpu& gpu) {
  for (const auto& kernel : kernels_)
    if (kernel->gpu_index == gpu.index) return *kernel;
  kernels_.push_back(std::make_unique<Kernel>(machine_.simulation(), gpu));
  return *kernels_.back();
}

// amdgpu_copy_buffer(): a job that depends on all fences of the buffer, and is no program's.
JobPtr PendingMoves::new_job(Buffer& buffer, Gpu& gpu, const std::string& label) {
  Kernel& kernel = kernel_on(gpu);
  core::Simulation& simulation = machine_.simulation();
  auto job = core::make_intrusive<Job>(simulation);
  job->client = &kernel.client;
  job->context = &kernel.context;
  job->submitter = simulation.current();
  job->label = &label;
  job->iteration = kernel.jobs++;
  job->of_kernel = true;
  job->semaphore_open_at = core::Time{};
  job->account.open(simulation.now());
  job->entity = &kernel.context.kernel_queue(*gpu.copy_engine());
  for (const core::FencePtr& fence : buffer.users())
    job->depend_on({fence}, DependencyRule::resv_kernel, &buffer);
  return job;
}

core::FencePtr PendingMoves::push(Buffer& buffer, const JobPtr& job) {
  job->remaining = job->duration;
  job->finished = core::make_intrusive<core::DmaFence>(
      machine_.simulation(), job.get(), job->entity->fence_context(), job->entity->next_seqno());
  core::note_published(*job->finished);
  job->publish_completion({job->finished, nullptr, 0, job.get()});
  buffer.resv().add(job->finished, Usage::kernel);
  const core::FencePtr finished = job->finished;
  if (machine_.simulation().untimed()) machine_.keep(job);
  job->entity->push(job);
  return finished;
}

core::FencePtr PendingMoves::blit(Buffer& buffer, Gpu& gpu) {
  static const std::string kLabel = "move";
  core::Simulation& simulation = machine_.simulation();
  const JobPtr job = new_job(buffer, gpu, kLabel);
  job->infinite = true;  // as long as the link takes
  job->started = core::make_intrusive<core::DmaFence>(simulation, job.get(),
                                                      core::new_fence_context(simulation), 1);
  core::Process& carrier =
      simulation.spawn({"copy of " + buffer.name(), core::ProcessRole::kernel_worker, true},
                       carry(job, gpu, buffer));
  carrier.doing = "copy";
  job->terminator = &carrier;
  if (buffer.leaving == buffer.pool) {
    Kernel& kernel = kernel_on(gpu);
    kernel.emptying[job->id()] = buffer.pool;
    kernel.newest[buffer.index()] = job->id();
  }
  return push(buffer, job);
}

core::FencePtr PendingMoves::clear(Buffer& buffer, Gpu& gpu, core::Duration time) {
  static const std::string kLabel = "clear";
  const JobPtr job = new_job(buffer, gpu, kLabel);
  job->duration = time;
  return push(buffer, job);
}

// What the engine does while the job is on it. Where a buffer leaves VRAM, its memory was given to
// others when the job was made, behind the job's fence; from here on nobody reaches its bytes
// there.
core::Task<> PendingMoves::carry(JobPtr job, Gpu& gpu, Buffer& buffer) {
  co_await job->started->wait({.reason = core::WaitReason::engine, .idle = true});
  Kernel& kernel = kernel_on(gpu);
  const auto emptying = kernel.emptying.find(job->id());
  const MemoryPool* const from = emptying == kernel.emptying.end() ? nullptr : emptying->second;
  if (from) {
    kernel.emptying.erase(emptying);
    buffer.placement.write();
    if (kernel.newest[buffer.index()] == job->id()) buffer.leaving = nullptr;
  }
  core::Simulation& simulation = machine_.simulation();
  const core::Time asked = job->account.opened();
  if (gpu.link != ~std::size_t{0}) co_await machine_.hardware().transfer(gpu.link, buffer.bytes());
  if (from)
    simulation.emit(core::ProbeKind::buffer_evicted, buffer.id(), core::raw(from->id),
                    static_cast<std::uint64_t>((simulation.now() - asked).count()), &buffer);
  job->terminate();
}

const PendingMoves::Move* PendingMoves::find(const core::DmaFence& fence) const {
  const auto move = std::find_if(moves_.begin(), moves_.end(),
                                 [&](const Move& each) { return each.context == fence.context(); });
  return move == moves_.end() ? nullptr : &*move;
}

core::GateIndex PendingMoves::describe_release(core::WaitGraphBuilder& builder,
                                               const core::DmaFence& fence) const {
  const Move* const move = find(fence);
  return builder.process(move ? move->worker : nullptr, describe(fence), fence.id());
}

std::string PendingMoves::describe(const core::DmaFence& fence) const {
  const Move* const move = find(fence);
  return move ? move->name : "move";
}

}  // namespace fencelab::models
