// Tasks that are done on other ranks: the first rank gives orders, the others work on them and tell
// what became of each. Texts say what is to be done, since a process cannot be forked far away.
#pragma once

#include <poll.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "campaign/transport/rank_messages.hpp"
#include "campaign/transport/ranks.hpp"
#include "campaign/worker_set.hpp"

namespace fencelab::campaign {

/// The first rank's side.
class FarTasks {
 public:
  /// Each rank but the first works on so many at a time, and has as many again at hand, so that it
  /// need not wait for orders.
  FarTasks(Ranks& ranks, unsigned slots_per_rank);
  FarTasks(const FarTasks&) = delete;
  FarTasks& operator=(const FarTasks&) = delete;

  bool has_room() const;
  /// To the rank that has the fewest; only where there is room.
  void begin(std::size_t task, std::string_view order);
  std::size_t size() const;

  /// What to wait for.
  void add_to(std::vector<pollfd>& waits) const;
  /// Takes what has come. What a rank was at when it died has crashed; what it had not begun yet is
  /// `given_back`.
  void collect(const WorkerFinished& finished,
               const std::function<void(std::size_t task)>& given_back);

 private:
  using Tasks = std::deque<std::size_t>;  ///< of one rank, in the order in which they were given
  struct Rank {
    Tasks tasks;
    bool is_gone = false;
  };
  void lose(std::size_t rank, const WorkerFinished& finished,
            const std::function<void(std::size_t task)>& given_back);

  Ranks& link_;
  std::size_t slots_;
  std::vector<Rank> ranks_;  ///< by number; the first is this one and does nothing here
};

/// What to do for an order; called on the rank that is to do it, before a process is made for it.
/// May throw: then the task has failed with these words.
using TaskOfOrder = std::function<WorkerTask(const std::string& order)>;

/// What every other rank does: `jobs` tasks at a time, until the first says that all is done.
void serve_tasks(Ranks& ranks, unsigned jobs, const WorkerLimits& limits,
                 const TaskOfOrder& task_of);

}  // namespace fencelab::campaign
