#include "analysis/report/deadlock_svg.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

extern "C" char** environ;

namespace fencelab::analysis {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using TemporaryFile = std::unique_ptr<std::FILE, CloseFile>;

/// Closes a descriptor at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

SvgResult failure(const std::string& what, int error) {
  return {{}, fmt::format("{}: {}", what, std::strerror(error))};
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

/// Starts `program -Tsvg` on the given descriptors; the error number, 0 for success.
int start(const std::string& program, int in, int out, int err, pid_t& child) {
  std::string name = program, format = "-Tsvg";
  std::array<char*, 3> arguments{name.data(), format.data(), nullptr};
  posix_spawn_file_actions_t actions;
  if (const int error = posix_spawn_file_actions_init(&actions); error != 0) return error;
  posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  const int error =
      posix_spawnp(&child, name.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

SvgResult render_svg(const std::string& dot_text, const std::string& program) {
  // Input comes from a file, not a pipe: a child that dies early then costs neither a SIGPIPE nor a
  // wait of both sides for each other.
  const TemporaryFile input(std::tmpfile()), messages(std::tmpfile());
  if (!input || !messages) return failure("cannot make a temporary file", errno);
  if (std::fwrite(dot_text.data(), 1, dot_text.size(), input.get()) != dot_text.size() ||
      std::fflush(input.get()) != 0 || std::fseek(input.get(), 0, SEEK_SET) != 0)
    return failure("cannot write a temporary file", errno);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return failure("cannot make a pipe", errno);
  const Descriptor from_child(ends[0]);
  Descriptor to_parent(ends[1]);
  pid_t child = 0;
  const int error =
      start(program, fileno(input.get()), to_parent.get(), fileno(messages.get()), child);
  if (error != 0)
    return {{},
            fmt::format("cannot run {}: {}{}", program, std::strerror(error),
                        error == ENOENT ? " (install graphviz)" : ""),
            error != ENOENT};
  to_parent.close();
  std::string svg = read_all(from_child.get());
  const int status = wait_for(child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {std::move(svg), {}};
  ::lseek(fileno(messages.get()), 0, SEEK_SET);
  return {{}, fmt::format("{} failed: {}", program, read_all(fileno(messages.get())))};
}

}  // namespace fencelab::analysis
