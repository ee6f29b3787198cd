// Workers: tasks that are under way, each in a process of its own. One that crashes loses itself
// only.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

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

/// Called in the parent after each task, in order of completion.
using WorkerFinished = std::function<void(std::size_t task, const WorkerResult&)>;

/// What one task may take.
struct WorkerLimits {
  std::optional<std::chrono::milliseconds> time;  ///< wall time
  std::optional<std::uint64_t> memory;            ///< bytes of address space (RLIMIT_AS)
};

class WorkerSet {
 public:
  explicit WorkerSet(WorkerLimits limits) : limits_(limits) {}
  WorkerSet(const WorkerSet&) = delete;
  WorkerSet& operator=(const WorkerSet&) = delete;
  ~WorkerSet() { kill_all(); }  // after an exception, too, nobody runs on

  /// False, with errno set, when the system has no process or descriptor to give, or too few to
  /// leave some to others; the first always gets what there is. `in_child` is called in the process
  /// of the task before it begins.
  bool start(std::size_t task, const WorkerTask& work, const std::function<void()>& in_child = {});
  std::size_t size() const { return workers_.size(); }

  /// Milliseconds until the oldest is overdue, at most a minute; -1: never.
  int patience() const;
  /// What to wait for: one for each.
  void add_to(std::vector<pollfd>& waits) const;
  /// Takes what has come. `waits` are those that were added, and nobody was started since.
  void collect(const pollfd* waits, const WorkerFinished& finished);
  void kill_overdue(const WorkerFinished& finished);
  void kill_all();

 private:
  using Clock = std::chrono::steady_clock;
  struct Worker {
    pid_t pid = -1;
    int pipe = -1;
    std::size_t task = 0;
    std::string output;
    Clock::time_point begun{};
  };
  static bool drain(Worker& worker);
  static WorkerResult finish(Worker& worker);
  void end(std::size_t worker, const WorkerResult& result, const WorkerFinished& finished);

  WorkerLimits limits_;
  std::vector<Worker> workers_;
};

}  // namespace fencelab::campaign
