#include "models/sync/fence_merge.hpp"

#include <algorithm>

#include "core/fence_array.hpp"

namespace fencelab::models {

namespace {

/// Sorts by context, and keeps the latest fence of each; of two with one number the older object,
/// where the kernel's choice is not defined.
void keep_latest(std::vector<core::FencePtr>& fences) {
  std::sort(fences.begin(), fences.end(), [](const core::FencePtr& a, const core::FencePtr& b) {
    return a->context() != b->context() ? a->context() < b->context()
                                        : core::raw(a->id()) < core::raw(b->id());
  });
  std::size_t kept = 0;
  for (const core::FencePtr& fence : fences) {
    if (kept == 0 || fences[kept - 1]->context() != fence->context())
      fences[kept++] = fence;
    else if (fence->is_later_than(*fences[kept - 1]))
      fences[kept - 1] = fence;
  }
  fences.resize(kept);
}

}  // namespace

core::FencePtr merge_fences(core::Simulation& simulation, std::span<const core::FencePtr> fences) {
  std::vector<core::FencePtr> pending;
  for (const core::FencePtr& fence : fences) fence->leaves(pending);
  std::erase_if(pending, [](const core::FencePtr& leaf) { return leaf->is_known_signaled(); });
  keep_latest(pending);
  if (pending.empty()) return core::make_signaled_fence(simulation);
  if (pending.size() == 1) return pending.front();
  return core::make_intrusive<core::FenceArray>(simulation, std::move(pending),
                                                core::new_fence_context(simulation), 1);
}

}  // namespace fencelab::models
