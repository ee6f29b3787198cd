// WorkerPool: each run in a process of its own, `jobs` at a time. A crashing run loses itself only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "campaign/run_record.hpp"
#include "campaign/stop_signals.hpp"

namespace fencelab::campaign {

/// One run to do: what identifies it (kept if it crashes) and how to do it.
struct WorkItem {
  RunRecord identity;
  std::function<RunRecord()> work;
};

/// Runs all items; records come back in the order of the items whatever finished first. `finished`
/// is called in the parent after each, in order of completion. Fewer than `jobs` run at a time when
/// the system allows no more processes or descriptors; std::system_error if it allows none at all.
///
/// When `stop` is given and a signal arrives, the runs under way are killed and the rest is not
/// begun: the records mean nothing then, see StopSignals::arrived().
std::vector<RunRecord> run_all(const std::vector<WorkItem>& items, unsigned jobs,
                               const std::function<void(const RunRecord&)>& finished,
                               StopSignals* stop = nullptr);

}  // namespace fencelab::campaign
