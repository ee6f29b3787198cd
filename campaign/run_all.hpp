// Many runs, each in a process of its own: one may use SimGrid, which is once per process, or
// crash.
#pragma once

#include <functional>
#include <vector>

#include "campaign/run_record.hpp"
#include "campaign/stop_signals.hpp"

namespace fencelab::campaign {

/// One run to do: what identifies it (kept if it crashes) and how to do it.
struct WorkItem {
  RunRecord identity;
  std::function<RunRecord()> work;
};

/// Runs all items, `jobs` at a time; records come back in the order of the items. `finished` is
/// called after each, in order of completion. Signals and errors: see run_tasks().
std::vector<RunRecord> run_all(const std::vector<WorkItem>& items, unsigned jobs,
                               const std::function<void(const RunRecord&)>& finished,
                               StopSignals* stop = nullptr);

}  // namespace fencelab::campaign
