// Named driver stacks: what people argue about, each with where it comes from.
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

constexpr std::int64_t kMs = 1'000'000, kS = 1'000'000'000;

using Axes = std::map<std::string, Preset::Choice>;

/// `base` with what `changes` names instead.
Axes but(Axes base, const Axes& changes) {
  for (const auto& [axis, choice] : changes) base[axis] = choice;
  return base;
}

std::vector<Preset> make_presets() {
  const Axes linux_implicit = {{"sync", {"implicit", {}}},
                               {"submission", {"kernel", {}}},
                               {"residency", {"bo-fence", {}}},
                               {"userptr", {"notifier-wait", {}}},
                               {"bind", {"sync", {}}},
                               {"reclaim", {"wait", {}}},
                               {"hang", {"tdr", {{"timeout", 5 * kS}}}},
                               {"semaphore", {"aware", {}}},
                               {"flip", {"implicit-latest", {}}}};

  const Axes vulkan_explicit = but(linux_implicit, {{"sync", {"explicit", {}}},
                                                    {"bind", {"async-state-at-submit", {}}},
                                                    {"flip", {"wait-signaled", {}}}});

  // Queues that user space rings; before a buffer moves or a page goes, contexts are stopped.
  const Axes user_queues = {{"sync", {"value", {}}},
                            {"submission", {"user", {}}},
                            {"residency", {"preempt-xe", {}}},
                            {"userptr", {"notifier-preempt", {}}},
                            {"bind", {"async-state-at-submit", {}}},
                            {"reclaim", {"wait", {}}},
                            {"hang", {"preempt-timeout", {{"timeout", 640 * kMs}}}},
                            {"semaphore", {"aware", {}}},
                            {"flip", {"wait-signaled", {}}}};

  return {
      {"linux-implicit",
       "kernel queues, implicit sync on dma_resv, eviction waits, synchronous binds, TDR",
       "mainline drivers with dma_resv usage classes (Linux 5.19 and later)", linux_implicit},
      {"linux-legacy",
       "as linux-implicit with the exclusive and shared slots of dma_resv before Linux 5.19",
       "dma_resv before 20220407085946.744568 (Linux 5.19)",
       but(linux_implicit, {{"sync", {"implicit-legacy", {}}}})},
      {"amdgpu-implicit",
       "kernel queues with amdgpu's owner rule: always WRITE, own fences skipped",
       "drivers/gpu/drm/amd/amdgpu/amdgpu_sync.c, amdgpu_cs.c, amdgpu_drv.c (Linux 7.3: "
       "lockup_timeout 2 s)",
       but(linux_implicit, {{"sync", {"implicit-amdgpu", {}}},
                            {"hang", {"tdr", {{"timeout", 2 * kS}, {"reset", 1}}}}})},
      {"explicit-bridged",
       "as linux-implicit, but processes order their own work; fences cross with buffers through "
       "dma_resv, both ways",
       "Vulkan WSI on implicit window systems: Mesa 22.2 and later on Linux 6.0 and later",
       but(linux_implicit, {{"sync", {"explicit-bridged", {}}}})},
      {"explicit-bridged-no-export",
       "as explicit-bridged; a buffer that comes in is waited for by the whole next submission",
       "ANV before DMA_BUF_IOCTL_EXPORT_SYNC_FILE: anv_queue.c, ANV_SEMAPHORE_TYPE_WSI_BO",
       but(linux_implicit, {{"sync", {"explicit-bridged", {{"export", 0}}}}})},
      {"vulkan-wsi-2021",
       "neither export nor import: implicit writes of whole submissions, on exclusive and shared "
       "slots",
       "ANV and RADV in May 2021: wsi_memory_signal_submit_info; dma_resv before Linux 5.19",
       but(linux_implicit,
           {{"sync", {"explicit-bridged", {{"export", 0}, {"import", 4}, {"slots", 1}}}}})},
      {"vulkan-explicit",
       "kernel queues, explicit sync within and across processes, asynchronous binds",
       "Vulkan drivers on drm_syncobj with linux-drm-syncobj-v1; xe VM_BIND", vulkan_explicit},
      {"vulkan-timeline",
       "as vulkan-explicit, through points of timeline syncobjs and a submit thread",
       "Vulkan timeline semaphores on drm_syncobj; linux-drm-syncobj-v1",
       but(vulkan_explicit, {{"sync", {"timeline", {}}}, {"flip", {"wait-materialised", {}}}})},
      {"user-queues-preempt-ctx",
       "user queues; no end-of-batch fences; preempt fences stop contexts for eviction",
       "the outcome of the 2020-2021 threads; xe preempt fences",
       but(user_queues, {{"semaphore", {"repoll", {}}}})},
      {"user-queues-future-fence",
       "user queues whose completions are wrapped in dma_fences that everything may wait on",
       "the 2021 proposal to use dma_fence with user queues, withdrawn; dma-buf.rst: Indefinite "
       "DMA Fences",
       but(linux_implicit, {{"sync", {"implicit", {{"wrap_user_fences", 1}}}},
                            {"submission", {"user", {}}},
                            {"bind", {"async-state-at-submit", {}}},
                            {"hang", {"none", {}}},
                            {"semaphore", {"spin", {}}}})},
      {"kfd", "compute user queues, eviction fence per process, notifier stops queues",
       "drivers/gpu/drm/amd/amdkfd",
       but(user_queues, {{"residency", {"preempt-kfd", {}}},
                         {"bind", {"sync", {}}},
                         {"hang", {"preempt-timeout", {{"timeout", 9 * kS}, {"reset", 1}}}}})},
      {"xe",
       "xe's VMs with dma_fences: explicit sync, jobs run with all that is mapped there, "
       "validations are tried again alone, moves by a copy engine",
       "drivers/gpu/drm/xe: xe_exec.c, xe_vm.c, xe_validation.c, xe_migrate.c",
       but(vulkan_explicit, {{"submission", {"kernel", {{"working_set", 1}}}},
                             {"userptr", {"notifier-wait", {{"passes", 2}}}},
                             {"residency", {"bo-fence", {{"moves", 1}, {"validation", 1}}}}})},
      {"panthor",
       "as vulkan-explicit; jobs run with all that is mapped, binds take the worst case of page "
       "tables in their ioctl",
       "drivers/gpu/drm/panthor: panthor_mmu.c, panthor_sched.c",
       but(vulkan_explicit,
           {{"submission", {"kernel", {{"working_set", 1}}}}, {"bind", {"async-prealloc", {}}}})},
      {"xe-long-running",
       "xe's long-running mode: no dma_fence out, preempt fences, exact page tables at submission",
       "drivers/gpu/drm/xe: LR VMs", but(user_queues, {{"flip", {"deadline", {}}}})},
      {"xe-fault-mode",
       "kernel queues with explicit sync beside long-running ones that fault; never both at a time",
       "drivers/gpu/drm/xe: fault-mode VMs, xe_hw_engine_group.c",
       but(vulkan_explicit, {{"residency", {"fault", {}}}, {"userptr", {"fault", {}}}})},
      {"oracle", "as vulkan-explicit, but jobs wait for true hazards only: the lower bound",
       "no driver; a yardstick", but(vulkan_explicit, {{"sync", {"oracle", {}}}})},
  };
}

}  // namespace

const std::vector<Preset>& presets() {
  static const std::vector<Preset> kPresets = make_presets();
  return kPresets;
}

}  // namespace fencelab::policies
