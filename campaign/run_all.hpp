// Many runs, each in a process of its own: one may use SimGrid, which is once per process, or
// crash.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "campaign/run_record.hpp"
#include "campaign/worker_pool.hpp"

namespace fencelab::campaign {

/// One run to do: what identifies it (kept if it crashes) and how to do it.
struct WorkItem {
  RunRecord identity;
  std::function<RunRecord()> work;
  std::string order{};  ///< what another rank is told to do it; empty: it is done here
};

/// The next run, or nothing when there is no other.
using WorkSource = std::function<std::optional<WorkItem>()>;
/// What became of run number `item` (from 0, in the order of the source); `json` is its
/// RunRecord::to_json().
using RunFinished =
    std::function<void(std::size_t item, const RunRecord& record, const std::string& json)>;

/// Runs what `next` hands out and keeps nothing of it. A run that fails is a record with a status.
void run_each(const WorkSource& next, const PoolOptions& options, const RunFinished& finished);

/// Runs all items, `jobs` at a time; records come back in the order of the items. `finished` is
/// called after each, in order of completion. Signals and errors: see run_tasks().
std::vector<RunRecord> run_all(const std::vector<WorkItem>& items, unsigned jobs,
                               const std::function<void(const RunRecord&)>& finished,
                               StopSignals* stop = nullptr);

}  // namespace fencelab::campaign
