#include "campaign/worker_pool.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
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

Child start(const WorkItem& item, std::size_t index, const std::vector<Child>& others) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // nobody would read the result
    if (::getppid() != parent) ::_exit(9);
    ::close(ends[0]);
    for (const Child& other : others) ::close(other.pipe);
    run_child(item, ends[1]);
  }
  ::close(ends[1]);
  return {pid, ends[0], index, {}};
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
    return RunRecord::from_json(child.output);
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

}  // namespace

std::vector<RunRecord> run_all(const std::vector<WorkItem>& items, unsigned jobs,
                               const std::function<void(const RunRecord&)>& finished) {
  std::vector<RunRecord> records(items.size());
  std::vector<Child> children;
  std::size_t next = 0;
  while (next < items.size() || !children.empty()) {
    while (next < items.size() && children.size() < std::max(jobs, 1u)) {
      children.push_back(start(items[next], next, children));
      ++next;
    }
    std::vector<pollfd> waits;
    for (const Child& child : children) waits.push_back({child.pipe, POLLIN, 0});
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "poll");
    for (std::size_t i = children.size(); i-- > 0;) {
      if (waits[i].revents == 0 || !drain(children[i])) continue;
      const std::size_t item = children[i].item;
      records[item] = finish(children[i], items[item]);
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
      finished(records[item]);
    }
  }
  return records;
}

}  // namespace fencelab::campaign
