// AccessHistory: the true accesses of jobs that were submitted and are not done, so that a new job
// learns which of them it must come after. Of each queue only the newest one that conflicts counts:
// a queue's jobs end in order.
#pragma once

#include <cstdint>
#include <vector>

#include "models/gpu/job.hpp"

namespace fencelab::analysis {

class AccessHistory {
 public:
  /// Calls `use(id of the job)` for the newest conflicting job of every queue but `queue`; perhaps
  /// twice for one job. Takes as long as there are queues that touched the buffer, unless ranges of
  /// bytes or reads among writes have to be looked through.
  template <class Use>
  void conflicts(const models::Access& access, std::uint32_t queue, Use use) const {
    const std::size_t buffer = index_of(access);
    if (buffer >= buffers_.size()) return;
    for (const PerQueue& other : buffers_[buffer]) {
      if (other.queue == queue) continue;
      newest(other.writes, access, use);
      if (access.write) newest(other.reads, access, use);
    }
  }
  void add(const models::Job& job, std::uint32_t queue);
  /// The job is done.
  void remove(const models::Job& job, std::uint32_t queue);

 private:
  struct Entry {
    std::uint64_t begin, end, job;
  };
  /// In order of submission; the first `gone` are done.
  struct List {
    std::vector<Entry> entries;
    std::size_t gone = 0;
    void drop(std::uint64_t job);
  };
  struct PerQueue {
    std::uint32_t queue;
    List reads, writes;
  };
  template <class Use>
  static void newest(const List& list, const models::Access& access, Use& use) {
    for (std::size_t i = list.entries.size(); i > list.gone; --i) {
      const Entry& entry = list.entries[i - 1];
      if (entry.begin < access.end && access.begin < entry.end) return use(entry.job);
    }
  }
  static std::size_t index_of(const models::Access& access);
  PerQueue& at(const models::Access& access, std::uint32_t queue);
  std::vector<std::vector<PerQueue>> buffers_;  ///< by Buffer::index
};

}  // namespace fencelab::analysis
