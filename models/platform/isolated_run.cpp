#include "models/platform/isolated_run.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <system_error>

namespace fencelab::models::platform {

namespace {

/// What comes before the text in the pipe. Both ends are the same program.
struct FrameHeader {
  std::uint64_t length = 0;
  std::uint64_t status = 0;  ///< ForkStatus::returned or threw
};

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }
  /// Moves it out of the way of standard input, output and error: where those are closed a pipe
  /// gets their numbers, and whatever the child prints would end up in it.
  void move_up() {
    if (number_ > STDERR_FILENO) return;
    const int moved = ::fcntl(number_, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved < 0) fail("moving a pipe's descriptor");
    close();
    number_ = moved;
  }

 private:
  int number_;
};

void flush_output() {
  std::cout.flush();
  std::clog.flush();
  std::fflush(stdout);
  std::fflush(stderr);
}

// ---------------------------------------------------------------- in the child

bool write_all(int descriptor, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, data, size);
    if (written < 0 && errno != EINTR) return false;
    if (written <= 0) continue;
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

ForkStatus call(const std::function<std::string()>& body, std::string& text) {
  try {
    text = body();
    return ForkStatus::returned;
  } catch (const std::exception& exception) {
    text = exception.what();
  } catch (...) {
    text = "an exception that is no std::exception";
  }
  return ForkStatus::threw;
}

// Exit handlers run last first: this one keeps the inherited ones from running if the body exits.
void leave_at_once(int status, void*) { ::_exit(status); }

[[noreturn]] void run_child(const std::function<std::string()>& body, int pipe, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(EXIT_FAILURE);
  ::on_exit(leave_at_once, nullptr);
  std::string text;
  const ForkStatus status = call(body, text);
  flush_output();
  const FrameHeader header{text.size(), static_cast<std::uint64_t>(status)};
  const bool sent = write_all(pipe, reinterpret_cast<const char*>(&header), sizeof header) &&
                    write_all(pipe, text.data(), text.size());
  ::_exit(sent ? EXIT_SUCCESS : EXIT_FAILURE);
}

// ---------------------------------------------------------------- in the parent

/// A descriptor that becomes readable when `limit` has passed from now; -1, which never does,
/// without.
int make_alarm(std::optional<std::chrono::milliseconds> limit) {
  if (!limit) return -1;
  const int alarm = ::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
  if (alarm < 0) fail("making a timer");
  const auto milliseconds = std::max<std::int64_t>(limit->count(), 1);
  itimerspec setting{};
  setting.it_value.tv_sec = milliseconds / 1000;
  setting.it_value.tv_nsec = milliseconds % 1000 * 1'000'000;
  if (::timerfd_settime(alarm, 0, &setting, nullptr) != 0) fail("setting a timer");
  return alarm;
}

/// False if `alarm` went off before `descriptor` had something.
bool wait_readable(int descriptor, const Descriptor& alarm) {
  std::array<pollfd, 2> polled{{{descriptor, POLLIN, 0}, {alarm.get(), POLLIN, 0}}};
  while (::poll(polled.data(), polled.size(), -1) < 0)
    if (errno != EINTR) fail("polling");
  return polled[0].revents != 0;
}

/// The child, which is killed and reaped unless it has been reaped before.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void kill() noexcept {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
  }

  /// Its wait status, or nothing if it was still alive when `alarm` went off.
  std::optional<int> reap(const Descriptor& alarm) {
    if (alarm.get() >= 0) {
      // Its wrapper in <sys/pidfd.h> of glibc 2.36 cannot be called from C++.
      const Descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
      if (ended.get() < 0) fail("watching a child");
      if (!wait_readable(ended.get(), alarm)) return std::nullopt;
    }
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0)
      if (errno != EINTR) fail("waiting for a child");
    pid_ = -1;
    return status;
  }

 private:
  pid_t pid_;
};

struct Frame {
  std::optional<ForkStatus> status;  ///< nothing: it never came, or not all of it
  std::string text;
  bool timed_out = false;
};

/// Cuts the frame's text out of what came, if all of it has come.
bool complete(Frame& frame, const std::string& received) {
  FrameHeader header;
  if (received.size() < sizeof header) return false;
  std::memcpy(&header, received.data(), sizeof header);
  if (received.size() - sizeof header < header.length) return false;
  frame.text = received.substr(sizeof header, header.length);
  frame.status = static_cast<ForkStatus>(header.status);
  return true;
}

Frame read_frame(int descriptor, const Descriptor& alarm) {
  Frame frame;
  std::string received;
  std::array<char, 65536> buffer;
  while (!complete(frame, received)) {
    frame.timed_out = !wait_readable(descriptor, alarm);
    if (frame.timed_out) return frame;
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno != EINTR) fail("reading a pipe");
    if (got == 0) return frame;
    if (got > 0) received.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return frame;
}

ForkResult judge(Frame frame, std::optional<int> wait_status) {
  ForkResult result;
  if (!wait_status) {
    result.status = ForkStatus::timed_out;
  } else if (WIFSIGNALED(*wait_status)) {
    result.status = ForkStatus::crashed;
    result.signal = WTERMSIG(*wait_status);
  } else {
    result.exit_code = WEXITSTATUS(*wait_status);
    if (!frame.status || result.exit_code != 0) return result;
    result.status = *frame.status;
    result.payload = std::move(frame.text);
  }
  return result;
}

}  // namespace

ForkResult run_isolated(const std::function<std::string()>& body,
                        std::optional<std::chrono::milliseconds> wall_limit) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("making a pipe");
  Descriptor reader(ends[0]), writer(ends[1]);
  reader.move_up();
  writer.move_up();
  const Descriptor alarm(make_alarm(wall_limit));
  // What is still buffered here would be written by both processes.
  flush_output();
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) fail("forking");
  if (pid == 0) {
    reader.close();
    run_child(body, writer.get(), parent);
  }
  Child child(pid);
  writer.close();
  Frame frame = read_frame(reader.get(), alarm);
  std::optional<int> wait_status;
  if (!frame.timed_out) wait_status = child.reap(alarm);
  if (!wait_status) child.kill();  // timed out
  return judge(std::move(frame), wait_status);
}

std::string ForkResult::describe() const {
  switch (status) {
    case ForkStatus::returned: return fmt::format("returned {} bytes", payload.size());
    case ForkStatus::threw: return fmt::format("threw: {}", payload);
    case ForkStatus::exited: return fmt::format("exited with code {} and no result", exit_code);
    case ForkStatus::crashed:
      return fmt::format("crashed: {} (signal {})", ::strsignal(signal), signal);
    case ForkStatus::timed_out: return "killed at its wall-clock limit";
  }
  return {};
}

}  // namespace fencelab::models::platform
