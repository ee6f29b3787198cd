// Named driver stacks: what people argue about, each with where it comes from.
#include "policies/registry.hpp"

namespace fencelab::policies {

const std::vector<Preset>& presets() {
  constexpr std::int64_t kMs = 1'000'000, kS = 1'000'000'000;
  static const std::vector<Preset> kPresets = {
      {"linux-implicit", "kernel queues, implicit sync on dma_resv, eviction waits, synchronous binds, TDR",
       "mainline drivers with dma_resv usage classes (Linux 5.19 and later)",
       {{"sync", {"implicit", {}}}, {"submission", {"kernel", {}}}, {"residency", {"bo-fence", {}}},
        {"userptr", {"notifier-wait", {}}}, {"bind", {"sync", {}}}, {"reclaim", {"wait", {}}},
        {"hang", {"tdr", {{"timeout", 5 * kS}}}}, {"semaphore", {"aware", {}}}, {"flip", {"implicit-latest", {}}}}},
      {"linux-legacy", "as linux-implicit with the exclusive and shared slots of dma_resv before Linux 5.19",
       "dma_resv before 20220407085946.744568 (Linux 5.19)",
       {{"sync", {"implicit-legacy", {}}}, {"submission", {"kernel", {}}}, {"residency", {"bo-fence", {}}},
        {"userptr", {"notifier-wait", {}}}, {"bind", {"sync", {}}}, {"reclaim", {"wait", {}}},
        {"hang", {"tdr", {{"timeout", 5 * kS}}}}, {"semaphore", {"aware", {}}}, {"flip", {"implicit-latest", {}}}}},
      {"amdgpu-implicit", "kernel queues with amdgpu's owner rule: always WRITE, own fences skipped",
       "drivers/gpu/drm/amd/amdgpu/amdgpu_sync.c, amdgpu_cs.c, amdgpu_drv.c (Linux 7.3: lockup_timeout 2 s)",
       {{"sync", {"implicit-amdgpu", {}}}, {"submission", {"kernel", {}}}, {"residency", {"bo-fence", {}}},
        {"userptr", {"notifier-wait", {}}}, {"bind", {"sync", {}}}, {"reclaim", {"wait", {}}},
        {"hang", {"tdr", {{"timeout", 2 * kS}, {"reset", 1}}}}, {"semaphore", {"aware", {}}}, {"flip", {"implicit-latest", {}}}}},
      {"vulkan-explicit", "kernel queues, explicit sync within and across processes, asynchronous binds",
       "Vulkan drivers on drm_syncobj with linux-drm-syncobj-v1; xe VM_BIND",
       {{"sync", {"explicit", {}}}, {"submission", {"kernel", {}}}, {"residency", {"bo-fence", {}}},
        {"userptr", {"notifier-wait", {}}}, {"bind", {"async-state-at-submit", {}}}, {"reclaim", {"wait", {}}},
        {"hang", {"tdr", {{"timeout", 5 * kS}}}}, {"semaphore", {"aware", {}}}, {"flip", {"wait-signaled", {}}}}},
      {"user-queues-preempt-ctx", "user queues; no end-of-batch fences; preempt fences stop contexts for eviction",
       "the outcome of the 2020-2021 threads; xe preempt fences",
       {{"sync", {"value", {}}}, {"submission", {"user", {}}}, {"residency", {"preempt-xe", {}}},
        {"userptr", {"notifier-preempt", {}}}, {"bind", {"async-state-at-submit", {}}}, {"reclaim", {"wait", {}}},
        {"hang", {"preempt-timeout", {{"timeout", 640 * kMs}}}}, {"semaphore", {"repoll", {}}}, {"flip", {"wait-signaled", {}}}}},
      {"user-queues-future-fence", "user queues whose completions are wrapped in dma_fences that everything may wait on",
       "the 2021 proposal to use dma_fence with user queues, withdrawn; dma-buf.rst: Indefinite DMA Fences",
       {{"sync", {"implicit", {{"wrap_user_fences", 1}}}}, {"submission", {"user", {}}}, {"residency", {"bo-fence", {}}},
        {"userptr", {"notifier-wait", {}}}, {"bind", {"async-state-at-submit", {}}}, {"reclaim", {"wait", {}}},
        {"hang", {"none", {}}}, {"semaphore", {"spin", {}}}, {"flip", {"implicit-latest", {}}}}},
      {"kfd", "compute user queues, eviction fence per process, notifier stops queues",
       "drivers/gpu/drm/amd/amdkfd",
       {{"sync", {"value", {}}}, {"submission", {"user", {}}}, {"residency", {"preempt-kfd", {}}},
        {"userptr", {"notifier-preempt", {}}}, {"bind", {"sync", {}}}, {"reclaim", {"wait", {}}},
        {"hang", {"preempt-timeout", {{"timeout", 9 * kS}, {"reset", 1}}}}, {"semaphore", {"aware", {}}}, {"flip", {"wait-signaled", {}}}}},
      {"xe-long-running", "xe's long-running mode: no dma_fence out, preempt fences, exact page tables at submission",
       "drivers/gpu/drm/xe: LR VMs",
       {{"sync", {"value", {}}}, {"submission", {"user", {}}}, {"residency", {"preempt-xe", {}}},
        {"userptr", {"notifier-preempt", {}}}, {"bind", {"async-state-at-submit", {}}}, {"reclaim", {"wait", {}}},
        {"hang", {"preempt-timeout", {{"timeout", 640 * kMs}}}}, {"semaphore", {"aware", {}}}, {"flip", {"deadline", {}}}}},
      {"oracle", "as linux-implicit, but jobs wait for true hazards only: the lower bound",
       "no driver; a yardstick",
       {{"sync", {"oracle", {}}}, {"submission", {"kernel", {}}}, {"residency", {"bo-fence", {}}},
        {"userptr", {"notifier-wait", {}}}, {"bind", {"async-state-at-submit", {}}}, {"reclaim", {"wait", {}}},
        {"hang", {"tdr", {{"timeout", 5 * kS}}}}, {"semaphore", {"aware", {}}}, {"flip", {"wait-signaled", {}}}}},
  };
  return kPresets;
}

}  // namespace fencelab::policies
