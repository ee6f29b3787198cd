#include "campaign/check_all.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "campaign/check_explored.hpp"
#include "campaign/plugins/plugins.hpp"
#include "campaign/transport/rank_server.hpp"
#include "campaign/worker_pool.hpp"
#include "models/platform/sharing_engine.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::campaign {

namespace {

/// One seed of one item.
struct Part {
  std::size_t item = 0;
  std::uint64_t seed = 0;
};

/// Time for a check to stop by itself and to write its report, beyond its budget.
std::chrono::milliseconds with_grace(std::chrono::milliseconds budget) {
  return budget + budget / 4 + std::chrono::seconds(2);
}

std::string work_on(const CheckItem& item, std::uint64_t seed, const CheckFunction& check,
                    const HelperSource& helpers) {
  const auto begun = std::chrono::steady_clock::now();
  CheckOptions options = item.options;
  options.helpers = helpers;
  CheckRecord record = check(*item.scenario, *item.stack, seed, options);
  record.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return record.to_json();
}

CheckRecord record_of(const CheckItem& item, std::uint64_t seed, const WorkerResult& result) {
  CheckRecord record;
  if (result.status == WorkerResult::Status::ok) {
    record = CheckRecord::from_json(result.text);
  } else {
    record.seeds = {seed};
    record.status = result.status == WorkerResult::Status::overdue ? "budget" : "crashed";
    record.message = result.status != WorkerResult::Status::overdue
                         ? result.text
                         : fmt::format("stopped without a verdict: the budget of {} is over",
                                       scenarios::format_duration(item.options.budget));
  }
  record.scenario = item.scenario->name;
  record.stack = item.stack->name;
  record.sets = item.scenario->sets;
  record.file = item.scenario->file;  // byte for byte; JSON carries text only
  for (CheckFinding& finding : record.findings)
    if (!finding.place.file.empty()) finding.place.file = item.scenario->file;
  return record;
}

std::vector<Part> parts_of(const std::vector<CheckItem>& items) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < items.size(); ++i)
    for (const std::uint64_t seed : items[i].seeds) parts.push_back({i, seed});
  return parts;
}

}  // namespace

void help_checks(const std::vector<CheckItem>& items, Ranks& ranks) {
  const std::vector<Part> parts = parts_of(items);
  serve_ranks(ranks, [&](std::uint64_t task) {
    const Part& part = parts.at(task);
    const CheckItem& item = items[part.item];
    return search_service(*item.scenario, *item.stack, part.seed, item.options);
  });
}

std::vector<CheckRecord> check_all(const std::vector<CheckItem>& items,
                                   const CheckAllOptions& options,
                                   const std::function<void(const CheckRecord&)>& finished) {
  SpareSlots spare;
  std::optional<RankRelay> relay;
  HelperSource helpers{.here = &spare};
  if (options.ranks) {
    relay.emplace(*options.ranks, options.jobs);
    helpers.far = &relay->spare();
    helpers.lines = &relay->lines();
  }
  const std::vector<Part> parts = parts_of(items);
  std::vector<WorkerTask> tasks;
  for (const Part& part : parts)
    tasks.emplace_back(
        [&, part] { return work_on(items[part.item], part.seed, options.check, helpers); });
  std::chrono::milliseconds limit{0};
  std::vector<std::vector<CheckRecord>> by_item(items.size());
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < items.size(); ++i) {
    limit = std::max(limit, with_grace(items[i].options.budget));
    by_item[i].resize(items[i].seeds.size());
    left.push_back(items[i].seeds.size());
  }
  std::vector<CheckRecord> records(items.size());
  std::vector<std::size_t> first_part(items.size(), 0);
  for (std::size_t part = parts.size(); part-- > 0;) first_part[parts[part].item] = part;
  const PoolOptions pool{.jobs = options.jobs,
                         .stop = options.stop,
                         .limits = {.time = limit, .memory = options.memory},
                         .spare = &spare,
                         .relay = relay ? &*relay : nullptr};
  if (parts.size() > 1) models::platform::prepare_sharing_engines();
  run_tasks(tasks, pool, [&](std::size_t part, const WorkerResult& result) {
    const auto [item, seed] = parts[part];
    by_item[item][part - first_part[item]] = record_of(items[item], seed, result);
    if (--left[item] > 0) return;
    records[item] = merge_seeds(std::move(by_item[item]));
    finished(records[item]);
  });
  return records;
}

}  // namespace fencelab::campaign
