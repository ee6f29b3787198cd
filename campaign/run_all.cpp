#include "campaign/run_all.hpp"

#include <unordered_map>

#include "models/platform/sharing_engine.hpp"

namespace fencelab::campaign {

namespace {

RunRecord failed(RunRecord identity, const WorkerResult& result) {
  const bool overdue = result.status == WorkerResult::Status::overdue;
  identity.status = overdue ? "overdue" : "crashed";
  identity.message = result.text;
  return identity;
}

}  // namespace

void run_each(const WorkSource& next, const PoolOptions& options, const RunFinished& finished) {
  std::unordered_map<std::size_t, RunRecord> under_way;
  std::size_t begun = 0;
  const auto tasks = [&]() -> std::optional<PoolTask> {
    std::optional<WorkItem> item = next();
    if (!item) return std::nullopt;
    if (begun == 1) models::platform::prepare_sharing_engines();  // there are several
    under_way.emplace(begun++, std::move(item->identity));
    return PoolTask{[work = std::move(item->work)] { return work().to_json(); },
                    std::move(item->order)};
  };
  run_tasks_from(tasks, options, [&](std::size_t task, const WorkerResult& result) {
    RunRecord identity = std::move(under_way.extract(task).mapped());
    if (result.status != WorkerResult::Status::ok) {
      const RunRecord record = failed(std::move(identity), result);
      return finished(task, record, record.to_json());
    }
    RunRecord record = RunRecord::from_json(result.text);
    record.file = identity.file;  // byte for byte, whatever the bytes; JSON carries text only
    finished(task, record, result.text);
  });
}

std::vector<RunRecord> run_all(const std::vector<WorkItem>& items, unsigned jobs,
                               const std::function<void(const RunRecord&)>& finished,
                               StopSignals* stop) {
  std::vector<RunRecord> records(items.size());
  std::size_t begun = 0;
  const auto next = [&]() -> std::optional<WorkItem> {
    if (begun == items.size()) return std::nullopt;
    return items[begun++];
  };
  PoolOptions options;
  options.jobs = jobs;
  options.stop = stop;
  run_each(next, options, [&](std::size_t item, const RunRecord& record, const std::string&) {
    records[item] = record;
    finished(records[item]);
  });
  return records;
}

}  // namespace fencelab::campaign
