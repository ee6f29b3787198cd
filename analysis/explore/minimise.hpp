// Makes a counterexample worth reading: shorter, without what does not matter, and with few
// switches.
#pragma once

#include <optional>

#include "analysis/explore/exploration.hpp"

namespace fencelab::analysis {

/// A schedule that leads to the same members being stuck as `dead.schedule` does, with as few steps
/// as taking away can reach, in an order with few switches; checked by running it.
struct MinimalSchedule {
  Schedule schedule;
  std::uint32_t switches = 0;
  std::uint64_t runs = 0;  ///< executions that it took
  /// Index of the last step before which some continuation still ends well; none if that was not
  /// found out within the limits, or no continuation ever ends well (0).
  std::optional<std::uint32_t> critical;
  bool doomed_from_the_start = false;
};

MinimalSchedule minimise(Subject& subject, const ExecutionOptions& options, const DeadState& dead,
                         const ExploreLimits& limits);

/// Who is stuck for good now: names of the members of all findings, sorted.
std::vector<std::string> stuck_now(Execution& execution);

/// Who is stuck after `schedule`: names of the members of all findings, sorted. Steps that cannot
/// be taken are skipped if `lenient`; else the answer is then empty.
std::vector<std::string> stuck_after(Subject& subject, const ExecutionOptions& options,
                                     const Schedule& schedule, bool lenient, Schedule* taken);

}  // namespace fencelab::analysis
