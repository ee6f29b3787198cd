// AccessTracker: who touched which bytes last, so that a new access can name what it conflicts
// with. A Vulkan-like driver keeps one per process (explicit sync); the oracle keeps one of the
// truth.
#pragma once

#include <cstdint>
#include <vector>

#include "models/gpu/access.hpp"
#include "models/sync/sync_point.hpp"

namespace fencelab::models {

class AccessTracker {
 public:
  /// One unfinished access of some bytes.
  struct Entry {
    std::uint64_t begin, end;
    bool write;
    std::uint64_t queue;  ///< work of one queue is in order by itself; 0: no queue
    SyncPoint point;
  };

  /// Calls `use(entry)` for every unfinished entry that `access` conflicts with (overlapping bytes,
  /// one of the two writes) and that is not of `queue` itself.
  template <class Use>
  void conflicts(const Access& access, std::uint64_t queue, Use use) {
    note_read(*access.buffer);
    for (Entry& entry : entries_of(*access.buffer)) {
      if (entry.queue == queue && queue != 0) continue;
      if (!(entry.write || access.write) || entry.end <= access.begin || access.end <= entry.begin)
        continue;
      if (!entry.point.done()) use(entry);
    }
  }

  /// Records `access`. A write replaces what it covers; finished entries are dropped on the way.
  void record(const Access& access, std::uint64_t queue, const SyncPoint& point);

  /// Unfinished entries of a buffer, to hand over with it.
  std::vector<Entry> unfinished(const Buffer& buffer);
  /// Takes over entries that came with a buffer from somebody else.
  void adopt(const Buffer& buffer, const std::vector<Entry>& entries);

 private:
  static void note_read(const Buffer& buffer);
  std::vector<Entry>& entries_of(const Buffer& buffer);
  std::vector<std::vector<Entry>> buffers_;  ///< by Buffer::index
};

}  // namespace fencelab::models
