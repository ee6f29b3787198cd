// The steps of a submission. A driver is told by the order in which it takes them: what is waited
// for before anything is published, and what is done under the reservations.
#pragma once

#include "models/axes/driver_policies.hpp"

namespace fencelab::policies {

/// Kernel queues: waits on values become dependencies, on the fences behind them if
/// the sync policy knows some; and the job's queue is chosen.
void prepare_for_kernel(models::Job& job);

/// Waits on the CPU for values among the dependencies, and drops them: a dma_fence must not depend
/// on them.
core::Task<> wait_for_values(models::JobPtr job);

/// Buffers whose bindings are managed must be mapped first, and where they were if they have moved.
void depend_on_binds(models::Job& job);

/// Kernel queues: the job gets its fence, which leaves the ioctl as its out-fence.
void create_fence(models::Job& job);

/// Adds the job's fence to the reservations of what it (declares that it) touches.
void publish(models::Job& job, const models::DriverPolicies& policies);

/// Tells observers of the job and its dependencies.
void announce(const models::JobPtr& job);

/// Kernel queues: announces the job and queues it; from here on its fence will signal.
void queue_job(const models::JobPtr& job);

/// Kernel queues: the ioctl returns `error`; the job ends with it before it was queued.
void fail_submission(const models::JobPtr& job, int error = core::fence_error::kNoMemory);

/// User queues: the buffers of the job belong to the address space, and those that join while its
/// queues run are brought home. 0; or -ENOMEM: pages of the process that join it cannot be got.
core::Task<int> join_address_space(models::JobPtr job);

/// User queues: the ioctl that asks the reservations of what the job declares, if the sync policy
/// goes by them: what is found there becomes dependencies. `cost`: of the ioctl.
core::Task<> ask_reservations(models::JobPtr job, core::Duration cost);

/// User queues: values among the dependencies are waited for in the ring; a fence of a kernel
/// driver only the CPU can wait for.
core::Task<> wait_in_ring(models::JobPtr job);

/// User queues: the job completes with the next value of its ring.
void promise_value(models::Job& job);

/// User queues: a dma_fence that stands for that value is published (an indefinite fence), by an
/// ioctl of that cost.
core::Task<> wrap_user_fence(models::JobPtr job, core::Duration cost);

/// User queues: announces the job, writes it to the ring and rings the doorbell.
void write_to_ring(const models::JobPtr& job);

}  // namespace fencelab::policies
