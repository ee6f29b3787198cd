// WorkerPool: many tasks, some at a time, each in a process of its own, here or on other ranks.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/stop_signals.hpp"
#include "campaign/transport/far_tasks.hpp"
#include "campaign/transport/rank_relay.hpp"
#include "campaign/transport/spare_slots.hpp"
#include "campaign/worker_set.hpp"

namespace fencelab::campaign {

struct PoolOptions {
  unsigned jobs = 1;             ///< at the same time; 0 counts as 1
  StopSignals* stop = nullptr;   ///< ends the work when a signal arrives
  WorkerLimits limits;           ///< of one task
  SpareSlots* spare = nullptr;   ///< gets what is left of `jobs` when every task was begun
  RankRelay* relay = nullptr;    ///< for tasks that have helpers on other ranks
  FarTasks* far = nullptr;       ///< other ranks, for tasks that have an order
  std::function<void()> idle{};  ///< called about once a second while tasks are under way
};

/// A task that another rank can do as well.
struct PoolTask {
  WorkerTask work;
  std::string order;  ///< what the other is told; empty: it can be done here only
};

/// The next task, or nothing when there is no other.
using TaskSource = std::function<std::optional<PoolTask>()>;

/// Runs what `next` hands out, and forgets each result once `finished` has seen it. Tasks are
/// numbered from 0 in the order in which they were handed out; all else as below.
void run_tasks_from(const TaskSource& next, const PoolOptions& options,
                    const WorkerFinished& finished);

/// Runs all tasks; results come back in the order of the tasks whatever finished first. Fewer than
/// `jobs` run at a time when the system allows no more processes or descriptors; std::system_error
/// if it allows none at all.
///
/// When a signal arrives at `stop`, the tasks under way are killed and the rest is not begun: the
/// results mean nothing then, see StopSignals::arrived().
std::vector<WorkerResult> run_tasks(const std::vector<WorkerTask>& tasks,
                                    const PoolOptions& options, const WorkerFinished& finished);

}  // namespace fencelab::campaign
