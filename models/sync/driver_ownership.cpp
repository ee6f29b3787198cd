#include "models/sync/driver_ownership.hpp"

#include <algorithm>
#include <array>

#include "models/client.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/job.hpp"
#include "models/vm/bind_queue.hpp"
#include "models/vm/user_vm.hpp"

namespace fencelab::models {

namespace {

constexpr std::array kDrivers = {
    DriverOwnership{"amdgpu", true, "the process's VM", true,
                    "drivers/gpu/drm/amd/amdgpu/amdgpu_cs.c: amdgpu_job_alloc(..., &fpriv->vm); "
                    "the leader's fence is added as WRITE on every buffer"},
    DriverOwnership{"xe", true, "", false,
                    "drivers/gpu/drm/xe/xe_sched_job.c: drm_sched_job_init() with a NULL owner; "
                    "xe_exec.c publishes BOOKKEEP, or WRITE on external buffers if asked to"},
    DriverOwnership{"panfrost", true, "", false,
                    "drivers/gpu/drm/panfrost/panfrost_drv.c: drm_sched_job_init(..., NULL)"},
    DriverOwnership{"rocket", true, "", false,
                    "drivers/accel/rocket/rocket_job.c: drm_sched_job_init(..., 1, NULL)"},
    DriverOwnership{"v3d", true, "the file", false,
                    "drivers/gpu/drm/v3d/v3d_submit.c: drm_sched_job_init(..., v3d_priv)"},
    DriverOwnership{"etnaviv", true, "the context", false,
                    "drivers/gpu/drm/etnaviv/etnaviv_gem_submit.c: "
                    "drm_sched_job_init(..., submit->ctx)"},
    DriverOwnership{"lima", true, "the process's VM", false,
                    "drivers/gpu/drm/lima/lima_sched.c: lima_sched_task_init passes vm"},
    DriverOwnership{"msm", true, "the queue", false,
                    "drivers/gpu/drm/msm/msm_gem_submit.c: drm_sched_job_init(..., queue)"},
    DriverOwnership{"panthor", true, "the group", false,
                    "drivers/gpu/drm/panthor/panthor_sched.c: panthor_job_create passes the group"},
    DriverOwnership{"imagination", true, "the file", false,
                    "drivers/gpu/drm/imagination/pvr_queue.c: pvr_queue_job_init"},
    DriverOwnership{"i915", false, "", false,
                    "drivers/gpu/drm/i915/i915_request.c: requests are fences of their own; "
                    "EXEC_OBJECT_WRITE tells writers"},
    DriverOwnership{"nvidia", false, "", false,
                    "nvidia-drm exports semaphore-surface fences of its own, no scheduler's"},
    DriverOwnership{"vgem", false, "", false, "drivers/gpu/drm/vgem/vgem_fence.c"},
};

FenceOwner owner_of_job(const Job& job, const Gpu& reader) {
  const Gpu& device = job.context->gpu();
  const bool own = &device == &reader;
  // A user queue has no scheduler: its fence carries nothing (amdgpu_userq_fence.c).
  if (!job.entity) return {};
  const DriverOwnership* const row = ownership_of(device.driver());
  if (!own && (!row || !row->has_owner())) return {};
  return {FenceOwner::Kind::process, job.client, &device};
}

}  // namespace

std::span<const DriverOwnership> driver_ownerships() { return kDrivers; }

const DriverOwnership* ownership_of(std::string_view driver) {
  const auto found = std::find_if(kDrivers.begin(), kDrivers.end(),
                                  [&](const auto& row) { return row.driver == driver; });
  return found == kDrivers.end() ? nullptr : &*found;
}

FenceOwner owner_of(const core::DmaFence& fence, const Gpu& reader) {
  const core::FenceProducer* const producer = fence.producer();
  if (const auto* job = dynamic_cast<const Job*>(producer)) return owner_of_job(*job, reader);
  // Fences of other devices' address spaces are no scheduler's.
  if (const auto* binds = dynamic_cast<const BindQueue*>(producer);
      binds && &binds->gpu() == &reader)
    return {FenceOwner::Kind::page_tables, nullptr, &reader};
  if (const auto* vm = dynamic_cast<const UserVm*>(producer); vm && &vm->gpu() == &reader)
    return {FenceOwner::Kind::kfd_eviction, nullptr, &reader};
  return {};
}

}  // namespace fencelab::models
