#include "analysis/oversync/access_history.hpp"

#include "models/memory/buffer.hpp"

namespace fencelab::analysis {

std::size_t AccessHistory::index_of(const models::Access& access) { return access.buffer->index(); }

AccessHistory::PerQueue& AccessHistory::at(const models::Access& access, std::uint32_t queue) {
  const std::size_t buffer = index_of(access);
  if (buffer >= buffers_.size()) buffers_.resize(buffer + 1);
  for (PerQueue& known : buffers_[buffer])
    if (known.queue == queue) return known;
  return buffers_[buffer].emplace_back(PerQueue{queue, {}, {}});
}

void AccessHistory::add(const models::Job& job, std::uint32_t queue) {
  for (const models::Access& access : job.accesses) {
    PerQueue& own = at(access, queue);
    (access.write ? own.writes : own.reads)
        .entries.push_back({access.begin, access.end, core::raw(job.id())});
  }
}

void AccessHistory::remove(const models::Job& job, std::uint32_t queue) {
  for (const models::Access& access : job.accesses) {
    PerQueue& own = at(access, queue);
    (access.write ? own.writes : own.reads).drop(core::raw(job.id()));
  }
}

// The oldest goes first, as a rule: then nothing moves, but now and then by halves.
void AccessHistory::List::drop(std::uint64_t job) {
  for (std::size_t i = gone; i < entries.size(); ++i) {
    if (entries[i].job != job) continue;
    if (i == gone)
      ++gone;
    else
      entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i));
    break;
  }
  if (gone == entries.size())
    entries.clear(), gone = 0;
  else if (gone > 64 && gone * 2 > entries.size())
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(gone)), gone = 0;
}

}  // namespace fencelab::analysis
