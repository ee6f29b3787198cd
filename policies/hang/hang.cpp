// Who notices that something does not end, and who pays.
#include "models/gpu/context.hpp"
#include "models/gpu/job.hpp"
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

class Hang final : public models::HangPolicy {
 public:
  std::optional<core::Duration> job, fence_wait, preempt, command;
  models::ResetScope scope = models::ResetScope::engine;
  bool bans = false, checks_progress = false, is_deaf = false;
  std::optional<core::Duration> job_timeout(const models::Job& of) const override {
    return command && !of.entity ? std::nullopt : job;  // the monitor looks after user queues
  }
  std::optional<core::Duration> command_timeout() const override { return command; }
  bool resets_on_fault() const override { return !is_deaf; }
  std::optional<core::Duration> fence_wait_timeout() const override { return fence_wait; }
  std::optional<core::Duration> preempt_timeout() const override { return preempt; }
  models::ResetScope reset_scope() const override { return scope; }
  bool cancels_guilty() const override { return bans; }
  // What the driver can see is that the batch is past the point where it was, as etnaviv and v3d
  // see by the address that the front end fetches from: no shader, and no loop, moves that.
  bool spares(const models::Job& of, core::Duration executed) const override {
    if (!checks_progress || of.hung || of.infinite) return false;
    const core::Duration done = of.duration - of.remaining;
    const auto period = of.context->preemption_period();
    if (period == core::Duration{}) return false;
    return period ? done / *period > executed / *period : done > executed;
  }
};

const Parameter kReset{
    "reset",
    ParameterKind::word,
    0,
    0,
    1,
    "what a reset takes down",
    "engine: i915, xe per-engine reset; device: a full GPU reset loses every running job",
    {"engine", "device"}};

const Parameter kGuilty{
    "guilty",
    ParameterKind::word,
    0,
    0,
    1,
    "what becomes of the later jobs of a queue whose job was reset",
    "spared: they run; cancelled: they end with -ECANCELED (drm_sched_increase_karma() and "
    "drm_sched_entity_pop_job(); amdgpu and xe do so)",
    {"spared", "cancelled"}};

const Parameter kProgress{
    "progress",
    ParameterKind::word,
    0,
    0,
    1,
    "what the handler makes of a job that got past a point where it can be preempted since its "
    "time began",
    "ignored: it is reset; spared: it is given the time anew (DRM_GPU_SCHED_STAT_NO_HANG; "
    "drivers/gpu/drm/etnaviv/etnaviv_sched.c, v3d/v3d_sched.c)",
    {"ignored", "spared"}};

Parameter timeout(std::int64_t value, std::string meaning, std::string source) {
  return {"timeout",          ParameterKind::duration, value, 1'000, 1'000'000'000'000,
          std::move(meaning), std::move(source),       {}};
}

}  // namespace

void add_hang_policies(Registry& registry) {
  registry.add({"hang",
                "none",
                "nobody notices",
                "GPU recovery switched off (amdgpu.gpu_recovery=0)",
                {},
                [](auto& set, const auto&, RunState&) {
                  auto hang = std::make_unique<Hang>();
                  hang->is_deaf = true;
                  set.hang = std::move(hang);
                }});
  registry.add({"hang",
                "tdr",
                "a job that is on an engine for too long is reset",
                "drivers/gpu/drm/scheduler: timeout detection and recovery",
                {timeout(5'000'000'000, "time on the engine",
                         "xe: 5 s (xe_hw_engine.c); amdgpu: 2 s; i915: 20 s"),
                 kReset, kGuilty, kProgress},
                [](auto& set, const auto& values, RunState&) {
                  auto hang = std::make_unique<Hang>();
                  hang->job = values.duration("timeout");
                  hang->bans = values.get("guilty") == 1;
                  hang->checks_progress = values.get("progress") == 1;
                  hang->scope = static_cast<models::ResetScope>(values.get("reset"));
                  set.hang = std::move(hang);
                }});
  registry.add(
      {"hang",
       "wait-timeout",
       "a kernel wait on a fence that takes too long force-signals it and kills its job",
       "the \"we will solve it with timeouts\" of the 2021 threads; i915 waits 10 s for foreign "
       "fences",
       {timeout(10'000'000'000, "time in one wait", "i915: Kconfig.profile, 10 s"), kReset},
       [](auto& set, const auto& values, RunState&) {
         auto hang = std::make_unique<Hang>();
         hang->fence_wait = values.duration("timeout");
         hang->scope = static_cast<models::ResetScope>(values.get("reset"));
         set.hang = std::move(hang);
       }});
  registry.add(
      {"hang",
       "preempt-timeout",
       "work that does not leave the engine when asked to is reset",
       "xe preempt_timeout_us 640 ms; KFD queue_preemption_timeout_ms",
       {timeout(640'000'000, "time from the request", "xe: 640 ms (Kconfig.profile)"), kReset},
       [](auto& set, const auto& values, RunState&) {
         auto hang = std::make_unique<Hang>();
         hang->preempt = values.duration("timeout");
         hang->scope = static_cast<models::ResetScope>(values.get("reset"));
         set.hang = std::move(hang);
       }});
  registry.add(
      {"hang",
       "monitor",
       "the kernel knows who must write which value: a command that takes too long, or writes "
       "something else, makes it look who is to blame",
       "the user-fence threads of 2021 (\"Linux Graphics Next: Explicit fences everywhere and no "
       "BO fences\"): interrupts of signal commands and of waits that time out; merged by nobody",
       {timeout(500'000'000,
                "a command may be at the head of a user queue before the kernel looks; "
                "of kernel queues: time on the engine",
                "assumed: the threads name no figure"),
        kReset},
       [](auto& set, const auto& values, RunState&) {
         auto hang = std::make_unique<Hang>();
         hang->job = hang->command = hang->preempt = values.duration("timeout");
         hang->scope = static_cast<models::ResetScope>(values.get("reset"));
         set.hang = std::move(hang);
       }});
}

}  // namespace fencelab::policies
