#include "models/sync/dma_buf.hpp"

namespace fencelab::models {

std::optional<SyncFile> DmaBuf::export_sync_file(DmaBufAccess access) const {
  if (access.none()) return std::nullopt;
  core::FencePtr fence = resv_.singleton(usage_rw(access.write));
  if (!fence) fence = core::make_signaled_fence(resv_.lock().simulation());
  return SyncFile(std::move(fence));
}

int DmaBuf::import_sync_file(DmaBufAccess access, const SyncFile& file) {
  if (access.none()) return core::fence_error::kInvalid;
  resv_.add(file.fence(), access.write ? Usage::write : Usage::read);
  return 0;
}

DmaBufAccess DmaBuf::poll(DmaBufAccess asked) {
  cell_.write();
  // Writing first, as in dma_buf_poll.
  const bool write = asked.write && ready(out_, usage_rw(true));
  const bool read = asked.read && ready(in_, usage_rw(false));
  return {read, write};
}

bool DmaBuf::ready(Armed& armed, Usage query) {
  if (armed.fence) return false;
  for (const DmaResv::Entry& entry : resv_.entries()) {
    if (entry.usage > query || !entry.fence->add_callback(armed)) continue;
    armed.fence = entry.fence;
    return false;
  }
  resv_.note_asked(query);
  return true;
}

core::Task<int> DmaBuf::begin_cpu_access(DmaBufAccess access, core::Time deadline) {
  if (access.none()) co_return core::fence_error::kInvalid;
  // As dma_resv_wait_timeout: one after another, those added meanwhile as well.
  for (;;) {
    core::FencePtr pending;
    resv_.for_each(usage_rw(access.write), [&](const DmaResv::Entry& entry) {
      if (!pending && !entry.fence->is_signaled()) pending = entry.fence;
    });
    if (!pending) {
      resv_.note_asked(usage_rw(access.write));
      co_return 0;
    }
    const auto result =
        co_await pending->wait({.reason = core::WaitReason::fence, .deadline = deadline});
    if (result == core::WaitResult::timed_out) co_return core::fence_error::kTime;
  }
}

}  // namespace fencelab::models
