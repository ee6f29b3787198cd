// LastAccesses: who touched which bytes last, per buffer, queue and kind of access, so that a new
// access meets at most one earlier one for each of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/hazards/clock.hpp"
#include "models/gpu/access.hpp"

namespace fencelab::models {
class Client;
class Job;
}  // namespace fencelab::models

namespace fencelab::analysis {

/// A job, or an access by a thread, that may be gone, as far as a report names it.
struct JobMark {
  std::uint64_t id = 0, submission = 0, iteration = 0;
  const std::string* label = nullptr;
  const models::Client* client = nullptr;
  Epoch epoch;
  std::int64_t done_ns = 0;
  std::uint32_t place = ~std::uint32_t{0};
  bool by_cpu = false;

  /// "job draw#3 of game".
  std::string name() const;
  /// "draw of game": the same in all clones and iterations.
  std::string operation() const;
};

/// Of a job; it is done, as far as the mark knows, now.
JobMark mark_of(const models::Job& job, Epoch epoch, std::uint64_t submission);

/// Some bytes and the job that touched them last.
struct AccessMark {
  std::uint64_t begin, end;
  JobMark job;
};

/// Disjoint ranges in order. At most kRanges: then the one touched longest ago is dropped.
class RangeList {
 public:
  void touch(const AccessMark& mark);
  /// The newest that overlaps [begin, end); nullptr: none.
  const AccessMark* newest(std::uint64_t begin, std::uint64_t end) const;

  static constexpr std::size_t kRanges = 256;

 private:
  std::vector<AccessMark> marks_;
};

class LastAccesses {
 public:
  /// Calls `use(mark, whether it wrote)` for the newest access of each other queue, and of each
  /// kind, that conflicts with `access` and that `clock` does not cover.
  template <class Use>
  void races(const models::Access& access, std::uint32_t queue, const Clock& clock, Use use) const {
    const std::size_t buffer = index_of(access);
    if (buffer >= buffers_.size()) return;
    const PerBuffer& known = buffers_[buffer];
    look(known.writes, access, queue, clock, true, use);
    if (access.write) look(known.reads, access, queue, clock, false, use);
  }
  void touch(const models::Access& access, const JobMark& job);

 private:
  struct PerQueue {
    std::uint32_t queue;
    std::uint64_t newest;  ///< number of its last job here: known to all who are after that
    RangeList ranges;
  };
  struct PerBuffer {
    std::vector<PerQueue> writes, reads;
  };
  template <class Use>
  static void look(const std::vector<PerQueue>& queues, const models::Access& access,
                   std::uint32_t queue, const Clock& clock, bool wrote, Use& use) {
    for (const PerQueue& other : queues) {
      if (other.queue == queue || clock.covers({other.queue, other.newest})) continue;
      const AccessMark* mark = other.ranges.newest(access.begin, access.end);
      if (mark && !clock.covers(mark->job.epoch)) use(*mark, wrote);
    }
  }
  static std::size_t index_of(const models::Access& access);
  std::vector<PerBuffer> buffers_;  ///< by Buffer::index
};

}  // namespace fencelab::analysis
