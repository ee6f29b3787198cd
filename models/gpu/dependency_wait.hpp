// A wait on the CPU for what a job would otherwise wait for in its queue: user space that waits
// for a value before it submits, writes a ring, or takes over a buffer.
#pragma once

#include "core/task.hpp"
#include "core/wait_reason.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::models {

/// Subject of dependency_waited, sent when the wait is over.
struct WaitedDependency {
  const Dependency* dependency;
  const Job* consumer;   ///< none yet: work on the buffer that the thread will submit
  const Client* client;  ///< whose thread waited
  core::Time since;
};

/// Waits for `dependency` in the running thread on behalf of `consumer` (nullptr: of what it
/// submits next on dependency.buffer) and tells observers of it. Returns at once if it is done.
core::Task<> wait_on_cpu(core::Simulation& simulation, Dependency dependency, const Job* consumer,
                         const Client& client);

/// The dependency that `point`, found on `buffer` by `rule`, is.
Dependency dependency_on(const SyncPoint& point, DependencyRule rule, const Buffer* buffer);

}  // namespace fencelab::models
