// Progress of long work on stderr: one line that changes on a terminal, a line now and then else.
#pragma once

#include <cstddef>
#include <string>

namespace fencelab::cli {

class Progress {
 public:
  /// `what` is counted: "runs", "checks".
  Progress(std::string what, std::size_t total, bool quiet);
  std::size_t done() const { return done_; }
  /// One more is done; `label` says which, and what came of it.
  void step(const std::string& label, bool failed);

 private:
  std::string what_;
  std::size_t total_, done_ = 0, failed_ = 0;
  bool quiet_, terminal_;
};

}  // namespace fencelab::cli
