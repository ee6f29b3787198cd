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

// The pointers: every call of drm_sched_job_init() as it stands in the patch "drm/sched: Store the
// drm client_id in drm_sched_fence" (dri-devel, 2025), which touches them all; which release they
// are of was not looked up. i915, nvidia and vgem are known to
// make fences of their own; what they publish was not read again.
constexpr std::array kDrivers = {
    DriverOwnership{"amdgpu", true, "the process's VM", true,
                    "drivers/gpu/drm/amd/amdgpu/amdgpu_job.c: amdgpu_job_alloc(..., owner) of "
                    "amdgpu_cs.c: &fpriv->vm; the leader's fence is added as WRITE everywhere"},
    DriverOwnership{"xe", true, "", false,
                    "drivers/gpu/drm/xe/xe_sched_job.c: xe_sched_job_create passes NULL; "
                    "xe_exec.c publishes BOOKKEEP, or WRITE on external buffers if asked to"},
    DriverOwnership{"panfrost", true, "", true,
                    "drivers/gpu/drm/panfrost/panfrost_drv.c: panfrost_ioctl_submit passes NULL; "
                    "panfrost_job.c: panfrost_attach_object_fences adds WRITE"},
    DriverOwnership{"nouveau", true, "", false,
                    "drivers/gpu/drm/nouveau/nouveau_sched.c: nouveau_job_init passes NULL; "
                    "the class is an argument of the job (resv_usage)"},
    DriverOwnership{"rocket", true, "", false,
                    "drivers/accel/rocket/rocket_job.c: drm_sched_job_init(..., 1, NULL)"},
    DriverOwnership{"v3d", true, "the file", true,
                    "drivers/gpu/drm/v3d/v3d_submit.c: v3d_job_init passes v3d_priv; "
                    "v3d_attach_fences_and_unlock_reservation: WRITE, 'XXX: Use shared fences'"},
    DriverOwnership{"etnaviv", true, "the context", false,
                    "drivers/gpu/drm/etnaviv/etnaviv_gem_submit.c: etnaviv_ioctl_gem_submit passes "
                    "submit->ctx"},
    DriverOwnership{"lima", true, "the process's VM", false,
                    "drivers/gpu/drm/lima/lima_sched.c: lima_sched_task_init passes vm"},
    DriverOwnership{"msm", true, "the queue", false,
                    "drivers/gpu/drm/msm/msm_gem_submit.c: submit_create passes queue"},
    DriverOwnership{
        "panthor", true, "the group", false,
        "drivers/gpu/drm/panthor/panthor_sched.c: panthor_job_create passes job->group; "
        "panthor_mmu.c: panthor_vm_bind_job_create passes vm"},
    DriverOwnership{"imagination", true, "the module, THIS_MODULE", false,
                    "drivers/gpu/drm/imagination/pvr_queue.c: pvr_queue_job_init"},
    DriverOwnership{"virtio_gpu", false, "", true,
                    "drivers/gpu/drm/virtio/virtgpu_gem.c: virtio_gpu_array_add_fence adds WRITE "
                    "(5.19); fences of its own, virtgpu_fence.c"},
    DriverOwnership{"vmwgfx", false, "", true,
                    "drivers/gpu/drm/vmwgfx/vmwgfx_bo.c: vmw_bo_fence_single adds KERNEL, stronger "
                    "than WRITE (5.19); fences of its own, vmwgfx_fence.c"},
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
