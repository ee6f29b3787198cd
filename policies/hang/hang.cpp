// Who notices that something does not end, and who pays.
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

class Hang final : public models::HangPolicy {
 public:
  std::optional<core::Duration> job, fence_wait, preempt;
  models::ResetScope scope = models::ResetScope::engine;
  bool bans = false;
  std::optional<core::Duration> job_timeout(const models::Job&) const override { return job; }
  std::optional<core::Duration> fence_wait_timeout() const override { return fence_wait; }
  std::optional<core::Duration> preempt_timeout() const override { return preempt; }
  models::ResetScope reset_scope() const override { return scope; }
  bool cancels_guilty() const override { return bans; }
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
                [](auto& set, const auto&, RunState&) { set.hang = std::make_unique<Hang>(); }});
  registry.add({"hang",
                "tdr",
                "a job that is on an engine for too long is reset",
                "drivers/gpu/drm/scheduler: timeout detection and recovery",
                {timeout(5'000'000'000, "time on the engine",
                         "xe: 5 s (xe_hw_engine.c); amdgpu: 2 s; i915: 20 s"),
                 kReset, kGuilty},
                [](auto& set, const auto& values, RunState&) {
                  auto hang = std::make_unique<Hang>();
                  hang->job = values.duration("timeout");
                  hang->bans = values.get("guilty") == 1;
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
}

}  // namespace fencelab::policies
