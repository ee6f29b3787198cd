// What an allocation may do when memory is short.
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

class Reclaim final : public models::ReclaimPolicy {
 public:
  struct Rules {
    bool reclaim = true;           ///< takes from others at all
    bool wait = true;              ///< for the GPU, in whoever allocates
    bool kswapd_waits = true;      ///< ... in kswapd
    bool without_fs = false;       ///< shrinkers run without __GFP_FS
    core::Duration active_wait{};  ///< of a shrinker for one victim; zero: without limit
  };
  explicit Reclaim(Rules rules) : rules_(rules) {}
  bool may_reclaim(const models::AllocRequest&) const override { return rules_.reclaim; }
  bool may_wait_for_gpu(const models::AllocRequest&) const override { return rules_.wait; }
  bool kswapd_may_wait() const override { return rules_.kswapd_waits; }
  bool shrinks_without_fs() const override { return rules_.without_fs; }
  std::optional<core::Duration> active_wait() const override {
    if (rules_.active_wait == core::Duration{}) return std::nullopt;
    return rules_.active_wait;
  }

 private:
  Rules rules_;
};

Factory factory(Reclaim::Rules rules) {
  return [=](auto& set, const auto&, RunState&) { set.reclaim = std::make_unique<Reclaim>(rules); };
}

/// The same for those who wait, with their patience.
Factory patient_factory(Reclaim::Rules rules) {
  return [=](auto& set, const auto& values, RunState&) {
    Reclaim::Rules with = rules;
    with.active_wait = values.duration("active_wait");
    set.reclaim = std::make_unique<Reclaim>(with);
  };
}

std::vector<Parameter> patience(std::int64_t wait, std::string source) {
  return {{"active_wait",
           ParameterKind::duration,
           wait,
           0,
           100'000'000'000,
           "longest wait of a shrinker for the GPU to be done with one buffer; 0: no limit",
           std::move(source),
           {}}};
}

}  // namespace

void add_reclaim_policies(Registry& registry) {
  registry.add({"reclaim", "wait", "evicts and waits for GPU work on the victims",
                "TTM eviction; kswapd and shrinkers that may wait",
                patience(0, "drivers/gpu/drm/xe/xe_shrinker.c, i915_gem_shrinker.c: no limit"),
                patient_factory({})});
  registry.add({"reclaim",
                "no-gpu",
                "takes only what the GPU does not use; fails otherwise",
                "drivers/gpu/drm/ttm/ttm_bo_util.c: ttm_bo_shrink_avoid_wait",
                {},
                factory({.wait = false, .kswapd_waits = false})});
  registry.add({"reclaim", "kswapd-waits",
                "kswapd waits for GPU work on the victims; whoever allocates takes idle ones only",
                "drivers/gpu/drm/xe/xe_shrinker.c; drivers/gpu/drm/ttm/ttm_bo_util.c",
                patience(0, "drivers/gpu/drm/xe/xe_shrinker.c, i915_gem_shrinker.c: no limit"),
                patient_factory({.wait = false})});
  registry.add(
      {"reclaim", "ignores-fs",
       "as wait, and shrinkers run for allocations without __GFP_FS as well",
       "drivers/gpu/drm/msm/msm_gem_shrinker.c: active stages look at __GFP_DIRECT_RECLAIM "
       "only",
       patience(0,
                "drivers/gpu/drm/msm/msm_gem_shrinker.c waits 10 jiffies (40 ms at HZ=250); no "
                "limit here, so that "
                "nothing is hidden"),
       patient_factory({.without_fs = true})});
  registry.add({"reclaim",
                "fail",
                "takes nothing from anybody: an allocation that does not fit fails",
                "GFP_NOWAIT",
                {},
                factory({.reclaim = false, .wait = false, .kswapd_waits = false})});
}

}  // namespace fencelab::policies
