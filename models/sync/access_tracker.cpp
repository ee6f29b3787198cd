#include "models/sync/access_tracker.hpp"

#include <algorithm>

#include "models/memory/buffer.hpp"

namespace fencelab::models {

void AccessTracker::note_read(const Buffer& buffer) { buffer.tracking.read(); }

std::vector<AccessTracker::Entry>& AccessTracker::entries_of(const Buffer& buffer) {
  if (buffer.index() >= buffers_.size()) buffers_.resize(buffer.index() + 1);
  return buffers_[buffer.index()];
}

void AccessTracker::record(const Access& access, std::uint64_t queue, const SyncPoint& point) {
  access.buffer->tracking.write();
  auto& entries = entries_of(*access.buffer);
  std::erase_if(entries, [&](const Entry& entry) {
    if (entry.point.done()) return true;
    const bool covered = access.begin <= entry.begin && entry.end <= access.end;
    // A write is ordered after all it conflicts with, so it stands for them; a later read of one
    // queue stands for that queue's earlier reads.
    return covered && (access.write || (!entry.write && entry.queue == queue && queue != 0));
  });
  entries.push_back({access.begin, access.end, access.write, queue, point});
}

std::vector<AccessTracker::Entry> AccessTracker::unfinished(const Buffer& buffer) {
  buffer.tracking.read();
  auto& entries = entries_of(buffer);
  std::erase_if(entries, [](const Entry& entry) { return entry.point.done(); });
  return entries;
}

void AccessTracker::adopt(const Buffer& buffer, const std::vector<Entry>& entries) {
  buffer.tracking.write();
  auto& own = entries_of(buffer);
  for (const Entry& entry : entries) {
    const bool known = std::any_of(own.begin(), own.end(), [&](const Entry& mine) {
      return mine.point.id() == entry.point.id() && mine.point.value >= entry.point.value &&
             mine.begin <= entry.begin && entry.end <= mine.end && mine.write >= entry.write;
    });
    if (!known) own.push_back(entry);
  }
}

}  // namespace fencelab::models
