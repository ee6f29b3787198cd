// What every measured program of the hold model shares: the workload, the clock, the printed line.
// Plain C++17 that includes nothing of ours, because the ns-3 peer cannot see C++20 headers.
//
// Hold model: `pending` sleepers; whenever one wakes it sleeps again for a random time, so that the
// number of pending events never changes. All programs draw from one distribution and simulate the
// same span, hence run the same number of events but for chance.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

namespace fencelab::bench {

struct HoldSize {
  std::int64_t pending;
  std::int64_t events;  ///< about so many are timed
};

inline constexpr std::int64_t kMeanIncrementNs = 1 << 20;

/// Increments, uniform in [1, 2 * mean] ns: a xorshift generator, about a nanosecond a draw.
class Increments {
 public:
  std::int64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return static_cast<std::int64_t>(state_ % (2 * kMeanIncrementNs)) + 1;
  }

 private:
  std::uint64_t state_ = 88172645463325252ull;
};

/// Everybody has slept once or twice by then: what comes after is the steady state.
inline constexpr std::int64_t kWarmUpNs = 4 * kMeanIncrementNs;

/// End of the timed span, in which about `size.events` events fall.
inline std::int64_t end_ns(HoldSize size) {
  return kWarmUpNs + size.events / size.pending * kMeanIncrementNs;
}

/// Processor time of this process: other programs on the machine disturb it less than wall time.
inline double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// The middle of `values`, the upper one of two; there must be one.
inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// The line that run.sh collects: who, size, events per second.
inline void print_rate(const char* who, HoldSize size, std::int64_t events, double seconds) {
  std::printf("%s %lld %.0f\n", who, static_cast<long long>(size.pending),
              static_cast<double>(events) / seconds);
  std::fflush(stdout);
}

/// The size named on a peer's command line: PENDING EVENTS.
inline HoldSize size_from(int argc, char** argv) {
  if (argc >= 3) return {std::atoll(argv[1]), std::atoll(argv[2])};
  std::fprintf(stderr, "usage: %s PENDING EVENTS\n", argv[0]);
  std::exit(63);
}

}  // namespace fencelab::bench
