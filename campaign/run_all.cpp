#include "campaign/run_all.hpp"

#include "campaign/worker_pool.hpp"

namespace fencelab::campaign {

namespace {

RunRecord record_of(const WorkItem& item, const WorkerResult& result) {
  if (result.status == WorkerResult::Status::ok) {
    auto record = RunRecord::from_json(result.text);
    record.file = item.identity.file;  // byte for byte, whatever the bytes; JSON carries text only
    return record;
  }
  RunRecord record = item.identity;
  record.status = "crashed";
  record.message = result.text;
  return record;
}

}  // namespace

std::vector<RunRecord> run_all(const std::vector<WorkItem>& items, unsigned jobs,
                               const std::function<void(const RunRecord&)>& finished,
                               StopSignals* stop) {
  std::vector<WorkerTask> tasks;
  for (const WorkItem& item : items) tasks.emplace_back([&item] { return item.work().to_json(); });
  std::vector<RunRecord> records(items.size());
  run_tasks(tasks, {.jobs = jobs, .stop = stop, .time_limit = {}},
            [&](std::size_t i, const WorkerResult& result) {
              records[i] = record_of(items[i], result);
              finished(records[i]);
            });
  return records;
}

}  // namespace fencelab::campaign
