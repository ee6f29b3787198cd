#include "models/cpu/page_cache.hpp"

#include <algorithm>

#include "core/uninterruptible.hpp"
#include "models/cpu/memory_defaults.hpp"
#include "models/cpu/zone.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

PageCache::PageCache(Zone& zone) : zone_(zone), bell_(zone.simulation()) {}

void PageCache::fill(std::uint64_t clean_bytes, std::uint64_t dirty_bytes) {
  clean_ = clean_bytes;
  dirty_ = dirty_bytes;
  zone_.pool().book(clean_ + dirty_);
  if (dirty_ == 0) return;
  flusher_ =
      &zone_.simulation().spawn({"flusher", core::ProcessRole::kernel_worker, true}, flush());
  flusher_->doing = "write-back";
}

std::uint64_t PageCache::drop_clean(std::uint64_t most) {
  zone_.cell().write();
  const std::uint64_t bytes = std::min(most, clean_);
  if (bytes == 0) return 0;
  clean_ -= bytes;
  zone_.counters().dropped_bytes += bytes;
  zone_.pool().give_back(bytes);
  return bytes;
}

core::Task<std::uint64_t> PageCache::write_back() {
  const core::Uninterruptible until_written(zone_.simulation());
  if (file_system_lock_) co_await file_system_lock_->lock();
  zone_.cell().write();
  const std::uint64_t bytes = std::min(dirty_, memory_defaults::kWritebackBytes);
  if (bytes > 0) {
    dirty_ -= bytes;
    writing_ += bytes;
    co_await zone_.machine().hardware().disk_io(bytes, true);
    zone_.cell().write();
    writing_ -= bytes;
    clean_ += bytes;
    zone_.counters().written_bytes += bytes;
  }
  if (file_system_lock_) file_system_lock_->unlock();
  if (bytes > 0) zone_.something_changed();
  co_return bytes;
}

void PageCache::wake_flusher() {
  zone_.cell().write();
  if (dirty_ == 0 || asked_) return;
  asked_ = true;
  bell_.ring();
}

core::Task<> PageCache::flush() {
  for (;;) {
    zone_.simulation().forget(1);
    bell_.clear();
    zone_.cell().write();
    if (asked_ && dirty_ > 0) {
      co_await write_back();
      continue;
    }
    asked_ = false;
    co_await bell_.wait();
  }
}

}  // namespace fencelab::models
