#include "campaign/worker_pool.hpp"

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <system_error>
#include <unordered_map>
#include <utility>

namespace fencelab::campaign {

namespace {

class Pool {
 public:
  Pool(const TaskSource& source, const PoolOptions& options, const WorkerFinished& finished)
      : source_(source), options_(options), finished_(finished), workers_(options.limits) {
    fetch();
  }

  void run() {
    while (next_ || workers_.size() > 0 || is_far()) {
      if (is_stopped()) return workers_.kill_all();
      start_some();
      offer_spare();
      tell_results();
      collect();
    }
    tell_results();
  }

 private:
  struct Numbered {
    std::size_t number = 0;
    PoolTask task;
  };

  bool is_stopped() const { return options_.stop && options_.stop->arrived() != 0; }
  bool is_far() const { return options_.far && options_.far->size() > 0; }

  void fetch() {
    next_.reset();
    if (!given_back_.empty()) {
      next_ = std::move(given_back_.front());
      given_back_.pop_front();
    } else if (auto task = source_()) {
      next_ = Numbered{begun_++, std::move(*task)};
    }
  }

  void start_some() {
    while (next_ && workers_.size() < std::max(options_.jobs, 1u))
      if (!start_here()) break;
    while (next_ && options_.far && !next_->task.order.empty() && options_.far->has_room()) {
      options_.far->begin(next_->number, next_->task.order);
      far_.emplace(next_->number, std::move(next_->task));
      fetch();
    }
  }

  /// False: as many run as the system allows; again when one of them is done.
  bool start_here() {
    RankRelay* const relay = options_.relay;
    if (relay) relay->prepare();
    const bool is_begun = workers_.start(next_->number, next_->task.work, [relay] {
      if (relay) relay->keep_task_ends();
    });
    const int reason = errno;
    if (relay) relay->keep_ours(next_->number);
    if (is_begun) {
      fetch();
    } else if (workers_.size() == 0) {
      throw std::system_error(reason, std::generic_category(), "cannot start a run");
    }
    return is_begun;
  }

  /// Whoever works on the last tasks may use what the others no longer need.
  void offer_spare() {
    if (!options_.spare || next_) return;
    const std::size_t free = std::max(options_.jobs, 1u) - workers_.size();
    if (free <= offered_) return;
    options_.spare->give(free - offered_);
    offered_ = free;
  }

  int patience() const {
    constexpr int kSecond = 1000;
    const int until_overdue = workers_.patience();
    if (!options_.idle) return until_overdue;
    return until_overdue < 0 ? kSecond : std::min(until_overdue, kSecond);
  }

  void collect() {
    std::vector<pollfd> waits;
    workers_.add_to(waits);
    if (options_.stop) waits.push_back({options_.stop->descriptor(), POLLIN, 0});
    if (options_.far) options_.far->add_to(waits);
    const std::size_t relayed = waits.size();
    if (options_.relay) options_.relay->add_to(waits);
    if (::poll(waits.data(), waits.size(), patience()) < 0) {
      if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
      return;  // what poll left in `waits` means nothing
    }
    if (options_.relay) options_.relay->work(waits.data() + relayed);
    const auto done = [this](std::size_t task, const WorkerResult& result) { end(task, result); };
    workers_.collect(waits.data(), done);
    workers_.kill_overdue(done);
    if (options_.far) options_.far->collect(done, [this](std::size_t task) { take_back(task); });
    if (options_.idle) options_.idle();
  }

  void end(std::size_t task, const WorkerResult& result) {
    far_.erase(task);
    results_.emplace_back(task, result);
  }

  /// After others were begun in their place: what is done about results takes time, too.
  void tell_results() {
    for (const auto& [task, result] : std::exchange(results_, {}))
      if (!is_stopped()) finished_(task, result);
  }

  void take_back(std::size_t task) {
    given_back_.push_back({task, std::move(far_.extract(task).mapped())});
    if (!next_) fetch();
  }

  const TaskSource& source_;
  const PoolOptions& options_;
  const WorkerFinished& finished_;
  WorkerSet workers_;
  std::optional<Numbered> next_;
  std::deque<Numbered> given_back_;  ///< by ranks that died before they began them
  std::unordered_map<std::size_t, PoolTask> far_;
  std::vector<std::pair<std::size_t, WorkerResult>> results_;  ///< that nobody was told of yet
  std::size_t begun_ = 0;
  std::size_t offered_ = 0;  ///< slots
};

}  // namespace

void run_tasks_from(const TaskSource& next, const PoolOptions& options,
                    const WorkerFinished& finished) {
  Pool(next, options, finished).run();
}

std::vector<WorkerResult> run_tasks(const std::vector<WorkerTask>& tasks,
                                    const PoolOptions& options, const WorkerFinished& finished) {
  std::vector<WorkerResult> results(tasks.size());
  std::size_t begun = 0;
  const auto next = [&]() -> std::optional<PoolTask> {
    if (begun == tasks.size()) return std::nullopt;
    return PoolTask{tasks[begun++], {}};
  };
  run_tasks_from(next, options, [&](std::size_t task, const WorkerResult& result) {
    results[task] = result;
    finished(task, result);
  });
  return results;
}

}  // namespace fencelab::campaign
