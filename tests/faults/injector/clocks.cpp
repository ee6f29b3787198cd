// Clocks that jump: the time of day is set by others, both ways; the monotonic clock passes over
// the time for which a machine stood still.
#include <sys/time.h>
#include <time.h>

#include <atomic>
#include <cstdint>

#include "tests/faults/injector/interpose.hpp"
#include "tests/faults/injector/plan.hpp"

namespace fencelab::faults {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::atomic<std::int64_t> day_ns{0}, monotonic_ns{0};  ///< that the clocks are ahead

/// A jump of up to 30 days from the right time, if there is one.
void set_day(const char* function) {
  constexpr std::int64_t kMonth = 30 * std::int64_t{86'400} * kSecond;
  if (strikes(Kind::clock, function))
    day_ns = static_cast<std::int64_t>(drawn(Kind::clock, 2 * static_cast<std::uint64_t>(kMonth))) -
             kMonth;
}

void add(std::int64_t ns, timespec* time) {
  ns += time->tv_nsec;
  time->tv_sec += ns / kSecond;
  time->tv_nsec = ns % kSecond;
  if (time->tv_nsec >= 0) return;
  time->tv_nsec += kSecond;
  --time->tv_sec;
}

}  // namespace

constinit Next<int(clockid_t, timespec*)> next_clock_gettime{"clock_gettime"};
FENCELAB_INTERPOSE(clock_gettime, int, clockid_t clock, timespec* time) {
  const int result = next_clock_gettime(clock, time);
  if (result != 0) return result;
  switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
      set_day("clock_gettime");
      add(day_ns, time);
      break;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
      if (strikes(Kind::monotonic, "clock_gettime")) monotonic_ns += jump_ns();
      add(monotonic_ns, time);
      break;
    default: break;
  }
  return 0;
}

FENCELAB_INTERPOSE(gettimeofday, int, timeval* time, void*) {
  timespec exact{};
  faulty_clock_gettime(CLOCK_REALTIME, &exact);
  time->tv_sec = exact.tv_sec;
  time->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

FENCELAB_INTERPOSE(time, time_t, time_t* to) {
  timespec exact{};
  faulty_clock_gettime(CLOCK_REALTIME, &exact);
  if (to) *to = exact.tv_sec;
  return exact.tv_sec;
}

}  // namespace fencelab::faults
