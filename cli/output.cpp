#include "cli/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "cli/program.hpp"

namespace fencelab::cli {

namespace {

/// Why stdout could not be written, the first time; static because stdout is, too.
int& first_error() {
  static int error = 0;
  return error;
}

void note_error() {
  if (first_error() == 0) first_error() = errno;
}

}  // namespace

void write_out(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) note_error();
}

void write_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

void warn_of_drawings(const std::string& problem) {
  if (!problem.empty()) complain("fencelab: warning: not everything is drawn: {}\n", problem);
}

void open_output() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor)
    if (::fcntl(descriptor, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) != descriptor)
      ::_exit(kExitUsage);
  std::signal(SIGPIPE, SIG_IGN);
  // So that a result too large for a limit (ulimit -f) is a message, not a death in the middle.
  std::signal(SIGXFSZ, SIG_IGN);
}

void mute_output() {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nowhere, STDOUT_FILENO);
  ::dup2(nowhere, STDERR_FILENO);
  ::close(nowhere);
}

int close_output(int code) {
  if (std::fflush(stdout) != 0) note_error();
  const int error = first_error();
  if (error == 0 || error == EPIPE) return code;
  complain("fencelab: cannot write to standard output: {}\n", std::strerror(error));
  return kExitUsage;
}

}  // namespace fencelab::cli
