// Jobs of a recording: what belongs together of its events.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "scenarios/ftrace/recording.hpp"

namespace fencelab::scenarios::ftrace {

/// An instant that the recording does not tell.
inline constexpr std::int64_t kUntold = std::numeric_limits<std::int64_t>::min();

/// From and to an instant, in nanoseconds.
struct Interval {
  std::int64_t from = 0, to = kUntold;
};

struct Job {
  std::uint32_t ring = kNothing;
  std::uint32_t task = kNothing;  ///< that handed it to the scheduler; kNothing: not told
  std::uint64_t entity = 0;       ///< with the ring: the queue of a client
  std::int64_t queued_ns = kUntold;
  std::int64_t ended_ns = kUntold;
  std::vector<Interval> runs;          ///< when the hardware had it; more than one if preempted
  std::vector<std::uint32_t> depends;  ///< jobs that it had to wait for
  JobKey key;
  bool of_kernel = false;    ///< made by the kernel for all, not by a client
  std::uint64_t line = 0;    ///< where it is first spoken of
  std::uint32_t merged = 0;  ///< how many more requests it stands for, of which no end is recorded

  std::int64_t began_ns() const { return runs.empty() ? kUntold : runs.front().from; }
};

/// A task waited on the CPU for the end of a job.
struct CpuWait {
  std::uint32_t task = kNothing, job = kNothing;
  std::int64_t began_ns = 0, ended_ns = 0;
};

/// What was not used, and what had to be guessed.
struct MatchCounts {
  std::uint64_t without_submission = 0;  ///< used: queued before the recording, or the event lost
  std::uint64_t without_begin = 0;       ///< left out: still queued at the end
  std::uint64_t without_end = 0;         ///< left out: on the hardware at the end, or the end lost
  std::uint64_t ends_without_begin = 0;  ///< left out: on the hardware when the recording began
  std::uint64_t merged = 0;              ///< requests that are part of the next one's job
  std::uint64_t preemptions = 0;
  std::uint64_t dependencies_unknown = 0;  ///< on fences of no job that is used
  std::uint64_t waits_unknown = 0;         ///< on the CPU, likewise, or without an end
  std::uint64_t told_twice = 0;            ///< events of a driver beside those of its scheduler
};

struct Jobs {
  std::vector<Job> jobs;  ///< each with begin and end; in the order in which they began
  std::vector<CpuWait> waits;
  MatchCounts counts;
};

/// Pairs submissions, begins and ends.
Jobs match_jobs(const Recording& recording);

}  // namespace fencelab::scenarios::ftrace
