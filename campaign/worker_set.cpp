#include "campaign/worker_set.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "campaign/files.hpp"
#include "campaign/follow_parent.hpp"

namespace fencelab::campaign {

namespace {

void write_all(int descriptor, std::string_view text) {
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

/// What a worker without memory says, and where; static because a new-handler takes no arguments.
struct LastWords {
  int descriptor = -1;
  std::string_view text;
};
LastWords& last_words() {
  static LastWords words;
  return words;
}

/// An exception would have to pass a simulation, and needs memory itself.
[[noreturn]] void end_without_memory() {
  abandon_staged_files();
  const auto [descriptor, text] = last_words();
  write_all(descriptor, text);
  ::_exit(0);
}

[[noreturn]] void run_child(const WorkerTask& task, int descriptor,
                            std::optional<std::uint64_t> memory_limit) {
  char kind = kResult;
  std::string text;
  last_words() = {descriptor, "!out of memory"};
  std::set_new_handler(end_without_memory);
  if (memory_limit) {
    last_words().text = "!the run needed more memory than it may have (--run-memory)";
    const rlimit limit{*memory_limit, *memory_limit};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  try {
    text = task();
  } catch (const std::bad_alloc&) {  // of an allocator that asks no new-handler
    end_without_memory();
  } catch (const std::exception& error) {
    kind = kException;
    text = error.what();
  }
  write_all(descriptor, kind + text);
  ::_exit(0);  // no destructors, no atexit, no second flush of inherited buffers
}

/// Descriptors that are left to whoever stores results: a database and tables open some of their
/// own, at times that nobody here knows.
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

bool give_up(const int (&ends)[2]) {
  const int reason = errno;
  ::close(ends[0]);
  ::close(ends[1]);
  errno = reason;
  return false;
}

}  // namespace

bool WorkerSet::start(std::size_t task, const WorkerTask& work,
                      const std::function<void()>& in_child) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  if (!workers_.empty() && !has_spare_descriptors(ends[0])) return give_up(ends);
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return give_up(ends);
  if (pid == 0) {
    follow_parent(parent);
    ::close(ends[0]);
    for (const Worker& other : workers_) ::close(other.pipe);
    if (in_child) in_child();
    run_child(work, ends[1], limits_.memory);
  }
  ::close(ends[1]);
  workers_.push_back({pid, ends[0], task, {}, Clock::now()});
  return true;
}

int WorkerSet::patience() const {
  if (!limits_.time || workers_.empty()) return -1;
  auto least = Clock::duration::max();
  for (const Worker& worker : workers_)
    least = std::min(least, worker.begun + *limits_.time - Clock::now());
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(least).count();
  return static_cast<int>(std::clamp<decltype(rest)>(rest, 0, 60'000));
}

void WorkerSet::add_to(std::vector<pollfd>& waits) const {
  for (const Worker& worker : workers_) waits.push_back({worker.pipe, POLLIN, 0});
}

void WorkerSet::collect(const pollfd* waits, const WorkerFinished& finished) {
  for (std::size_t i = workers_.size(); i-- > 0;)
    if (waits[i].revents != 0 && drain(workers_[i])) end(i, finish(workers_[i]), finished);
}

void WorkerSet::kill_overdue(const WorkerFinished& finished) {
  if (!limits_.time) return;
  for (std::size_t i = workers_.size(); i-- > 0;) {
    if (Clock::now() - workers_[i].begun < *limits_.time) continue;
    ::kill(workers_[i].pid, SIGKILL);
    finish(workers_[i]);
    end(i, {WorkerResult::Status::overdue, "the run was stopped at its time limit (--run-time)"},
        finished);
  }
}

void WorkerSet::kill_all() {
  for (const Worker& worker : workers_) ::kill(worker.pid, SIGKILL);
  for (Worker& worker : workers_) finish(worker);
  workers_.clear();
}

/// Reads what there is; true at the end of the stream.
bool WorkerSet::drain(Worker& worker) {
  char buffer[65536];
  const ssize_t got = ::read(worker.pipe, buffer, sizeof buffer);
  if (got < 0 && errno == EINTR) return false;
  if (got <= 0) return true;
  worker.output.append(buffer, static_cast<std::size_t>(got));
  return false;
}

WorkerResult WorkerSet::finish(Worker& worker) {
  ::close(worker.pipe);
  int status = 0;
  while (::waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
  }
  using Status = WorkerResult::Status;
  if (WIFSIGNALED(status))
    return {Status::crashed, fmt::format("the run died of signal {} ({})", WTERMSIG(status),
                                         strsignal(WTERMSIG(status)))};
  if (!worker.output.empty() && WEXITSTATUS(status) == 0)
    return {worker.output[0] == kResult ? Status::ok : Status::crashed, worker.output.substr(1)};
  return {Status::crashed,
          fmt::format("the run ended with status {} and no result", WEXITSTATUS(status))};
}

void WorkerSet::end(std::size_t worker, const WorkerResult& result,
                    const WorkerFinished& finished) {
  const std::size_t task = workers_[worker].task;
  workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(worker));
  finished(task, result);
}

}  // namespace fencelab::campaign
