#include "models/sync/sync_file.hpp"

#include <array>

#include "models/sync/fence_merge.hpp"

namespace fencelab::models {

SyncFile SyncFile::merge(const SyncFile& a, const SyncFile& b) {
  const std::array fences{a.fence_, b.fence_};
  return SyncFile(merge_fences(a.fence_->simulation(), fences));
}

bool SyncFile::poll() {
  fence_->arm();
  return fence_->is_signaled();
}

SyncFile::Info SyncFile::info() const {
  std::vector<core::FencePtr> leaves;
  fence_->leaves(leaves);
  Info info{fence_->status(), {}};
  for (const core::FencePtr& leaf : leaves) info.fences.push_back(leaf->status());
  return info;
}

}  // namespace fencelab::models
