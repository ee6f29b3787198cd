#include "policies/sync/amdgpu.hpp"

#include "models/client.hpp"
#include "models/gpu/context.hpp"
#include "models/memory/buffer.hpp"
#include "models/sync/amdgpu_sync.hpp"
#include "policies/sync/reservation.hpp"

namespace fencelab::policies {

using models::AmdgpuSyncMode;
using models::DmaResv;
using models::FenceOwner;

bool AmdgpuImplicitSync::must_wait(const models::Job& job, const models::Access& access,
                                   const DmaResv::Entry& entry) const {
  const models::Gpu& gpu = job.context->gpu();
  const FenceOwner owner = models::owner_of(*entry.fence, gpu);
  if (owner.kind == FenceOwner::Kind::undefined && !options_.foreign_always)
    return entry.usage <= query_of(access);
  // AMDGPU_GEM_CREATE_EXPLICIT_SYNC is the buffer's; here each access says so.
  const AmdgpuSyncMode mode = access.stall == models::Stall::none ? AmdgpuSyncMode::explicit_
                              : options_.owner_filter             ? AmdgpuSyncMode::ne_owner
                                                                  : AmdgpuSyncMode::always;
  return models::amdgpu_waits_for(mode, {.owner = job.client, .device = &gpu}, owner);
}

// Readers look at readers, too: the query is READ whatever the access.
void AmdgpuImplicitSync::add_dependencies(models::Job& job) {
  for (const models::Access& access : job.declared())
    access.buffer->resv_on(job.context->gpu())
        .for_each(models::Usage::read, [&](const DmaResv::Entry& entry) {
          if (must_wait(job, access, entry)) wait_for(job, entry, *access.buffer);
        });
}

}  // namespace fencelab::policies
