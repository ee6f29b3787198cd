// When the jobs of a replay are submitted, for how long they run and what they wait for, so that
// the rings do what they did.
#pragma once

#include <cstdint>
#include <vector>

#include "scenarios/ftrace/clients.hpp"
#include "scenarios/ftrace/jobs.hpp"
#include "scenarios/ftrace/recording.hpp"

namespace fencelab::scenarios::ftrace {

struct PlannedJob {
  std::int64_t submit_ns = 0;        ///< on the recording's clock
  std::int64_t duration_ns = 1;      ///< for which it alone had the ring
  std::int64_t end_ns = 0;           ///< expected, where nothing else is in the way
  std::vector<std::uint32_t> after;  ///< jobs that it waits for
  bool held = false;      ///< submitted when it began: why it did not begin before is not recorded
  bool inferred = false;  ///< its last `after` is a guess
};

struct Plan {
  std::vector<PlannedJob> jobs;            ///< beside Jobs::jobs
  std::vector<std::uint32_t> gpu_of_ring;  ///< dense, in order of rings; kNothing: no job uses it
  std::vector<std::uint32_t> credits;      ///< by GPU: most jobs that one of its rings had at once
  std::uint64_t held = 0, inferred = 0;
  std::uint64_t dependencies_left_out = 0;  ///< they ended after the job began
  std::uint64_t reordered = 0;              ///< jobs that ended before one that began earlier
  std::int64_t early_ns_max = 0;            ///< by how much a job of the replay ends earlier
};

/// Jobs have a ring from when they began or, if it was busy, from when the job that ended before
/// them did.
Plan plan_replay(const Recording& recording, const Jobs& jobs, const Clients& clients);

}  // namespace fencelab::scenarios::ftrace
