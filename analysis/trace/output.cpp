#include "analysis/trace/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace fencelab::analysis {

namespace {

/// Bytes that may be lost with the process: few enough to see what it was about, many enough that
/// system calls cost little beside making the records.
constexpr std::size_t kWaitingMax = 8192;

}  // namespace

TraceOutput::TraceOutput(const std::string& path) : path_(path) {
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file_ < 0) fail(errno);
}

TraceOutput::~TraceOutput() { close(); }

void TraceOutput::fail(int error) {
  if (error_.empty()) error_ = fmt::format("{}: {}", path_, std::strerror(error));
  waiting_.clear();
}

void TraceOutput::append(std::string_view record) {
  if (file_ < 0 || !error_.empty()) return;
  waiting_ += record;
  if (waiting_.size() >= kWaitingMax) flush();
}

void TraceOutput::flush() {
  std::string_view rest = waiting_;
  while (!rest.empty()) {
    const ssize_t written = ::write(file_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  waiting_.clear();
}

void TraceOutput::close() {
  if (file_ < 0) return;
  flush();
  // Interrupted, it is closed all the same (Linux, close(2)).
  if (::close(file_) != 0 && errno != EINTR) fail(errno);
  file_ = -1;
}

}  // namespace fencelab::analysis
