// How memory is taken from running work: by waiting for it, by stopping it, or not at all.
#include "core/order_events.hpp"
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
  explicit BoFence(models::MoveRules moves) : moves_(moves) {}
  bool end_of_batch_fences() const override { return true; }
  bool preempts() const override { return false; }
  bool evictable() const override { return true; }
  core::Task<> before_suspend(models::UserVm&) override { co_return; }
  core::Duration restore_delay() const override { return {}; }
  const models::MoveRules& moves() const override { return moves_; }

 private:
  models::MoveRules moves_;
};

/// Nothing is ever taken: an allocation that does not fit fails.
class Pinned final : public models::ResidencyPolicy {
 public:
  bool end_of_batch_fences() const override { return false; }
  bool preempts() const override { return false; }
  bool evictable() const override { return false; }
  bool restore_bans() const override { return true; }
  core::Task<> before_suspend(models::UserVm&) override { co_return; }
  core::Duration restore_delay() const override { return {}; }
};

/// A preempt fence stops the queues, after they have had their minimum run time.
class Preempt final : public models::ResidencyPolicy {
 public:
  struct Rules {
    core::Duration min_run{}, restore_delay{}, restore_retry{}, restore_pause{};
    bool drains = false;         ///< waits for the fences of user queues first
    bool restores_idle = false;  ///< also what has no work
    bool ordered = false;        ///< one suspension at a time
    RestoreQueue restore_queue = RestoreQueue::per_space;
    bool spares_own = false;  ///< of who allocates
    bool bans = false;        ///< a restore without memory is the end
    UserqWork userq = UserqWork::none;
  };
  Preempt(core::Simulation& simulation, Rules rules, models::MoveRules moves)
      : simulation_(simulation), rules_(rules), moves_(moves) {}
  bool end_of_batch_fences() const override { return false; }
  bool preempts() const override { return true; }
  bool evictable() const override { return true; }
  core::Duration restore_delay() const override { return rules_.restore_delay; }
  bool restores_idle() const override { return rules_.restores_idle; }
  const models::MoveRules& moves() const override { return moves_; }
  bool ordered_suspensions() const override { return rules_.ordered; }
  RestoreQueue restore_queue() const override { return rules_.restore_queue; }
  bool spares_own() const override { return rules_.spares_own; }
  bool restore_bans() const override { return rules_.bans; }
  UserqWork userq_work() const override { return rules_.userq; }
  std::optional<core::Duration> restore_retry() const override {
    if (rules_.restore_retry == core::Duration{}) return std::nullopt;
    return rules_.restore_retry;
  }

  core::Duration restore_pause() const override { return rules_.restore_pause; }

  // amdgpu: the last published fence of every queue first; work never published does not count.
  core::Task<> drain(models::UserVm& vm) override {
    if (!rules_.drains) co_return;
    const std::vector<models::HwQueue*> queues = vm.queues();
    for (std::size_t i = 0; i < queues.size(); ++i) {
      if (queues[i]->jobs().empty()) continue;
      const models::SyncPoint last = queues[i]->jobs().back()->completion;
      // No annotation covers this wait, but the eviction fence signals after it.
      if (vm.preempt_fence() && last.timeline)
        core::note_dependency(*vm.preempt_fence(), *last.timeline);
      if (!last.done()) co_await last.wait({.reason = core::WaitReason::value});
    }
  }

  core::Task<> before_suspend(models::UserVm& vm) override {
    const core::Time ran_enough = vm.resumed_at() + rules_.min_run;
    if (simulation_.untimed() && rules_.min_run > core::Duration{}) {
      // A step of its own in each schedule: the worker promised that no clock matters to it.
      co_await core::point(simulation_);
      simulation_.not_before(ran_enough);
    } else {
      co_await core::SleepUntil(simulation_, ran_enough);
    }
  }

 private:
  core::Simulation& simulation_;
  Rules rules_;
  models::MoveRules moves_;
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

std::vector<Parameter> move_parameters() {
  return {
      {"moves",
       ParameterKind::word,
       0,
       0,
       1,
       "how buffers move between pools: synchronous, by the CPU's order after a wait under the "
       "reservation; pipelined, by jobs of a copy engine whose fences hold later users back",
       "drivers/gpu/drm/ttm/ttm_bo_util.c: ttm_bo_move_accel_cleanup()",
       {"synchronous", "pipelined"}},
      {"idle_limit",
       ParameterKind::duration,
       0,
       0,
       100'000'000'000,
       "longest wait for those who use a victim before the next one is tried (-EBUSY); 0: no limit",
       "drivers/gpu/drm/ttm/ttm_bo.c waits 15 s; no limit here, so that nothing is hidden",
       {}},
      {"clear_per_mib",
       ParameterKind::duration,
       0,
       0,
       1'000'000'000,
       "time in which a copy engine clears one MiB of new VRAM; 0: nothing is cleared",
       "not cleared unless asked for; amdgpu and xe clear, no public measurement found",
       {}},
      {"walk",
       ParameterKind::word,
       0,
       0,
       1,
       "what an eviction does about buffers that others have reserved: waits for one with its "
       "ticket, or passes them by",
       "drivers/gpu/drm/ttm/ttm_bo_util.c: ttm_lru_walk_ticketlock()",
       {"ticket", "trylock"}},
      {"validation",
       ParameterKind::word,
       0,
       0,
       1,
       "what happens to a validation that got no memory: it fails, or is tried again with all "
       "others of the GPU kept out",
       "drivers/gpu/drm/xe/xe_validation.c",
       {"once", "exhaustive"}}};
}

models::MoveRules move_rules(const ParameterValues& values) {
  models::MoveRules rules;
  rules.pipelined = values.get("moves") == 1;
  rules.idle_limit = values.duration("idle_limit");
  rules.clear_per_mib = values.duration("clear_per_mib");
  rules.ticket_walk = values.get("walk") == 0;
  rules.exhaustive = values.get("validation") == 1;
  return rules;
}

Parameter time_of(std::string name, std::int64_t value, std::string meaning, std::string source) {
  return {std::move(name),    ParameterKind::duration, value, 0, 10'000'000'000,
          std::move(meaning), std::move(source),       {}};
}

Parameter flag_of(std::string name, bool value, std::string meaning, std::string source) {
  return {std::move(name),
          ParameterKind::flag,
          value ? 1 : 0,
          0,
          1,
          std::move(meaning),
          std::move(source),
          {}};
}

/// A policy with a preempt fence, and what differs from driver to driver.
struct PreemptInfo {
  std::string name, summary, source;
  std::int64_t min_run = 0;
  std::string min_source;
  std::int64_t delay = 0;
  std::string delay_source;
  std::int64_t retry = 0;
  std::string retry_source;
  bool ordered = false;
  std::string ordered_source;
  bool bans = false;
  std::string failure_source;
  std::int64_t restore_queue = 0;
  std::string restore_queue_source;
  bool drains = false, spares_own = false;
};

std::vector<Parameter> parameters_of(const PreemptInfo& info) {
  std::vector<Parameter> all = {
      time_of("min_run_period", info.min_run,
              "time the queues run after a restore before they can be stopped again",
              info.min_source),
      time_of("restore_delay", info.delay, "pause between suspension and restore",
              info.delay_source),
      time_of("restore_retry", info.retry,
              "pause before a restore that got no memory is tried again; 0: when memory is given "
              "back",
              info.retry_source),
      time_of("restore_pause", models::ResidencyPolicy::kRestorePause.count(),
              "the same where no memory that others hold could be given back",
              "assumed: AMDGPU_SVM_RANGE_RESTORE_DELAY_MS in drivers/gpu/drm/amd/amdkfd/kfd_svm.h "
              "is 1 ms"),
      {"restore_failure",
       ParameterKind::word,
       info.bans ? 1 : 0,
       0,
       1,
       "what a restore that got no memory does: tries again, or bans the address space; then what "
       "is "
       "queued there ends with -ECANCELED",
       info.failure_source,
       {"retry", "ban"}},
      flag_of("restore_idle", false, "address spaces without queued work are restored, too",
              "xe_vm.c: idle ones stay out until the next exec (IGT xe_noexec_ping_pong tests it)"),
      flag_of("ordered", info.ordered, "suspensions of one GPU come one after another",
              info.ordered_source),
      {"restore_queue",
       ParameterKind::word,
       info.restore_queue,
       0,
       3,
       "which restores come one after another: those of an address space, of a GPU, of all GPUs of "
       "the driver, or those of a GPU and its suspensions together",
       info.restore_queue_source,
       {"per-space", "per-device", "per-driver", "with-suspensions"}}};
  if (info.drains)
    all.push_back({"eviction_signal",
                   ParameterKind::word,
                   0,
                   0,
                   1,
                   "where the eviction fence signals: under userq_mutex, with the queues off, or "
                   "after it",
                   "amdgpu_eviction_fence.c: under the mutex",
                   {"under-mutex", "outside-mutex"}});
  const std::vector<Parameter> moves = move_parameters();
  all.insert(all.end(), moves.begin(), moves.end());
  return all;
}

PolicyInfo preempt(const PreemptInfo& info) {
  return {"residency",
          info.name,
          info.summary,
          info.source,
          parameters_of(info),
          [drains = info.drains, spares = info.spares_own](auto& set, const auto& values,
                                                           RunState& run) {
            using UserqWork = models::ResidencyPolicy::UserqWork;
            Preempt::Rules rules;
            rules.min_run = values.duration("min_run_period");
            rules.restore_delay = values.duration("restore_delay");
            rules.restore_retry = values.duration("restore_retry");
            rules.restore_pause = values.duration("restore_pause");
            rules.restores_idle = values.flag("restore_idle");
            rules.ordered = values.flag("ordered");
            rules.restore_queue =
                static_cast<models::ResidencyPolicy::RestoreQueue>(values.get("restore_queue"));
            rules.bans = values.get("restore_failure") == 1;
            rules.drains = drains;
            rules.spares_own = spares;
            if (drains)
              rules.userq = values.get("eviction_signal") == 0 ? UserqWork::under_mutex
                                                               : UserqWork::signals_outside;
            set.residency = std::make_unique<Preempt>(run.simulation, rules, move_rules(values));
          }};
}

}  // namespace

void add_residency_policies(Registry& registry) {
  registry.add({"residency", "bo-fence",
                "buffers carry end-of-batch fences; eviction waits for the work",
                "TTM: eviction waits for BOOKKEEP (drivers/gpu/drm/ttm/ttm_bo.c)",
                move_parameters(), [](auto& set, const auto& values, RunState&) {
                  set.residency = std::make_unique<BoFence>(move_rules(values));
                }});
  const std::string when_returned = "assumed: nothing else can help";
  const std::string not_ordered = "a work item per process, on an unordered work queue";
  registry.add(
      preempt({.name = "preempt-xe",
               .summary = "preempt fence per address space, stops at once after a "
                          "minimum run time",
               .source = "drivers/gpu/drm/xe/xe_preempt_fence.c, xe_vm.c",
               .min_run = 5'000'000,
               .min_source = "xe_device.c: min_run_period_lr_ms = 5",
               .delay_source = "xe_vm.c: the rebind worker is queued at once",
               .retry_source = when_returned,
               .ordered = true,
               .ordered_source = "xe_device.c: preempt_fence_wq is an ordered work queue",
               .bans = true,
               .failure_source = "xe_vm.c: preempt_rebind_work_func() calls xe_vm_kill()",
               .restore_queue = 1,
               .restore_queue_source = "xe_vm.h: the rebind worker is queued on ordered_wq, "
                                       "another ordered work queue of the device"}));
  registry.add(preempt(
      {.name = "preempt-kfd",
       .summary = "eviction fence per process, 10 ms of run time guaranteed, restore after 100 ms",
       .source = "drivers/gpu/drm/amd/amdkfd/kfd_process.c, kfd_device.c",
       .min_run = 10'000'000,
       .min_source = "kfd_priv.h: PROCESS_ACTIVE_TIME_MS 10",
       .delay = 100'000'000,
       .delay_source = "kfd_priv.h: PROCESS_RESTORE_TIME_MS 100",
       .retry = 100'000'000,
       .retry_source = "kfd_priv.h: PROCESS_BACK_OFF_TIME_MS 100",
       .ordered_source = not_ordered,
       .failure_source = "kfd_process.c: restore_process_worker() schedules itself again",
       .restore_queue = 2,
       .restore_queue_source =
           "kfd_process.c: kfd_restore_wq is one ordered work queue of the module",
       .spares_own = true}));
  registry.add(
      preempt({.name = "preempt-amdgpu",
               .summary = "eviction waits for the fences published on each user queue, then unmaps",
               .source = "drivers/gpu/drm/amd/amdgpu/amdgpu_userq.c, amdgpu_eviction_fence.c",
               .min_source = "amdgpu_eviction_fence.c: none",
               .delay_source = "amdgpu_eviction_fence.c: resume work with delay 0",
               .retry_source = when_returned,
               .ordered_source = not_ordered,
               .failure_source = "assumed: amdgpu_userq.c leaves the queues off and says so",
               .restore_queue_source = "amdgpu_eviction_fence.c: a resume work per process",
               .drains = true}));
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
