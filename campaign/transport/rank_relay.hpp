// The first rank's side: tasks that run in processes forked here reach helpers on other ranks. Each
// task gets some lines; what is sent on one goes to a helper of its own, far away, and back.
#pragma once

#include <poll.h>

#include <map>
#include <set>
#include <vector>

#include "campaign/transport/message_line.hpp"
#include "campaign/transport/rank_messages.hpp"
#include "campaign/transport/ranks.hpp"
#include "campaign/transport/spare_slots.hpp"

namespace fencelab::campaign {

class RankRelay {
 public:
  /// So many helpers at a time on each rank but the first.
  RankRelay(Ranks& ranks, unsigned slots_per_rank);
  RankRelay(const RankRelay&) = delete;
  RankRelay& operator=(const RankRelay&) = delete;

  /// Helpers that could be had. Who takes one may use one line.
  SpareSlots& spare() { return spare_; }
  /// The ends for a task, in its process.
  std::vector<MessageLine>& lines() { return task_ends_; }

  /// Before a task is forked: makes lines. As many as the system allows.
  void prepare();
  /// In the process of the task: only its own ends stay open.
  void keep_task_ends() { ours_.clear(); }
  /// In the parent, after that: only ours stay open.
  void keep_ours(std::uint64_t task);

  /// What to wait for.
  void add_to(std::vector<pollfd>& waits) const;
  /// Passes on what has come, if anything has. `waits` are those that were added.
  void work(const pollfd* waits);

 private:
  struct Line {
    MessageLine ours;
    std::uint64_t task = 0;
    int rank = -1;  ///< where its helper is; -1: nobody has said anything yet
  };
  using Lines = std::map<std::uint64_t, Line>;  ///< by session
  void pass_on(std::uint64_t session, Line& line);
  void take(const RankMessage& message);
  Lines::iterator end(Lines::iterator line, bool tell);
  void end_all();
  void lose(int rank);
  int emptiest_rank() const;

  Ranks& ranks_;
  unsigned slots_per_rank_;
  SpareSlots spare_;
  Lines ours_;
  std::vector<MessageLine> task_ends_;
  std::uint64_t sessions_ = 0;
  std::set<int> gone_;  ///< ranks that died
};

}  // namespace fencelab::campaign
