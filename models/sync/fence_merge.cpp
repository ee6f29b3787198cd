#include "models/sync/fence_merge.hpp"

#include <map>
#include <vector>

#include "core/fence_array.hpp"

namespace fencelab::models {

namespace {

/// Keeps the latest fence of each context, and orders them by context. Of two with one number the
/// last: the kernel's sort turns two equal elements round.
void keep_latest(std::vector<core::FencePtr>& fences) {
  std::map<std::uint64_t, core::FencePtr> latest;
  for (const core::FencePtr& fence : fences) {
    core::FencePtr& kept = latest[fence->context()];
    if (!kept || !kept->is_later_than(*fence)) kept = fence;
  }
  fences.clear();
  for (const auto& [context, fence] : latest) fences.push_back(fence);
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
