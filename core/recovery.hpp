// Recovery timers: watchdogs and wait timeouts that repair what should not have happened. The probe
// hears of each the instant before it acts, so that a rescue never hides the fault it rescued from.
#pragma once

#include <functional>

#include "core/simulation.hpp"
#include "core/waitable.hpp"

namespace fencelab::core {

enum class RecoveryKind : std::uint8_t {
  job_timeout,
  wait_timeout,
  preempt_timeout,
  flip_timeout,
  monitor
};

/// A watchdog on one object.
class RecoveryTimer {
 public:
  RecoveryTimer(Simulation& simulation, RecoveryKind kind, std::function<void()> action)
      : simulation_(simulation),
        kind_(kind),
        action_(std::move(action)),
        timer_(simulation, [this] { expire(); }) {}

  /// Watches `guarded` from now on; acts after `timeout`. Replaces an earlier setting.
  void arm(Duration timeout, ObjectId guarded) {
    guarded_ = guarded;
    timer_.arm(saturating_add(simulation_.now(), timeout));
  }
  void disarm() { timer_.disarm(); }
  bool armed() const { return timer_.armed(); }
  Time due() const { return timer_.due(); }

 private:
  void expire() {
    simulation_.emit(ProbeKind::recovery_expiring, guarded_, static_cast<std::uint64_t>(kind_));
    simulation_.emit(ProbeKind::recovery_fired, guarded_, static_cast<std::uint64_t>(kind_));
    action_();
  }
  Simulation& simulation_;
  RecoveryKind kind_;
  std::function<void()> action_;
  ObjectId guarded_{};
  Timer timer_;
};

}  // namespace fencelab::core
