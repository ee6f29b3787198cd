#include "campaign/report/report_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "campaign/report/json_text.hpp"
#include "campaign/tables.hpp"

namespace fencelab::campaign {

namespace {

/// Metrics of which the page has the number of each run, not only estimates.
const std::vector<std::string>& run_metrics() {
  static const std::vector<std::string> kNames = {"makespan_ns", "job_latency_p50_ns",
                                                  "job_latency_p95_ns", "frame_latency_p95_ns",
                                                  "oversync_time_ns"};
  return kNames;
}

std::size_t index_of(const std::string& column) {
  const auto found = std::find_if(columns().begin(), columns().end(),
                                  [&](const Column& each) { return each.name == column; });
  return static_cast<std::size_t>(found - columns().begin());
}

/// "1..30", or "1, 4, 9..12".
std::string seeds_of(const RunGroup& group) {
  std::vector<std::uint64_t> seeds;
  for (const RunGroup::Ending& run : group.endings()) seeds.push_back(run.seed);
  std::sort(seeds.begin(), seeds.end());
  std::string text;
  for (std::size_t i = 0; i < seeds.size();) {
    std::size_t last = i;
    while (last + 1 < seeds.size() && seeds[last + 1] == seeds[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ", ", seeds[i]);
    if (last > i) text += fmt::format("..{}", seeds[last]);
    i = last + 1;
  }
  return text;
}

/// [[verdict or status, runs, seed of the first]], most first.
std::string verdicts_json(const RunGroup& group) {
  struct Outcome {
    std::string word;
    std::size_t runs = 0;
    std::uint64_t seed = 0;
  };
  std::vector<Outcome> outcomes(group.words().size());
  for (const RunGroup::Ending& run : group.endings()) {
    Outcome& outcome = outcomes[run.word];
    if (outcome.runs++ == 0) outcome = {group.words()[run.word], 1, run.seed};
  }
  std::stable_sort(outcomes.begin(), outcomes.end(),
                   [](const auto& a, const auto& b) { return a.runs > b.runs; });
  return json_list(outcomes, [](const Outcome& each) {
    return fmt::format("[{},{},{}]", json_of(each.word), each.runs, each.seed);
  });
}

/// [before, after] of the seed in the command that makes a run of the cell.
std::string command_json(const RunIdentity& first) {
  const std::string& command = first.reproduce;
  const std::string seed = fmt::format(" --seeds {}", first.seed);
  const std::size_t at = command.rfind(seed);
  if (at == std::string::npos) return json_list(std::vector<std::string>{command, ""});
  const std::size_t number = at + std::string_view(" --seeds ").size();
  return json_list(
      std::vector<std::string>{command.substr(0, number), command.substr(at + seed.size())});
}

}  // namespace

void ReportData::add_runs(const RunGroup& group) {
  values_.resize(run_metrics().size());
  for (std::size_t i = 0; i < run_metrics().size(); ++i) {
    const SeedValues& values = group.values(index_of(run_metrics()[i]));
    const bool is_same = std::all_of(values.begin(), values.end(), [&](const auto& value) {
      return value.second == values.front().second;
    });
    if (values.empty())
      values_[i].emplace_back("null");
    else if (is_same)
      values_[i].push_back(json_of(values.front().second));
    else
      values_[i].push_back(
          json_list(values, [](const auto& value) { return json_of(value.second); }));
  }
}

void ReportData::add_cell(const Cell& open, const std::vector<RunGroup>& groups,
                          const RunGroup& group) {
  const RunGroup* const baseline = baseline_of(groups, group, options_);
  CompareOptions all = options_;
  all.metrics.clear();
  estimates_.add_cell(compare(group, baseline, oracle_of(groups, group), all), group);
  add_runs(group);
  JsonObject cell;
  cell.add("point", json_of(points_.size()))
      .add("stack", json_of(stacks_.number_of(group.stack())))
      .add("baseline", baseline ? json_of(stacks_.number_of(baseline->stack())) : "null")
      .add("runs", json_of(group.endings().size()))
      .add("seeds", json_of(seeds_of(group)))
      .add("verdicts", verdicts_json(group))
      .add("command", open.command)
      .add("failure", json_of(names_.number_of(open.failure)));
  open.details.add_to(cell, names_);
  cells_.push_back(cell.text());
}

void ReportData::add(const StoredRun& run, Drawings& drawings) {
  const bool is_ok = run.record.status == "ok";
  ++runs_;
  failed_ += !is_ok;
  builds_.insert(run.build);
  auto cell = std::find_if(open_.begin(), open_.end(),
                           [&](const Cell& each) { return each.stack == run.record.stack; });
  if (cell == open_.end())
    cell = open_.insert(cell, Cell{run.record.stack, command_json(run.identity), {}, {}});
  if (!is_ok && cell->failure.empty())
    cell->failure = fmt::format("seed {}: {}", run.record.seed, run.record.message);
  const std::size_t number = cells_.size() + static_cast<std::size_t>(cell - open_.begin());
  if (number >= kMostCells) return;
  stuck_.add(number, run.record, drawings);
  cell->details.add(run.record, names_);
}

void ReportData::end_point(const std::vector<RunGroup>& groups, const std::string& judgement) {
  const std::vector<Cell> open = std::exchange(open_, {});
  const bool fits = cells_.size() + groups.size() <= kMostCells;
  stuck_.end_point(fits);
  if (!fits) {
    cells_left_out_ += groups.size();
    return;
  }
  for (std::size_t i = 0; i < groups.size(); ++i) add_cell(open[i], groups, groups[i]);
  points_.push_back(JsonObject()
                        .add("scenario", json_of(groups.front().scenario()))
                        .add("point", json_of(groups.front().point()))
                        .add("file", json_of(groups.front().file()))
                        .add("judgement", judgement.empty() ? "null" : judgement)
                        .text());
}

std::string ReportData::json(std::uint64_t planned) const {
  std::vector<std::string> metrics;
  for (const Column& column : columns())
    if (is_compared(column))
      metrics.push_back(fmt::format("[{},{},{}]", json_of(column.name), json_of(column.unit),
                                    json_of(column.meaning)));
  const auto as_is = [](const std::string& text) { return text; };
  JsonObject run_values;
  for (std::size_t i = 0; i < values_.size(); ++i)
    run_values.add(run_metrics()[i], json_list(values_[i], as_is));
  NamePool names = names_;
  const std::string stuck = stuck_.json(names);
  return JsonObject()
      .add("format", json_of(kFormat))
      .add("builds", json_list(builds_))
      .add("planned", json_of(planned))
      .add("runs", json_of(runs_))
      .add("failed", json_of(failed_))
      .add("cells_left_out", json_of(cells_left_out_))
      .add("chosen", json_list(options_.metrics))
      .add("baseline", json_of(options_.baseline))
      .add("metrics", json_list(metrics, as_is))
      .add("always_zero", json_list(estimates_.always_zero()))
      .add("permilles", json_list(kDistributionPermilles))
      .add("client_columns", json_list(report_client_columns()))
      .add("stacks", json_list(stacks_.names()))
      .add("names", json_list(names.names()))
      .add("points", json_list(points_, as_is))
      .add("cells", json_list(cells_, as_is))
      .add("estimates", estimates_.json())
      .add("values", run_values.text())
      .add("stuck", stuck)
      .text();
}

}  // namespace fencelab::campaign
