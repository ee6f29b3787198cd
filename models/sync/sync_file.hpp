// sync_file: a file that holds one fence for good (drivers/dma-buf/sync_file.c).
#pragma once

#include <vector>

#include "core/fence.hpp"

namespace fencelab::models {

class SyncFile {
 public:
  explicit SyncFile(core::FencePtr fence) : fence_(std::move(fence)) {}

  const core::FencePtr& fence() const { return fence_; }

  /// SYNC_IOC_MERGE. Both files stay as they are.
  static SyncFile merge(const SyncFile& a, const SyncFile& b);

  /// poll(): whether it has signaled. The first poll arms the fence, so that an array hears of its
  /// members' errors from then on.
  bool poll();

  /// SYNC_IOC_FILE_INFO: 1 signaled, 0 active, negative errno, of the whole and of each fence in
  /// it.
  struct Info {
    int status;
    std::vector<int> fences;
  };
  Info info() const;

  /// Awaitable: until it has signaled, or `options` say to give up.
  core::SingleWait wait(const core::WaitOptions& options) { return fence_->wait(options); }

 private:
  core::FencePtr fence_;
};

}  // namespace fencelab::models
