// PageCache: pages of files in system memory. Clean ones can be dropped at once; dirty ones have to
// be written first, through the file system and the disk.
#pragma once

#include <cstdint>

#include "core/fifo.hpp"
#include "core/locks.hpp"
#include "core/task.hpp"

namespace fencelab::models {

class Zone;

class PageCache {
 public:
  explicit PageCache(Zone& zone);
  /// What is there before anything runs. Books the bytes.
  void fill(std::uint64_t clean_bytes, std::uint64_t dirty_bytes);
  /// What the file system holds while it writes pages, if anything (a journal's transaction).
  void set_file_system_lock(core::Mutex& lock) { file_system_lock_ = &lock; }

  std::uint64_t clean() const { return clean_; }
  std::uint64_t dirty() const { return dirty_; }
  std::uint64_t writing() const { return writing_; }
  /// Gives back up to `most` bytes of clean pages; returns how many.
  std::uint64_t drop_clean(std::uint64_t most);
  /// Writes some of the dirty pages, in the calling process; they are clean then. Returns how many
  /// bytes.
  core::Task<std::uint64_t> write_back();
  /// wakeup_flusher_threads(): lets the flusher write what is dirty.
  void wake_flusher();
  /// Whether dirty pages are becoming clean without the help of whoever asks.
  bool is_flushing() const { return writing_ > 0 || (asked_ && dirty_ > 0); }
  const core::Process* flusher() const { return flusher_; }

 private:
  core::Task<> flush();
  Zone& zone_;
  core::Mutex* file_system_lock_ = nullptr;
  core::Doorbell bell_;
  core::Process* flusher_ = nullptr;
  std::uint64_t clean_ = 0, dirty_ = 0, writing_ = 0;  ///< bytes
  bool asked_ = false;
};

}  // namespace fencelab::models
