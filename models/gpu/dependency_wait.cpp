#include "models/gpu/dependency_wait.hpp"

#include "core/simulation.hpp"

namespace fencelab::models {

Dependency dependency_on(const SyncPoint& point, DependencyRule rule, const Buffer* buffer) {
  Job* producer = point.job;
  if (point.fence && !producer) producer = dynamic_cast<Job*>(point.fence->producer());
  return {point, rule, JobPtr(producer), buffer};
}

core::Task<> wait_on_cpu(core::Simulation& simulation, Dependency dependency, const Job* consumer,
                         const Client& client) {
  if (dependency.point.done()) co_return;
  const core::Time since = simulation.now();
  const core::WaitReason reason =
      dependency.point.is_value() ? core::WaitReason::value : core::WaitReason::fence;
  co_await dependency.point.wait({.reason = reason});
  const WaitedDependency waited{&dependency, consumer, &client, since};
  simulation.emit(core::ProbeKind::dependency_waited, dependency.point.id(),
                  consumer ? core::raw(consumer->id()) : 0,
                  static_cast<std::uint64_t>(dependency.rule), &waited);
}

}  // namespace fencelab::models
