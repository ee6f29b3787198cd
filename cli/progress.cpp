#include "cli/progress.hpp"

#include <unistd.h>

#include "cli/output.hpp"

namespace fencelab::cli {

Progress::Progress(std::string what, std::size_t total, bool quiet)
    : what_(std::move(what)), total_(total), quiet_(quiet), terminal_(::isatty(2) != 0) {}

void Progress::step(const std::string& label, bool failed) {
  constexpr std::size_t kLineEvery = 20;
  ++done_;
  failed_ += failed;
  if (quiet_) return;
  if (terminal_)
    complain("\r\033[K{}/{} {}, {} failed; {}", done_, total_, what_, failed_, label);
  else if (done_ == total_ || done_ % kLineEvery == 0)
    complain("{}/{} {}, {} failed\n", done_, total_, what_, failed_);
  if (terminal_ && done_ == total_) complain("\n");
}

}  // namespace fencelab::cli
