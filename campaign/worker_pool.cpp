#include "campaign/worker_pool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <new>
#include <optional>
#include <system_error>

#include "campaign/follow_parent.hpp"

namespace fencelab::campaign {

namespace {

using Clock = std::chrono::steady_clock;

struct Child {
  pid_t pid = -1;
  int pipe = -1;
  std::size_t item = 0;
  std::string output;
  Clock::time_point begun{};
};

void write_all(int descriptor, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t written = ::write(descriptor, text.data() + sent, text.size() - sent);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) ::_exit(9);
    sent += static_cast<std::size_t>(written);
  }
}

/// First byte of what a worker sends: a result, or the words of an exception.
constexpr char kResult = '=', kException = '!';

[[noreturn]] void run_child(const WorkerTask& task, int descriptor,
                            std::optional<std::uint64_t> memory_limit) {
  char kind = kResult;
  std::string text;
  if (memory_limit) {
    const rlimit limit{*memory_limit, *memory_limit};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  try {
    text = task();
  } catch (const std::bad_alloc&) {
    kind = kException;
    text = memory_limit ? "the run needed more memory than it may have" : "out of memory";
  } catch (const std::exception& error) {
    kind = kException;
    text = error.what();
  }
  write_all(descriptor, kind + text);
  ::_exit(0);  // no destructors, no atexit, no second flush of inherited buffers
}

/// Descriptors that are left to whoever stores results: a database and the tables open some of their own, at times that
/// nobody here knows.
constexpr std::size_t kSpareDescriptors = 4;

/// False, with errno set, when the system would not give that many more.
bool has_spare_descriptors(int any) {
  std::array<int, kSpareDescriptors> spare;
  for (int& descriptor : spare) descriptor = ::fcntl(any, F_DUPFD_CLOEXEC, 0);
  const int reason = errno;
  for (const int descriptor : spare)
    if (descriptor >= 0) ::close(descriptor);
  errno = reason;
  return spare.back() >= 0;
}

/// Nothing, with errno set, when the system has no process or descriptor to give.
std::optional<Child> start(const WorkerTask& task, std::size_t index,
                           const std::vector<Child>& others, const PoolOptions& options) {
  RankRelay* const relay = options.relay;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  const auto give_up = [&ends] {
    const int reason = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    errno = reason;
    return std::nullopt;
  };
  // One run at a time there always is; more only while they leave enough to others.
  if (!others.empty() && !has_spare_descriptors(ends[0])) return give_up();
  if (relay) relay->prepare();
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) {
    const int reason = errno;
    if (relay) relay->keep_ours(index);
    errno = reason;
    return give_up();
  }
  if (pid == 0) {
    follow_parent(parent);
    ::close(ends[0]);
    for (const Child& other : others) ::close(other.pipe);
    if (relay) relay->keep_task_ends();
    run_child(task, ends[1], options.memory_limit);
  }
  ::close(ends[1]);
  if (relay) relay->keep_ours(index);
  return Child{pid, ends[0], index, {}, Clock::now()};
}

WorkerResult finish(Child& child) {
  ::close(child.pipe);
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  using Status = WorkerResult::Status;
  if (WIFSIGNALED(status))
    return {Status::crashed, fmt::format("the run died of signal {} ({})", WTERMSIG(status),
                                         strsignal(WTERMSIG(status)))};
  if (!child.output.empty() && WEXITSTATUS(status) == 0)
    return {child.output[0] == kResult ? Status::ok : Status::crashed, child.output.substr(1)};
  return {Status::crashed,
          fmt::format("the run ended with status {} and no result", WEXITSTATUS(status))};
}

/// Reads what there is; true at the end of the stream.
bool drain(Child& child) {
  char buffer[65536];
  const ssize_t got = ::read(child.pipe, buffer, sizeof buffer);
  if (got < 0 && errno == EINTR) return false;
  if (got <= 0) return true;
  child.output.append(buffer, static_cast<std::size_t>(got));
  return false;
}

class Pool {
 public:
  Pool(const TaskSource& source, const PoolOptions& options, const WorkerFinished& finished)
      : source_(source), options_(options), finished_(finished), next_task_(source()) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { kill_all(); }  // after an exception, too, nobody runs on

  void run() {
    while (next_task_ || !children_.empty()) {
      if (is_stopped()) {
        kill_all();
        break;
      }
      start_some();
      offer_spare();
      collect();
      kill_overdue();
    }
  }

 private:
  bool is_stopped() const { return options_.stop && options_.stop->arrived() != 0; }

  void start_some() {
    while (next_task_ && children_.size() < std::max(options_.jobs, 1u)) {
      std::optional<Child> child = start(*next_task_, next_, children_, options_);
      if (!child && children_.empty())
        throw std::system_error(errno, std::generic_category(), "cannot start a run");
      if (!child) return;  // as many as the system allows; again when one of them is done
      children_.push_back(std::move(*child));
      ++next_;
      next_task_ = source_();
    }
  }

  /// Whoever works on the last tasks may use what the others no longer need.
  void offer_spare() {
    if (!options_.spare || next_task_) return;
    const std::size_t free = std::max(options_.jobs, 1u) - children_.size();
    if (free <= offered_) return;
    options_.spare->give(free - offered_);
    offered_ = free;
  }

  /// Milliseconds until the oldest worker is overdue; -1: never.
  int patience() const {
    if (!options_.time_limit) return -1;
    auto least = Clock::duration::max();
    for (const Child& child : children_)
      least = std::min(least, child.begun + *options_.time_limit - Clock::now());
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(least).count();
    return static_cast<int>(std::clamp<decltype(rest)>(rest, 0, 60'000));
  }

  void collect() {
    std::vector<pollfd> waits;
    for (const Child& child : children_) waits.push_back({child.pipe, POLLIN, 0});
    if (options_.stop) waits.push_back({options_.stop->descriptor(), POLLIN, 0});
    const std::size_t relayed = waits.size();
    if (options_.relay) options_.relay->add_to(waits);
    if (::poll(waits.data(), waits.size(), patience()) < 0) {
      if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
      return;  // what poll left in `waits` means nothing
    }
    if (options_.relay) options_.relay->work(waits.data() + relayed);
    for (std::size_t i = children_.size(); i-- > 0;)
      if (waits[i].revents != 0 && drain(children_[i])) end(i, finish(children_[i]));
  }

  void kill_overdue() {
    if (!options_.time_limit) return;
    for (std::size_t i = children_.size(); i-- > 0;) {
      if (Clock::now() - children_[i].begun < *options_.time_limit) continue;
      ::kill(children_[i].pid, SIGKILL);
      finish(children_[i]);
      end(i, {WorkerResult::Status::overdue, "the run was stopped at its time limit"});
    }
  }

  void end(std::size_t child, const WorkerResult& result) {
    const std::size_t item = children_[child].item;
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(child));
    if (!is_stopped()) finished_(item, result);
  }

  void kill_all() {
    for (const Child& child : children_) ::kill(child.pid, SIGKILL);
    for (Child& child : children_) finish(child);
    children_.clear();
  }

  const TaskSource& source_;
  const PoolOptions& options_;
  const WorkerFinished& finished_;
  std::vector<Child> children_;
  std::optional<WorkerTask> next_task_;
  std::size_t next_ = 0;
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
  const auto next = [&]() -> std::optional<WorkerTask> {
    if (begun == tasks.size()) return std::nullopt;
    return tasks[begun++];
  };
  run_tasks_from(next, options, [&](std::size_t task, const WorkerResult& result) {
    results[task] = result;
    finished(task, result);
  });
  return results;
}

}  // namespace fencelab::campaign
