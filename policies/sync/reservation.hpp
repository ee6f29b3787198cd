// What policies that go by a buffer's dma_resv have in common: waiting for what is in it, putting
// fences in, and taking them out.
#pragma once

#include "models/axes/driver_policies.hpp"
#include "models/sync/drm_exec.hpp"

namespace fencelab::policies {

/// The rule through which a fence of that class is waited for.
constexpr models::DependencyRule rule_for(models::Usage usage) {
  switch (usage) {
    case models::Usage::kernel: return models::DependencyRule::resv_kernel;
    case models::Usage::write: return models::DependencyRule::resv_write;
    default: return models::DependencyRule::resv_read;
  }
}

/// `job` waits for one fence of `buffer`'s reservation. A fence of the queue it goes to itself
/// costs nothing: the queue is in order (drm_sched_job_add_dependency() drops it).
void wait_for(models::Job& job, const models::DmaResv::Entry& entry, const models::Buffer& buffer);

/// `job` waits for all that a query for `usage` finds on `buffer`.
void wait_for_all(models::Job& job, models::Buffer& buffer, models::Usage usage);

/// What a query for `usage` finds, as what a process gets with the buffer (EXPORT_SYNC_FILE).
models::HandOver taken_out(models::Buffer& buffer, models::Usage usage);

/// `client` takes all out that there is of `buffer`, for its later submissions to wait for.
void adopt(models::Client& client, models::Buffer& buffer);

/// Locks the reservation of `buffer` and no other, for `exec` to unlock (dma_resv_lock()).
core::Task<> lock_alone(models::DrmExec& exec, models::Buffer& buffer);

/// The receiver of `buffer` puts what an explicit protocol told it where the kernel looks
/// (IMPORT_SYNC_FILE). A user fence cannot be put there: it is waited for here, on the CPU.
core::Task<> put_in(core::Simulation& simulation, models::Client& client, models::Buffer& buffer,
                    models::HandOver with);

}  // namespace fencelab::policies
