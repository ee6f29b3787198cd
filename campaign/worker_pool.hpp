// WorkerPool: each task in a process of its own, some at a time. One that crashes loses itself
// only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/stop_signals.hpp"
#include "campaign/transport/rank_relay.hpp"
#include "campaign/transport/spare_slots.hpp"

namespace fencelab::campaign {

/// What a worker does; the text it returns (any bytes) is sent to the parent.
using WorkerTask = std::function<std::string()>;

/// What became of a task.
struct WorkerResult {
  enum class Status {
    ok,
    crashed,  ///< a signal, an exception, or an end without a result
    overdue,  ///< killed at the time limit
  };
  Status status = Status::crashed;
  std::string text;  ///< ok: what the task returned; else what happened, in words
};

struct PoolOptions {
  unsigned jobs = 1;                                    ///< at the same time; 0 counts as 1
  StopSignals* stop = nullptr;                          ///< ends the work when a signal arrives
  std::optional<std::chrono::milliseconds> time_limit;  ///< wall time of one task
  std::optional<std::uint64_t> memory_limit;  ///< bytes of address space of one task (RLIMIT_AS)
  SpareSlots* spare = nullptr;  ///< gets what is left of `jobs` when every task was begun
  RankRelay* relay = nullptr;   ///< for tasks that have helpers on other ranks
};

/// Called in the parent after each task, in order of completion.
using WorkerFinished = std::function<void(std::size_t task, const WorkerResult&)>;

/// The next task, or nothing when there is no other.
using TaskSource = std::function<std::optional<WorkerTask>()>;

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
