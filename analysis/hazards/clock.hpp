// Clock: up to which job of each queue somebody knows the work to be done. Sparse: most know few
// queues.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstdint>

namespace fencelab::analysis {

/// A job as its queue and its number there; numbers rise along a queue. 0 is none.
struct Epoch {
  std::uint32_t queue = 0;
  std::uint64_t sequence = 0;
};

class Clock {
 public:
  /// The newest job of `queue` that is known to be done.
  std::uint64_t at(std::uint32_t queue) const {
    for (const Epoch& known : known_)
      if (known.queue >= queue) return known.queue == queue ? known.sequence : 0;
    return 0;
  }
  bool covers(Epoch job) const { return at(job.queue) >= job.sequence; }
  void learn(Epoch job) {
    auto place = std::find_if(known_.begin(), known_.end(),
                              [&](const Epoch& known) { return known.queue >= job.queue; });
    if (place != known_.end() && place->queue == job.queue)
      place->sequence = std::max(place->sequence, job.sequence);
    else
      known_.insert(place, job);
  }
  void join(const Clock& other) {
    auto mine = known_.begin();
    for (const Epoch& theirs : other.known_) {
      while (mine != known_.end() && mine->queue < theirs.queue) ++mine;
      if (mine != known_.end() && mine->queue == theirs.queue)
        mine->sequence = std::max(mine->sequence, theirs.sequence);
      else
        mine = known_.insert(mine, theirs);
    }
  }
  bool empty() const { return known_.empty(); }

 private:
  boost::container::small_vector<Epoch, 4> known_;  ///< by queue, ascending
};

}  // namespace fencelab::analysis
