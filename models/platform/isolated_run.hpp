// One simulation in a process of its own: SimGrid allows one engine per process (design.md section
// 4), and a crashing policy must lose its own run and nothing else.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace fencelab::models::platform {

/// How a child process ended.
enum class ForkStatus : std::uint8_t {
  returned,   ///< `body` returned and its whole result is in `payload`
  threw,      ///< `body` threw; the text is in `payload`
  exited,     ///< the child ended by itself with `exit_code`, without a result
  crashed,    ///< `signal` ended it
  timed_out,  ///< it was killed at the wall limit
};

struct ForkResult {
  ForkStatus status = ForkStatus::exited;
  std::string payload;
  int exit_code = 0;  ///< of exited
  int signal = 0;     ///< of crashed

  bool ok() const { return status == ForkStatus::returned; }
  /// One line for a report, e.g. "crashed: Segmentation fault (signal 11)".
  std::string describe() const;
};

/// Forks, runs `body` in the child and returns what it returned. The child ends without running
/// exit handlers or destructors of objects that it inherited, dies with the calling thread, and is
/// always reaped. `body` must not count on other threads: they do not exist in the child. Standard
/// output is flushed before and after. Throws std::system_error if there is no process or pipe to
/// be had.
ForkResult run_isolated(const std::function<std::string()>& body,
                        std::optional<std::chrono::milliseconds> wall_limit = std::nullopt);

}  // namespace fencelab::models::platform
