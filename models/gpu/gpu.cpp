#include "models/gpu/gpu.hpp"

#include <algorithm>

#include "models/machine.hpp"

namespace fencelab::models {

Gpu::Gpu(Machine& machine, Spec spec, DriverPolicies policies)
    : machine_(machine),
      spec_(std::move(spec)),
      policies_(std::move(policies)),
      cell_(machine.simulation()),
      firmware_bell_(machine.simulation()),
      off_bell_(machine.simulation()) {
  off_bell_.describe_by([this](core::WaitGraphBuilder& builder) {
    std::vector<core::GateIndex> gates;
    for (const HwQueue* queue : user_queues_)
      if (queue->suspended() && queue->on_engine() &&
          queue->context().preemption_period() == core::Duration{})
        gates.push_back(queue->head()->describe_finish(builder));
    return builder.all_of(std::move(gates), "queues of " + spec_.name + " off the hardware");
  });
  core::Simulation& simulation = machine.simulation();
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

core::OrderClassId Gpu::order_class(core::OrderKind kind, std::string_view role) const {
  return machine_.simulation().order_classes().intern(kind,
                                                      std::string(role) + " of " + spec_.name);
}

void Gpu::ring_doorbell(HwQueue& queue) {
  if (!queue.mapped()) firmware_bell_.ring();
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

core::Task<> Gpu::firmware() {
  core::Simulation& simulation = machine_.simulation();
  for (;;) {
    cell_.write();
    const auto waiting =
        std::find_if(user_queues_.begin(), user_queues_.end(), [](const HwQueue* queue) {
          return !queue->known_mapped() && queue->has_work() && !queue->suspended();
        });
    if (waiting == user_queues_.end()) {
      co_await firmware_bell_.wait();
      continue;
    }
    HwQueue* const queue = *waiting;
    if (mapped_ == spec_.firmware_slots) {
      HwQueue* const victim = slot_victim();
      if (victim->has_work())
        co_await core::sleep_for(simulation, spec_.firmware_quantum, core::WaitReason::firmware);
      co_await core::sleep_for(simulation, spec_.firmware_latency, core::WaitReason::firmware);
      victim->set_mapped(false);
      --mapped_;
      // The victim goes to the end of the line.
      const auto place = std::find(user_queues_.begin(), user_queues_.end(), victim);
      std::rotate(place, place + 1, user_queues_.end());
    }
    co_await core::sleep_for(simulation, spec_.firmware_latency, core::WaitReason::firmware);
    queue->use(simulation.now());
    queue->set_mapped(true);
    ++mapped_;
  }
}

void Gpu::queue_left_engine(HwQueue& queue) {
  if (queue.suspended()) off_bell_.ring();
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
