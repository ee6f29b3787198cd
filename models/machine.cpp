#include "models/machine.hpp"

#include "models/gpu/fence_monitor.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/user_queue.hpp"
#include "models/vm/gpu_vm.hpp"
#include "models/vm/user_vm.hpp"

namespace fencelab::models {

Machine::Machine(core::Simulation& simulation, platform::SharedHardware& hardware,
                 DriverPolicies system)
    : simulation_(simulation),
      hardware_(hardware),
      policies_(std::move(system)),
      inheritances_(simulation),
      memory_(std::make_unique<Memory>(*this)) {}

// Guards in frames of processes name models.
Machine::~Machine() { simulation_.abandon_processes(); }

// In an untimed run by who makes the queue and as which of its objects, not by order in time.
std::uint32_t Machine::new_queue_number() {
  if (!simulation_.untimed()) return ++queues_;
  const std::uint64_t id = core::raw(simulation_.new_object_id());
  return static_cast<std::uint32_t>((id >> 32) << 16 | (id & 0xFFFF));
}

const DriverPolicies& Machine::policies_of(const Buffer& buffer) const {
  return buffer.home() ? buffer.home()->policies() : policies_;
}

Gpu& Machine::add_gpu(Gpu::Spec spec, DriverPolicies policies) {
  gpus_.push_back(std::make_unique<Gpu>(*this, std::move(spec), std::move(policies)));
  gpus_.back()->index = static_cast<std::uint32_t>(gpus_.size() - 1);
  // Before anything runs: what the first to use it made would be another thing to whoever explores
  // orders in which somebody else comes first.
  const auto& hang = gpus_.back()->policies().hang;
  if (hang && hang->command_timeout()) monitor();
  return *gpus_.back();
}

Client& Machine::add_client(std::string name) {
  clients_.push_back(std::make_unique<Client>(simulation_, std::move(name),
                                              static_cast<std::uint32_t>(clients_.size())));
  return *clients_.back();
}

Buffer& Machine::add_buffer(Buffer::Spec spec) {
  const auto index = static_cast<std::uint32_t>(buffers_.size());
  buffers_.push_back(std::make_unique<Buffer>(simulation_, index, std::move(spec)));
  buffers_.back()->reserve_per_device(gpus_.size());
  return *buffers_.back();
}

Display& Machine::add_display(Display::Spec spec) {
  displays_.push_back(std::make_unique<Display>(*this, std::move(spec)));
  return *displays_.back();
}

FenceMonitor& Machine::monitor() {
  if (!monitor_) monitor_ = std::make_unique<FenceMonitor>(simulation_);
  return *monitor_;
}

void Machine::force_signal(const SyncPoint& point) {
  if (point.poll()) return;
  auto* job = point.fence ? dynamic_cast<Job*>(point.fence->producer()) : nullptr;
  const bool on_hardware = job && job->state == JobState::running && !job->engine->spec().worker;
  simulation_.emit(core::ProbeKind::fence_forced, point.id(), job ? core::raw(job->id()) : 0, 0,
                   on_hardware ? nullptr : job);
  if (on_hardware)
    job->engine->reset(core::fence_error::kTime);  // what is on an engine only a reset takes off
  else if (job)
    job->kill(core::fence_error::kTime);
  if (point.fence && !point.fence->is_signaled()) {
    point.fence->set_error(core::fence_error::kTime);
    point.fence->signal();
  }
}

namespace {

/// The job that a queue is about to run, if nothing but its turn is missing.
const Job* waiting_for_turn(const HwQueue& ring, const Job* before_ring) {
  const Job* job = ring.has_work() ? ring.head() : before_ring;
  if (!job || job->hung || !job->values_reached()) return nullptr;
  const bool waits = job->state == JobState::on_ring || job->state == JobState::pending_credit;
  return waits ? job : nullptr;
}

}  // namespace

void Machine::for_each_overdue(core::Time since,
                               const std::function<void(const Job&)>& visit) const {
  const auto look = [&](const Job* job) {
    if (job && job->account.phase_since() < since) visit(*job);
  };
  for (const auto& client : clients_)
    for (const auto& context : client->contexts()) {
      for (Engine* engine : context->engines()) {
        KernelQueue* queue = context->existing_kernel_queue(*engine);
        if (!queue) continue;
        const Job* first = queue->waiting().empty() ? nullptr : queue->waiting().front().get();
        look(waiting_for_turn(queue->ring(), first));
      }
      if (UserQueue* queue = context->existing_user_queue())
        look(waiting_for_turn(queue->ring(), nullptr));
    }
}

void Machine::describe_jobs(core::WaitGraphBuilder& builder) const {
  for (const auto& client : clients_)
    for (const auto& context : client->contexts()) {
      for (Engine* engine : context->engines()) {
        KernelQueue* queue = context->existing_kernel_queue(*engine);
        if (!queue) continue;
        for (const JobPtr& job : queue->waiting()) job->describe_finish(builder);
        for (const JobPtr& job : queue->ring().jobs()) job->describe_finish(builder);
      }
      if (UserQueue* queue = context->existing_user_queue())
        for (const JobPtr& job : queue->ring().jobs()) job->describe_finish(builder);
    }
}

}  // namespace fencelab::models
