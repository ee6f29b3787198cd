// A request to stop (Ctrl-C, kill, hang-up) as something a loop can wait for.
#pragma once

#include <csignal>
#include <string>

namespace fencelab::campaign {

/// While it lives, SIGINT, SIGTERM and SIGHUP do not end the process but make descriptor()
/// readable, so that workers can be stopped and files are never left half-written. Signals that
/// were ignored before (nohup) stay ignored.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// For poll(); readable once a signal has arrived.
  int descriptor() const { return descriptor_; }

  /// The signal that has arrived, 0 if none; stays what it is.
  int arrived();

 private:
  sigset_t before_{};
  int descriptor_ = -1, arrived_ = 0;
};

/// Ends this process the way `signal` would have, so that a shell sees an interrupted program.
[[noreturn]] void end_by(int signal);

}  // namespace fencelab::campaign
