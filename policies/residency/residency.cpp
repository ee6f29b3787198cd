// How memory is taken from running work: by waiting for it, by stopping it, or not at all.
#include "models/gpu/user_queue.hpp"
#include "models/machine.hpp"
#include "models/svm/fault_rules.hpp"
#include "models/vm/user_vm.hpp"
#include "policies/registry.hpp"
#include "policies/residency/fault.hpp"

namespace fencelab::policies {

namespace {

/// End-of-batch fences on buffers: eviction waits until the work is done.
class BoFence final : public models::ResidencyPolicy {
 public:
  bool end_of_batch_fences() const override { return true; }
  bool preempts() const override { return false; }
  bool evictable() const override { return true; }
  core::Task<> before_suspend(models::UserVm&) override { co_return; }
  core::Duration restore_delay() const override { return {}; }
};

/// Nothing is ever taken: an allocation that does not fit fails.
class Pinned final : public models::ResidencyPolicy {
 public:
  bool end_of_batch_fences() const override { return false; }
  bool preempts() const override { return false; }
  bool evictable() const override { return false; }
  core::Task<> before_suspend(models::UserVm&) override { co_return; }
  core::Duration restore_delay() const override { return {}; }
};

/// A preempt fence stops the queues, after they have had their minimum run time.
class Preempt final : public models::ResidencyPolicy {
 public:
  Preempt(core::Simulation& simulation, core::Duration min_run, core::Duration restore_delay,
          bool drain, bool restores_idle)
      : simulation_(simulation),
        min_run_(min_run),
        restore_delay_(restore_delay),
        drain_(drain),
        restores_idle_(restores_idle) {}
  bool end_of_batch_fences() const override { return false; }
  bool preempts() const override { return true; }
  bool evictable() const override { return true; }
  core::Duration restore_delay() const override { return restore_delay_; }
  bool restores_idle() const override { return restores_idle_; }

  core::Task<> before_suspend(models::UserVm& vm) override {
    // amdgpu: the last published fence of every queue first; work never published does not count.
    if (drain_)
      for (const models::HwQueue* queue : vm.queues()) {
        if (queue->jobs().empty()) continue;
        const models::SyncPoint last = queue->jobs().back()->completion;
        if (!last.done()) co_await last.wait({.reason = core::WaitReason::value});
      }
    const core::Time ran_enough = vm.resumed_at() + min_run_;
    if (simulation_.untimed() && min_run_ > core::Duration{}) {
      // A step of its own in each schedule: the worker promised that no clock matters to it.
      co_await core::point(simulation_);
      simulation_.not_before(ran_enough);
    } else {
      co_await core::SleepUntil(simulation_, ran_enough);
    }
  }

 private:
  core::Simulation& simulation_;
  core::Duration min_run_, restore_delay_;
  bool drain_, restores_idle_;
};

/// The GPU recovers from page faults: managed memory moves page by page, other buffers as with
/// `bo-fence`.
class Fault final : public models::ResidencyPolicy {
 public:
  explicit Fault(const models::FaultRules& rules) : rules_(rules) {}
  bool end_of_batch_fences() const override { return true; }
  bool preempts() const override { return false; }
  bool evictable() const override { return true; }
  core::Task<> before_suspend(models::UserVm&) override { co_return; }
  core::Duration restore_delay() const override { return {}; }
  const models::FaultRules* faults() const override { return &rules_; }

 private:
  models::FaultRules rules_;
};

PolicyInfo preempt(std::string name, std::string summary, std::string source, std::int64_t min_run,
                   std::string min_source, std::int64_t delay, std::string delay_source,
                   bool drain) {
  return {"residency",
          std::move(name),
          std::move(summary),
          std::move(source),
          {{"min_run_period",
            ParameterKind::duration,
            min_run,
            0,
            10'000'000'000,
            "time the queues run after a restore before they can be stopped again",
            std::move(min_source),
            {}},
           {"restore_delay",
            ParameterKind::duration,
            delay,
            0,
            10'000'000'000,
            "pause between suspension and restore",
            std::move(delay_source),
            {}},
           {"restore_idle",
            ParameterKind::flag,
            0,
            0,
            1,
            "address spaces without queued work are restored, too",
            "xe_vm.c: idle ones stay out until the next exec (IGT xe_noexec_ping_pong tests it)",
            {}}},
          [drain](auto& set, const auto& values, RunState& run) {
            set.residency = std::make_unique<Preempt>(
                run.simulation, values.duration("min_run_period"), values.duration("restore_delay"),
                drain, values.get("restore_idle") != 0);
          }};
}

}  // namespace

void add_residency_policies(Registry& registry) {
  registry.add(
      {"residency",
       "bo-fence",
       "buffers carry end-of-batch fences; eviction waits for the work",
       "TTM: eviction waits for BOOKKEEP (drivers/gpu/drm/ttm/ttm_bo.c)",
       {},
       [](auto& set, const auto&, RunState&) { set.residency = std::make_unique<BoFence>(); }});
  registry.add(preempt("preempt-xe",
                       "preempt fence per address space, stops at once after a minimum run time",
                       "drivers/gpu/drm/xe/xe_preempt_fence.c, xe_vm.c", 5'000'000,
                       "xe_device.c: min_run_period_lr_ms = 5", 0,
                       "xe_vm.c: the rebind worker is queued at once", false));
  registry.add(
      preempt("preempt-kfd",
              "eviction fence per process, 10 ms of run time guaranteed, restore after 100 ms",
              "drivers/gpu/drm/amd/amdkfd/kfd_process.c, kfd_device.c", 10'000'000,
              "kfd_priv.h: PROCESS_ACTIVE_TIME_MS 10", 100'000'000,
              "kfd_priv.h: PROCESS_RESTORE_TIME_MS 100", false));
  registry.add(preempt("preempt-amdgpu",
                       "eviction waits for the fences published on each user queue, then unmaps",
                       "drivers/gpu/drm/amd/amdgpu/amdgpu_userq.c, amdgpu_eviction_fence.c", 0,
                       "amdgpu_eviction_fence.c: none", 0,
                       "amdgpu_eviction_fence.c: resume work with delay 0", true));
  registry.add({"residency", "fault",
                "managed memory moves page by page where it is touched, by recoverable faults",
                "drivers/gpu/drm/xe/xe_pagefault.c, drm_gpusvm.c; nvidia-uvm", fault_parameters(),
                [](auto& set, const auto& values, RunState&) {
                  set.residency = std::make_unique<Fault>(fault_rules(values));
                }});
  registry.add(
      {"residency",
       "pinned",
       "nothing in use is ever taken; allocations that do not fit fail",
       "Documentation/gpu/drm-compute.rst",
       {},
       [](auto& set, const auto&, RunState&) { set.residency = std::make_unique<Pinned>(); }});
}

}  // namespace fencelab::policies
