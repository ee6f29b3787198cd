// What an allocation may do when memory is short.
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

class Reclaim final : public models::ReclaimPolicy {
 public:
  struct Rules {
    bool reclaim = true;       ///< takes from others at all
    bool wait = true;          ///< for the GPU, in whoever allocates
    bool kswapd_waits = true;  ///< ... in kswapd
    bool without_fs = false;   ///< shrinkers run without __GFP_FS
  };
  explicit Reclaim(Rules rules) : rules_(rules) {}
  bool may_reclaim(const models::AllocRequest&) const override { return rules_.reclaim; }
  bool may_wait_for_gpu(const models::AllocRequest&) const override { return rules_.wait; }
  bool kswapd_may_wait() const override { return rules_.kswapd_waits; }
  bool shrinks_without_fs() const override { return rules_.without_fs; }

 private:
  Rules rules_;
};

Factory factory(Reclaim::Rules rules) {
  return [=](auto& set, const auto&, RunState&) { set.reclaim = std::make_unique<Reclaim>(rules); };
}

}  // namespace

void add_reclaim_policies(Registry& registry) {
  registry.add({"reclaim",
                "wait",
                "evicts and waits for GPU work on the victims",
                "TTM eviction; kswapd and shrinkers that may wait",
                {},
                factory({})});
  registry.add({"reclaim",
                "no-gpu",
                "takes only what the GPU does not use; fails otherwise",
                "drivers/gpu/drm/ttm/ttm_bo_util.c: ttm_bo_shrink_avoid_wait",
                {},
                factory({.wait = false, .kswapd_waits = false})});
  registry.add({"reclaim",
                "kswapd-waits",
                "kswapd waits for GPU work on the victims; whoever allocates takes idle ones only",
                "drivers/gpu/drm/xe/xe_shrinker.c; drivers/gpu/drm/ttm/ttm_bo_util.c",
                {},
                factory({.wait = false})});
  registry.add(
      {"reclaim",
       "ignores-fs",
       "as wait, and shrinkers run for allocations without __GFP_FS as well",
       "drivers/gpu/drm/msm/msm_gem_shrinker.c: active stages look at __GFP_DIRECT_RECLAIM "
       "only",
       {},
       factory({.without_fs = true})});
  registry.add({"reclaim",
                "fail",
                "takes nothing from anybody: an allocation that does not fit fails",
                "GFP_NOWAIT",
                {},
                factory({.reclaim = false, .wait = false, .kswapd_waits = false})});
}

}  // namespace fencelab::policies
