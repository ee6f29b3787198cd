#include "models/sync/fence_merge.hpp"

#include <algorithm>

#include "core/fence_array.hpp"

namespace fencelab::models {

namespace {

bool comes_first(const core::FencePtr& a, const core::FencePtr& b) {
  if (a->context() != b->context()) return a->context() < b->context();
  return a->is_later_than(*b);
}

}  // namespace

core::FencePtr merge_fences(core::Simulation& simulation, std::span<const core::FencePtr> fences) {
  std::vector<core::FencePtr> pending;
  for (const core::FencePtr& fence : fences) fence->leaves(pending);
  std::erase_if(pending, [](const core::FencePtr& leaf) { return leaf->is_known_signaled(); });
  // Stable: of two fences with one number the kernel's answer is not defined, ours must be.
  std::stable_sort(pending.begin(), pending.end(), comes_first);
  const auto same_context = [](const core::FencePtr& a, const core::FencePtr& b) {
    return a->context() == b->context();
  };
  pending.erase(std::unique(pending.begin(), pending.end(), same_context), pending.end());
  if (pending.empty()) return core::make_signaled_fence(simulation);
  if (pending.size() == 1) return pending.front();
  return core::make_intrusive<core::FenceArray>(simulation, std::move(pending),
                                                core::new_fence_context(simulation), 1);
}

}  // namespace fencelab::models
