// WorkerPool: each run in a process of its own, `jobs` at a time. A crashing run loses itself only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "campaign/run_record.hpp"

namespace fencelab::campaign {

/// One run to do: what identifies it (kept if it crashes) and how to do it.
struct WorkItem {
  RunRecord identity;
  std::function<RunRecord()> work;
};

/// Runs all items; records come back in the order of the items whatever finished first. `finished`
/// is called in the parent after each, in order of completion.
std::vector<RunRecord> run_all(const std::vector<WorkItem>& items, unsigned jobs,
                               const std::function<void(const RunRecord&)>& finished);

}  // namespace fencelab::campaign
