#include "models/gpu/gpu.hpp"

#include <algorithm>

#include "models/machine.hpp"
#include "models/svm/fault_service.hpp"

namespace fencelab::models {

Gpu::Gpu(Machine& machine, Spec spec, DriverPolicies policies)
    : machine_(machine),
      spec_(std::move(spec)),
      policies_(std::move(policies)),
      cell_(machine.simulation()),
      slot_wanted_(machine.simulation()),
      off_bell_(machine.simulation()) {
  off_bell_.describe_by([this](core::WaitGraphBuilder& builder) {
    std::vector<core::GateIndex> gates;
    for (const HwQueue* queue : user_queues_) {
      if (queue->may_run() || !queue->on_engine()) continue;
      const Job* const head = queue->head();
      if (head->stalled || queue->context().preemption_period() == core::Duration{})
        gates.push_back(head->describe_finish(builder));
    }
    return builder.all_of(std::move(gates), "queues of " + spec_.name + " off the hardware");
  });
  core::Simulation& simulation = machine.simulation();
  if (policies_.residency && policies_.residency->moves().exhaustive)
    validation_ = std::make_unique<core::RwLock>(simulation, "validation of " + spec_.name);
  if (policies_.residency) make_work_queues();
  job_fence_class_ = order_class(core::OrderKind::fence, "job fence");
  for (const Engine::Spec& engine : spec_.engines)
    engines_.push_back(
        std::make_unique<Engine>(simulation, *this, engine, machine.new_engine_number()));
  for (const auto& engine : engines_)
    simulation.spawn({engine->name(), core::ProcessRole::engine, true}, engine->serve());
  if (simulation.untimed())
    for (const auto& engine : engines_)
      simulation.spawn({engine->name() + " interrupt", core::ProcessRole::interrupt, true},
                       engine->serve_interrupts());
  simulation.spawn({spec_.name + " firmware", core::ProcessRole::firmware, true}, firmware());
}

Gpu::~Gpu() = default;

void Gpu::make_work_queues() {
  using RestoreQueue = ResidencyPolicy::RestoreQueue;
  core::Simulation& simulation = machine_.simulation();
  const RestoreQueue restores = policies_.residency->restore_queue();
  if (policies_.residency->ordered_suspensions() || restores == RestoreQueue::with_suspensions)
    suspensions_ = std::make_shared<core::Mutex>(simulation, "preempt work of " + spec_.name);
  if (restores == RestoreQueue::with_suspensions) restores_ = suspensions_;
  if (restores == RestoreQueue::per_device)
    restores_ = std::make_shared<core::Mutex>(simulation, "restore work of " + spec_.name);
  if (restores != RestoreQueue::per_driver) return;
  for (const auto& other : machine_.gpus())
    if (other->driver() == driver() &&
        other->policies().residency->restore_queue() == RestoreQueue::per_driver)
      restores_ = other->restores_;
  if (!restores_)
    restores_ = std::make_shared<core::Mutex>(simulation, "restore work of " + spec_.driver);
}

// Units of their own for jobs with fences are engines beside the others, as slow as they are few.
void Gpu::serve_faults() {
  const FaultRules* const rules = policies_.residency->faults();
  if (!rules || faults_) return;
  faults_ = std::make_unique<FaultService>(*this, *rules);
  const bool always = rules->isolation == FaultIsolation::reserved_units;
  if (!always && rules->isolation != FaultIsolation::reserve_while_fenced) return;
  core::Simulation& simulation = machine_.simulation();
  for (const auto& engine : engines_) {
    Engine::Spec spec = engine->spec();
    spec.name += " reserved";
    lanes_.push_back(
        std::make_unique<Engine>(simulation, *this, spec, machine_.new_engine_number()));
    Engine& lane = *lanes_.back();
    lane.set_units(rules->reserved_percent);
    if (always) engine->set_units(100 - rules->reserved_percent);
    engine->set_lane(lane);
    simulation.spawn({lane.name(), core::ProcessRole::engine, true}, lane.serve());
    if (simulation.untimed())
      simulation.spawn({lane.name() + " interrupt", core::ProcessRole::interrupt, true},
                       lane.serve_interrupts());
  }
}

core::OrderClassId Gpu::order_class(core::OrderKind kind, std::string_view role) const {
  return machine_.simulation().order_classes().intern(kind,
                                                      std::string(role) + " of " + spec_.name);
}

Engine* Gpu::copy_engine() const {
  const auto copies = [](const auto& engine) {
    const std::string& klass = engine->spec().klass;
    return klass == "bcs" || klass == "sdma" || klass == "copy";
  };
  const auto found = std::find_if(engines_.begin(), engines_.end(), copies);
  return found == engines_.end() ? nullptr : found->get();
}

void Gpu::ring_doorbell(HwQueue& queue) {
  if (queue.suspended() || queue.asked_for_slot() || !queue.has_work()) return;
  queue.ask_for_slot(true);
  slot_wanted_.push(&queue);
}

// Whom to unmap when all slots are taken: a mapped queue without work, else the one used longest
// ago.
HwQueue* Gpu::slot_victim() const {
  HwQueue* victim = nullptr;
  for (HwQueue* queue : user_queues_) {
    if (!queue->known_mapped()) continue;
    if (!queue->has_work()) return queue;
    if (!victim || queue->last_used() < victim->last_used()) victim = queue;
  }
  return victim;
}

// Takes a slot from somebody, who asks again if there is work left.
core::Task<> Gpu::free_a_slot() {
  core::Simulation& simulation = machine_.simulation();
  cell_.read();
  HwQueue* const victim = slot_victim();
  if (victim->has_work())
    co_await core::sleep_for(simulation, spec_.firmware_quantum, core::WaitReason::firmware);
  co_await core::sleep_for(simulation, spec_.firmware_latency, core::WaitReason::firmware);
  victim->set_mapped(false);
  --mapped_;
  ring_doorbell(*victim);
}

core::Task<> Gpu::firmware() {
  core::Simulation& simulation = machine_.simulation();
  for (;;) {
    co_await slot_wanted_.arrival();
    HwQueue& queue = *slot_wanted_.front();
    slot_wanted_.pop();
    if (mapped_ == spec_.firmware_slots) {
      if (queue.suspended() || !queue.has_work()) {
        queue.ask_for_slot(false);  // not now: who resumes it or adds work asks again
        continue;
      }
      co_await free_a_slot();
    }
    co_await core::sleep_for(simulation, spec_.firmware_latency, core::WaitReason::firmware);
    queue.use(simulation.now());
    queue.set_mapped(true);
    ++mapped_;
  }
}

bool Gpu::gets_on() const {
  const auto one = [](const auto& engine) { return engine->gets_on(); };
  return std::any_of(engines_.begin(), engines_.end(), one) ||
         std::any_of(lanes_.begin(), lanes_.end(), one);
}

void Gpu::queue_left_engine(bool withdrawn) {
  if (withdrawn) off_bell_.ring();
}

core::Task<> Gpu::wait_until_off(HwQueue& queue) {
  core::Simulation& simulation = machine_.simulation();
  const auto timeout = policies_.hang->preempt_timeout();
  const core::Time deadline = timeout ? simulation.now() + *timeout : core::kNever;
  while (queue.on_engine()) {
    const auto result = co_await core::SingleWait(off_bell_, 0,
                                                  {.reason = core::WaitReason::engine,
                                                   .deadline = deadline,
                                                   .recovery = timeout.has_value()});
    if (result == core::WaitResult::timed_out && queue.on_engine())
      queue.on_engine()->reset(core::fence_error::kTime);
  }
}

}  // namespace fencelab::models
