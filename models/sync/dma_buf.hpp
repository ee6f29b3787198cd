// dma_buf: what user space can ask a shared buffer's reservation through its file descriptor
// (drivers/dma-buf/dma-buf.c). The memory is models/memory's business.
#pragma once

#include <cstdint>
#include <optional>

#include "core/task.hpp"
#include "models/sync/dma_resv.hpp"
#include "models/sync/sync_file.hpp"

namespace fencelab::models {

/// DMA_BUF_SYNC_READ and _WRITE, or POLLIN and POLLOUT: what for.
struct DmaBufAccess {
  bool read = false;
  bool write = false;
  bool none() const { return !read && !write; }
};

class DmaBuf {
 public:
  /// A view of a buffer's reservation, which outlives it.
  explicit DmaBuf(DmaResv& resv) : resv_(resv), cell_(resv.lock().simulation()) {}

  DmaResv& resv() { return resv_; }

  /// DMA_BUF_IOCTL_EXPORT_SYNC_FILE: a snapshot of what such an access would have to wait for; a
  /// signaled stub where that is nothing. No value: -EINVAL, no flag was given.
  std::optional<SyncFile> export_sync_file(DmaBufAccess access) const;
  /// DMA_BUF_IOCTL_IMPORT_SYNC_FILE: adds the fences in `file` as writers, or as readers if
  /// `access` is for reading only. Neither replaces others' fences nor waits. 0 or -EINVAL.
  int import_sync_file(DmaBufAccess access, const SyncFile& file);

  /// poll(): which of the accesses asked for would not have to wait. One that would is armed on the
  /// first pending fence, and is then not ready until that very fence signals.
  DmaBufAccess poll(DmaBufAccess asked);

  /// DMA_BUF_IOCTL_SYNC with DMA_BUF_SYNC_START: until such an access may begin, or `deadline`.
  /// 0, -EINVAL without a flag, -ETIME (a killed wait).
  core::Task<int> begin_cpu_access(DmaBufAccess access, core::Time deadline = core::kNever);

 private:
  /// One direction of poll().
  struct Armed final : core::FenceCallback {
    explicit Armed(core::Cell& state) : cell(state) {}
    core::Cell& cell;
    core::FencePtr fence;
    void on_signaled(core::DmaFence&) override {
      cell.write();
      fence = nullptr;
    }
  };
  bool ready(Armed& armed, Usage query);
  DmaResv& resv_;
  core::Cell cell_;
  Armed in_{cell_}, out_{cell_};
};

}  // namespace fencelab::models
