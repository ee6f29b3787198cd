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
      gone_cell_(machine.simulation()),
      firmware_(*this, spec_.firmware) {
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
  simulation.spawn({spec_.name + " firmware", core::ProcessRole::firmware, true},
                   firmware_.serve());
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

Inheritance Gpu::inheritance() const {
  const SubmissionPolicy* const submission = policies_.submission.get();
  return submission ? submission->inheritance() : Inheritance::none;
}

Engine* Gpu::copy_engine() const {
  const auto copies = [](const auto& engine) {
    const std::string& klass = engine->spec().klass;
    return klass == "bcs" || klass == "sdma" || klass == "copy";
  };
  const auto found = std::find_if(engines_.begin(), engines_.end(), copies);
  return found == engines_.end() ? nullptr : found->get();
}

bool Gpu::gets_on() const {
  const auto one = [](const auto& engine) { return engine->gets_on(); };
  return std::any_of(engines_.begin(), engines_.end(), one) ||
         std::any_of(lanes_.begin(), lanes_.end(), one);
}

// What a driver does when its device is pulled out (drm_dev_unplug(), then its remove callback):
// jobs in rings end with -ECANCELED (drm_sched_fini() and cancel_job() since Linux 6.17), those
// that wait in entities with -ESRCH, user queues are forgotten. Their dma_fences end with
// -ECANCELED, too; the values that they would have written nobody writes.
void Gpu::unplug() {
  gone_cell_.write();
  gone_ = true;
  firmware_.unplug();
  for (const auto& client : machine_.clients())
    for (const auto& context : client->contexts())
      if (&context->gpu() == this) context->unplug();
}

}  // namespace fencelab::models
