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
        timer_(simulation, [this] { expire(); }, true) {}

  /// Watches `guarded` from now on; acts after `timeout`. Replaces an earlier setting.
  void arm(Duration timeout, ObjectId guarded) {
    guarded_ = guarded;
    timer_.arm(saturating_add(simulation_.now(), timeout));
  }
  void disarm() { timer_.disarm(); }
  /// Still armed in the instant before it acts, when analysis looks at what it will end.
  bool armed() const { return expiring_ || timer_.armed(); }
  Time due() const { return expiring_ ? simulation_.now() : timer_.due(); }

 private:
  void expire() {
    expiring_ = true;
    simulation_.emit(ProbeKind::recovery_expiring, guarded_, static_cast<std::uint64_t>(kind_));
    expiring_ = false;
    simulation_.emit(ProbeKind::recovery_fired, guarded_, static_cast<std::uint64_t>(kind_));
    action_();
  }
  Simulation& simulation_;
  RecoveryKind kind_;
  std::function<void()> action_;
  ObjectId guarded_{};
  bool expiring_ = false;
  Timer timer_;
};

}  // namespace fencelab::core
