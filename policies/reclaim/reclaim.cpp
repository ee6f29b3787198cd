// What an allocation may do when memory is short.
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

class Reclaim final : public models::ReclaimPolicy {
 public:
  Reclaim(bool reclaim, bool wait) : reclaim_(reclaim), wait_(wait) {}
  bool may_reclaim(const models::AllocRequest&) const override { return reclaim_; }
  bool may_wait_for_gpu(const models::AllocRequest&) const override { return wait_; }

 private:
  bool reclaim_, wait_;
};

Factory factory(bool reclaim, bool wait) {
  return [=](auto& set, const auto&, RunState&) {
    set.reclaim = std::make_unique<Reclaim>(reclaim, wait);
  };
}

}  // namespace

void add_reclaim_policies(Registry& registry) {
  registry.add({"reclaim",
                "wait",
                "evicts and waits for GPU work on the victims",
                "TTM eviction; kswapd and shrinkers that may wait",
                {},
                factory(true, true)});
  registry.add({"reclaim",
                "no-gpu",
                "takes only what the GPU does not use; fails otherwise",
                "drivers/gpu/drm/ttm/ttm_bo_util.c: ttm_bo_shrink_avoid_wait",
                {},
                factory(true, false)});
  registry.add({"reclaim",
                "fail",
                "takes nothing from anybody: an allocation that does not fit fails",
                "GFP_NOWAIT",
                {},
                factory(false, false)});
}

}  // namespace fencelab::policies
