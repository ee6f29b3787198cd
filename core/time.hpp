// Simulated time: an integer count of nanoseconds since the start of a run (design: no doubles).
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>

namespace fencelab::core {

/// Length of simulated time, in nanoseconds.
using Duration = std::chrono::duration<std::int64_t, std::nano>;

/// Tag clock of simulated time. It has no now(): only a Simulation knows what time it is.
struct SimulatedClock {
  using duration = Duration;
  using rep = Duration::rep;
  using period = Duration::period;
  using time_point = std::chrono::time_point<SimulatedClock, Duration>;
  static constexpr bool is_steady = true;
};

/// Instant of simulated time; `Time{}` is the start of the run.
using Time = SimulatedClock::time_point;

/// Later than every instant a run can reach.
inline constexpr Time kNever = Time::max();

using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// Nanoseconds since the start of the run.
constexpr std::int64_t nanoseconds_of(Time at) { return at.time_since_epoch().count(); }

/// `at + delay`, saturating at kNever instead of overflowing.
constexpr Time saturating_add(Time at, Duration delay) {
  if (at == kNever || delay >= kNever - at) return kNever;
  return at + delay;
}

}  // namespace fencelab::core
