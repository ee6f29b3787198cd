#include "campaign/worker_pool.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>

namespace fencelab::campaign {

namespace {

struct Child {
  pid_t pid = -1;
  int pipe = -1;
  std::size_t item = 0;
  std::string output;
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

/// A worker dies with its parent, however that ends, and of the signals that the parent holds back.
void follow_parent(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(9);  // it was gone before we asked
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void run_child(const WorkItem& item, int descriptor) {
  RunRecord record = item.identity;
  try {
    record = item.work();
  } catch (const std::exception& error) {
    record.status = "crashed";
    record.message = error.what();
  }
  write_all(descriptor, record.to_json());
  ::_exit(0);  // no destructors, no atexit, no second flush of inherited buffers
}

/// Nothing, with errno set, when the system has no process or descriptor to give.
std::optional<Child> start(const WorkItem& item, std::size_t index,
                           const std::vector<Child>& others) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) {
    const int reason = errno;
    ::close(ends[0]);
    ::close(ends[1]);
    errno = reason;
    return std::nullopt;
  }
  if (pid == 0) {
    follow_parent(parent);
    ::close(ends[0]);
    for (const Child& other : others) ::close(other.pipe);
    run_child(item, ends[1]);
  }
  ::close(ends[1]);
  return Child{pid, ends[0], index, {}};
}

RunRecord finish(Child& child, const WorkItem& item) {
  ::close(child.pipe);
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  RunRecord record = item.identity;
  record.status = "crashed";
  if (WIFSIGNALED(status)) {
    record.message = fmt::format("the run died of signal {} ({})", WTERMSIG(status),
                                 strsignal(WTERMSIG(status)));
    return record;
  }
  try {
    auto result = RunRecord::from_json(child.output);
    result.file = item.identity.file;  // byte for byte, whatever the bytes; JSON carries text only
    return result;
  } catch (const std::exception&) {
    record.message = fmt::format("the run ended with status {} and no result", WEXITSTATUS(status));
    return record;
  }
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
  Pool(const std::vector<WorkItem>& items, unsigned jobs,
       const std::function<void(const RunRecord&)>& finished, StopSignals* stop)
      : items_(items),
        jobs_(std::max(jobs, 1u)),
        finished_(finished),
        stop_(stop),
        records_(items.size()) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { kill_all(); }  // after an exception, too, nobody runs on

  std::vector<RunRecord> run() {
    while (next_ < items_.size() || !children_.empty()) {
      if (stop_ && stop_->arrived() != 0) {
        kill_all();
        break;
      }
      start_some();
      collect();
    }
    return std::move(records_);
  }

 private:
  void start_some() {
    while (next_ < items_.size() && children_.size() < jobs_) {
      std::optional<Child> child = start(items_[next_], next_, children_);
      if (!child && children_.empty())
        throw std::system_error(errno, std::generic_category(), "cannot start a run");
      if (!child) return;  // as many as the system allows; again when one of them is done
      children_.push_back(std::move(*child));
      ++next_;
    }
  }

  void collect() {
    std::vector<pollfd> waits;
    for (const Child& child : children_) waits.push_back({child.pipe, POLLIN, 0});
    if (stop_) waits.push_back({stop_->descriptor(), POLLIN, 0});
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "poll");
    for (std::size_t i = children_.size(); i-- > 0;) {
      if (waits[i].revents == 0 || !drain(children_[i])) continue;
      const std::size_t item = children_[i].item;
      records_[item] = finish(children_[i], items_[item]);
      children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(i));
      if (!stop_ || stop_->arrived() == 0) finished_(records_[item]);
    }
  }

  void kill_all() {
    for (const Child& child : children_) ::kill(child.pid, SIGKILL);
    for (Child& child : children_) finish(child, items_[child.item]);
    children_.clear();
  }

  const std::vector<WorkItem>& items_;
  unsigned jobs_;
  const std::function<void(const RunRecord&)>& finished_;
  StopSignals* stop_;
  std::vector<RunRecord> records_;
  std::vector<Child> children_;
  std::size_t next_ = 0;
};

}  // namespace

std::vector<RunRecord> run_all(const std::vector<WorkItem>& items, unsigned jobs,
                               const std::function<void(const RunRecord&)>& finished,
                               StopSignals* stop) {
  return Pool(items, jobs, finished, stop).run();
}

}  // namespace fencelab::campaign
