#include "scenarios/runtime/world.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"
#include "models/svm/fault_service.hpp"
#include "models/userptr/process_memory.hpp"
#include "models/vm/gpu_vm.hpp"
#include "scenarios/runtime/thread_runner.hpp"

namespace fencelab::scenarios {

models::SyncPoint LabelState::point() const {
  if (fence) return {fence};
  if (!job) return {};
  // Where one explores, a job that is over is waited for like others: the wait ends at once. One
  // whose completion is lost is not: that it is over must be known from elsewhere.
  const bool looks = job->completion_lost || !job->simulation().untimed();
  if (looks && job->is_done() && !job->awaits_interrupt()) return {};
  return job->published_completion();
}

namespace {

models::Swapchain::Protocol protocol_of(const SwapchainSpec& spec) {
  using Protocol = models::Swapchain::Protocol;
  if (spec.protocol == SwapchainSpec::Protocol::implicit) return Protocol::implicit;
  return spec.release_timeline == SwapchainSpec::ReleaseTimeline::shared ? Protocol::syncobj_shared
                                                                         : Protocol::syncobj;
}

}  // namespace

namespace {

models::Engine::Spec describe_engine(const EngineSpec& engine, const GpuSpec& gpu) {
  using namespace std::chrono_literals;
  models::Engine::Spec spec{engine.name,
                            engine.klass,
                            gpu.timeslice.value_or(1ms),
                            gpu.preemption_cost.value_or(50us),
                            gpu.credits.value_or(2),
                            gpu.shared_rings};
  if (!engine.worker) return spec;
  // A work queue takes all there is, in the order in which it comes.
  spec.worker = true;
  spec.nice = engine.nice;
  spec.timeslice = spec.preemption_cost = {};
  spec.credits = models::Credits::kMost;
  spec.shared_ring = false;
  return spec;
}

}  // namespace

World::World(core::Simulation& simulation, models::platform::SharedHardware& hardware,
             const Scenario& scenario, const ResolvedStack& stack, policies::RunState& run)
    : simulation_(simulation),
      scenario_(scenario),
      machine_(simulation, hardware, make_policies(stack.system, run)) {
  build_gpus(stack, run);
  for (const DisplaySpec& display : scenario.displays) {
    models::Display::Spec spec{display.name, display.period};
    if (display.commit_timeout) spec.commit_timeout = *display.commit_timeout;
    displays_.push_back(&machine_.add_display(std::move(spec)));
  }
  build_clones();
  build_objects();
  build_memory();
  if (simulation.untimed()) build_user_memory();
  for (const auto& clone : clones_) build_contexts(*clone);
  for (const auto& clone : clones_) build_threads(*clone);
  note_producers();
}

World::~World() { simulation_.abandon_processes(); }  // before what their frames name

std::uint32_t World::add_place(const Place& place) {
  places_.push_back(&place);
  return static_cast<std::uint32_t>(places_.size() - 1);
}

void World::build_gpus(const ResolvedStack& stack, policies::RunState& run) {
  using namespace std::chrono_literals;
  const PlatformSpec& platform = scenario_.platform;
  machine_.memory().system().resize(platform.memory_bytes);
  machine_.memory().copy_bytes_per_second = platform.copy_bytes_per_second;
  machine_.memory().system().granularity = platform.memory_page;
  machine_.memory().has_swap = platform.swap_bytes_per_second > 0 || platform.swap_bytes > 0;
  machine_.memory().swap_capacity = platform.swap_bytes;
  for (const GpuSpec& spec : platform.gpus) {
    models::Gpu::Spec gpu;
    gpu.name = spec.name;
    gpu.driver = spec.driver;
    gpu.firmware.slots = spec.firmware_slots.value_or(8);
    gpu.firmware.quantum = spec.firmware_quantum.value_or(1ms);
    gpu.firmware.latency = spec.firmware_latency.value_or(20us);
    for (const EngineSpec& engine : spec.engines)
      gpu.engines.push_back(describe_engine(engine, spec));
    models::Gpu& made =
        machine_.add_gpu(std::move(gpu), make_policies(stack.by_gpu.at(spec.name), run));
    if (spec.vram_bytes > 0) {
      models::MemoryPool& vram = machine_.memory().add_vram(made, spec.vram_bytes);
      vram.granularity = spec.vram_page;
      vram.evicts_to_system = spec.evicts_to_system;
    }
    if (spec.gtt_bytes > 0) {
      models::MemoryPool& gtt = machine_.memory().add_gtt(made, spec.gtt_bytes);
      gtt.granularity = platform.memory_page;
    }
    for (std::size_t i = 0; i < platform.links.size(); ++i)
      if ((platform.links[i].from == spec.name && platform.links[i].to == "memory") ||
          (platform.links[i].to == spec.name && platform.links[i].from == "memory"))
        made.link = i;
  }
}

void World::build_clones() {
  for (Index process = 0; process < scenario_.processes.size(); ++process) {
    const ProcessSpec& spec = scenario_.processes[process];
    for (std::uint32_t number = 0; number < spec.count; ++number) {
      auto clone = std::make_unique<CloneState>();
      clone->spec = &spec;
      clone->process = process;
      clone->number = number;
      clone->client = &machine_.add_client(
          spec.count == 1 ? spec.name : spec.name + "." + std::to_string(number));
      if (spec.memlock_bytes) clone->client->memory().memlock_limit = spec.memlock_bytes;
      limit_vram(*clone);
      for (std::size_t i = 0; i < spec.labels.size(); ++i) clone->labels.emplace_back(simulation_);
      clones_.push_back(std::move(clone));
    }
  }
}

void World::build_objects() {
  auto copies = [this](Index owner) {
    return owner == kNone ? 1u : scenario_.processes[owner].count;
  };
  auto suffix = [&](Index owner, std::uint32_t copy) {
    if (owner == kNone) return std::string();
    const ProcessSpec& process = scenario_.processes[owner];
    return process.count == 1 ? " of " + process.name
                              : " of " + process.name + "." + std::to_string(copy);
  };
  auto client_of = [this](Index owner, std::uint32_t copy) -> models::Client* {
    for (const auto& clone : clones_)
      if (clone->process == owner && clone->number == copy) return clone->client;
    return nullptr;
  };
  for (const BufferSpec& spec : scenario_.buffers) {
    auto& row = buffers_.emplace_back();
    for (std::uint32_t copy = 0; copy < copies(spec.process); ++copy) {
      const std::string name = spec.name + suffix(spec.process, copy);
      const auto bytes = simulation_.random().uniform(
          {core::mix_hash(spec.stream, copy), 1, 0}, static_cast<std::int64_t>(spec.bytes),
          static_cast<std::int64_t>(std::max(spec.bytes, spec.bytes_max)));
      row.push_back(&machine_.add_buffer(
          {name, static_cast<std::uint64_t>(bytes),
           spec.gpu == kNone ? nullptr : machine_.gpus()[spec.gpu].get(),
           client_of(spec.process, copy), spec.userptr, spec.kind, spec.places, spec.priority}));
      row.back()->exists = spec.allocated;
      row.back()->pinned = spec.kind == models::MemoryKind::kernel;
      if (spec.kind == models::MemoryKind::managed || spec.userptr) manage(*row.back());
      models::Gpu* const gpu = machine_.gpus().empty() ? nullptr
                               : spec.gpu == kNone     ? machine_.gpus().front().get()
                                                       : machine_.gpus()[spec.gpu].get();
      models::Client* const owner = row.back()->owner();
      if (spec.vm_private && gpu && owner)
        row.back()->share_reservation(owner->gpu_vm(*gpu).resv());
    }
  }
  auto build = [&](const auto& specs, auto& table, auto make) {
    for (const auto& spec : specs) {
      auto& row = table.emplace_back();
      for (std::uint32_t copy = 0; copy < copies(spec.process); ++copy)
        row.push_back(make(spec, suffix(spec.process, copy), copy));
    }
  };
  build(scenario_.timelines, timelines_,
        [&](const TimelineSpec& spec, const std::string& tail, std::uint32_t) {
          return std::make_unique<core::ValueTimeline>(simulation_, spec.name + tail, spec.initial,
                                                       spec.name);
        });
  build(scenario_.locks, locks_, [&](const LockSpec& spec, const std::string& tail, std::uint32_t) {
    return std::make_unique<core::Mutex>(simulation_, spec.name + tail, spec.name);
  });
  build(scenario_.locks, rw_locks_,
        [&](const LockSpec& spec, const std::string& tail, std::uint32_t) {
          return std::make_unique<core::RwLock>(
              simulation_, spec.name + tail,
              spec.readers_first ? core::ReaderRule::recursive : core::ReaderRule::fair);
        });
  build(scenario_.locks, ww_locks_,
        [&](const LockSpec& spec, const std::string& tail, std::uint32_t) {
          return std::make_unique<core::WwMutex>(simulation_, spec.name + tail, "ww locks");
        });
  build(scenario_.channels, channels_,
        [&](const ChannelSpec& spec, const std::string& tail, std::uint32_t) {
          return std::make_unique<models::Channel>(simulation_, spec.name + tail);
        });
  std::uint32_t number = 0;
  build(scenario_.swapchains, swapchains_,
        [&](const SwapchainSpec& spec, const std::string& tail, std::uint32_t copy) {
          std::vector<models::Buffer*> images;
          for (const Index image : spec.images)
            images.push_back(
                buffers_[image][std::min<std::size_t>(copy, buffers_[image].size() - 1)]);
          const auto mode = spec.mode == SwapchainSpec::Mode::fifo
                                ? models::Swapchain::Mode::fifo
                                : models::Swapchain::Mode::mailbox;
          return std::make_unique<models::Swapchain>(
              machine_,
              models::Swapchain::Spec{spec.name + tail, number++, mode, protocol_of(spec)}, images);
        });
}

// Where GPUs cannot fault such memory is like other buffers.
void World::manage(models::Buffer& buffer) {
  if (!buffer.userptr()) {
    buffer.home()->serve_faults();
    if (buffer.home()->faults()) buffer.home()->faults()->manage(buffer);
    return;
  }
  for (const auto& gpu : machine_.gpus()) {
    if (!gpu->policies().userptr->maps_on_fault()) continue;
    gpu->serve_faults();
    if (gpu->faults()) gpu->faults()->map_in_place(buffer);
  }
}

void World::build_contexts(CloneState& clone) {
  for (const ContextSpec& spec : clone.spec->contexts) {
    models::Gpu& gpu = *machine_.gpus()[spec.gpu];
    models::GpuContext::Spec context{
        spec.name, {}, spec.balanced, {}, spec.priority, spec.preemption_period, spec.long_running};
    if (spec.long_running) gpu.serve_faults();
    for (const Index engine : spec.engines) context.engines.push_back(gpu.engines()[engine].get());
    for (const BondSpec& bond : spec.bonds) {
      models::Bond made;
      for (const Index engine : bond.engines) made.engines.push_back(gpu.engines()[engine].get());
      made.master = gpu.engines()[bond.master].get();
      context.bonds.push_back(std::move(made));
    }
    clone.client->contexts().push_back(
        std::make_unique<models::GpuContext>(*clone.client, gpu, std::move(context)));
    clone.contexts.push_back(clone.client->contexts().back().get());
    if (spec.bind_errors != kNone && spec.bind_restarts != kNone)
      clone.client->gpu_vm(gpu).report_errors(timeline(spec.bind_errors, clone),
                                              timeline(spec.bind_restarts, clone));
  }
}

void World::note_references(CloneState& clone, const Program& program, Index thread) {
  for (const Op& op : program) {
    if (const auto* loop = std::get_if<LoopOp>(&op.what))
      note_references(clone, loop->body, thread);
    if (const auto* submit = std::get_if<SubmitOp>(&op.what))
      for (const OpRef& ref : submit->after_start) clone.labels[ref.label].wants_start_fence = true;
    if (const auto* terminate = std::get_if<TerminateOp>(&op.what))
      clone.labels[terminate->job.label].terminating_threads.push_back(thread);
  }
}

void World::build_threads(CloneState& clone) {
  for (Index thread = 0; thread < clone.spec->threads.size(); ++thread) {
    note_references(clone, clone.spec->threads[thread].program, thread);
    clone.threads.push_back(
        std::make_unique<ThreadRunner>(*this, clone, clone.spec->threads[thread]));
  }
}

void World::note_producers() {
  for (const auto& clone : clones_)
    for (const auto& thread : clone->threads) thread->register_as_producer();
}

void World::start() {
  for (const auto& clone : clones_)
    for (const auto& thread : clone->threads)
      if (!thread->spec().forked) thread->start();
  prepare_exits();
  prepare_faults();
}

std::size_t World::slot(Index owner, const CloneState& clone) const {
  return owner == clone.process ? clone.number : 0;
}

models::Buffer& World::buffer(Index index, const CloneState& clone) {
  return *buffers_[index][slot(scenario_.buffers[index].process, clone)];
}
core::ValueTimeline& World::timeline(Index index, const CloneState& clone) {
  return *timelines_[index][slot(scenario_.timelines[index].process, clone)];
}
core::Mutex& World::lock(Index index, const CloneState& clone) {
  return *locks_[index][slot(scenario_.locks[index].process, clone)];
}
core::RwLock& World::rw_lock(Index index, const CloneState& clone) {
  return *rw_locks_[index][slot(scenario_.locks[index].process, clone)];
}
core::WwMutex& World::ww_lock(Index index, const CloneState& clone) {
  return *ww_locks_[index][slot(scenario_.locks[index].process, clone)];
}
models::Channel& World::channel(Index index, const CloneState& clone) {
  return *channels_[index][slot(scenario_.channels[index].process, clone)];
}

std::vector<models::Swapchain*> World::swapchains(Index index, const CloneState& clone) {
  std::vector<models::Swapchain*> chains;
  const Index owner = scenario_.swapchains[index].process;
  if (owner == kNone || owner == clone.process)
    return {swapchains_[index][slot(owner, clone)].get()};
  for (const auto& chain : swapchains_[index]) chains.push_back(chain.get());
  return chains;
}

}  // namespace fencelab::scenarios
