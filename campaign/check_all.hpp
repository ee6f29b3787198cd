// Many checks: each seed of each in a process of its own, then one record per scenario and stack.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "campaign/check_one.hpp"
#include "campaign/stop_signals.hpp"
#include "campaign/transport/ranks.hpp"

namespace fencelab::campaign {

/// A scenario under a stack. What it refers to must outlive the work.
struct CheckItem {
  const scenarios::Scenario* scenario = nullptr;
  const scenarios::ResolvedStack* stack = nullptr;
  std::vector<std::uint64_t> seeds;  ///< at least one
  CheckOptions options;
};

/// How one check is done; tests put something else in the place of check_one().
using CheckFunction =
    std::function<CheckRecord(const scenarios::Scenario&, const scenarios::ResolvedStack&,
                              std::uint64_t, const CheckOptions&)>;

struct CheckAllOptions {
  unsigned jobs = 1;
  StopSignals* stop = nullptr;
  CheckFunction check = check_one;
  std::optional<std::uint64_t> memory;  ///< of each process of a check, in bytes
  Ranks* ranks = nullptr;  ///< helpers of checks may be there; all must have the same items
};

/// Helps check_all() of the first rank, on another one, until that rank ends.
void help_checks(const std::vector<CheckItem>& items, Ranks& ranks);

/// Records in the order of the items. `finished` is called once per item, when its last seed is
/// done. A worker that does not stop at its budget is killed a little later and says so in
/// `status`. Signals and errors: see run_tasks().
std::vector<CheckRecord> check_all(const std::vector<CheckItem>& items,
                                   const CheckAllOptions& options,
                                   const std::function<void(const CheckRecord&)>& finished);

/// One record of several that differ in their seeds: the worst verdict, the least strength, all the
/// work, and each finding once. At least one record.
CheckRecord merge_seeds(std::vector<CheckRecord> records);

}  // namespace fencelab::campaign
