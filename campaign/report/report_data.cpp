#include "campaign/report/report_data.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "campaign/report/cell_details.hpp"
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
  for (const RunRecord* const run : group.runs()) seeds.push_back(run->seed);
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
    std::size_t runs;
    std::uint64_t seed;
  };
  std::vector<Outcome> outcomes;
  for (const RunRecord* const run : group.runs()) {
    const std::string& word = run->status == "ok" ? run->verdict : run->status;
    const auto known = std::find_if(outcomes.begin(), outcomes.end(),
                                    [&](const Outcome& each) { return each.word == word; });
    if (known == outcomes.end())
      outcomes.push_back({word, 1, run->seed});
    else
      ++known->runs;
  }
  std::stable_sort(outcomes.begin(), outcomes.end(),
                   [](const auto& a, const auto& b) { return a.runs > b.runs; });
  return json_list(outcomes, [](const Outcome& each) {
    return fmt::format("[{},{},{}]", json_of(each.word), each.runs, each.seed);
  });
}

/// [before, after] of the seed in the command that makes a run of the cell.
std::string command_json(const StoredPoint& point, const RunGroup& group) {
  for (std::size_t i = 0; i < point.records.size(); ++i) {
    if (&point.records[i] != group.runs().front()) continue;
    const std::string& command = point.identities[i].reproduce;
    const std::string seed = fmt::format(" --seeds {}", point.identities[i].seed);
    const std::size_t at = command.rfind(seed);
    if (at == std::string::npos) return json_list(std::vector<std::string>{command, ""});
    const std::size_t number = at + std::string_view(" --seeds ").size();
    return json_list(
        std::vector<std::string>{command.substr(0, number), command.substr(at + seed.size())});
  }
  return "null";
}

/// The first message of a run that failed.
std::string failure_of(const RunGroup& group) {
  for (const RunRecord* const run : group.runs())
    if (run->status != "ok") return fmt::format("seed {}: {}", run->seed, run->message);
  return {};
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

void ReportData::add_cell(const StoredPoint& point, const std::vector<RunGroup>& groups,
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
      .add("runs", json_of(group.runs().size()))
      .add("seeds", json_of(seeds_of(group)))
      .add("verdicts", verdicts_json(group))
      .add("command", command_json(point, group))
      .add("failure", json_of(names_.number_of(failure_of(group))))
      .add("dependencies", dependencies_json(group, names_))
      .add("clients", clients_json(group, names_))
      .add("places", places_json(group, names_))
      .add("distributions", distributions_json(group))
      .add("series", series_json(group, names_))
      .add("hazards", hazards_json(group, names_));
  cells_.push_back(cell.text());
}

void ReportData::add(const StoredPoint& point, const std::string& judgement, Drawings& drawings) {
  add(point, group_runs(point.records), judgement, drawings);
}

void ReportData::add(const StoredPoint& point, const std::vector<RunGroup>& groups,
                     const std::string& judgement, Drawings& drawings) {
  runs_ += point.records.size();
  for (const RunRecord& record : point.records) failed_ += record.status != "ok";
  builds_.insert(point.builds.begin(), point.builds.end());
  if (cells_.size() + groups.size() > kMostCells) {
    cells_left_out_ += groups.size();
    return;
  }
  for (const RunGroup& group : groups) {
    stuck_.add_cell(cells_.size(), group, drawings);
    add_cell(point, groups, group);
  }
  points_.push_back(JsonObject()
                        .add("scenario", json_of(point.identities.front().scenario))
                        .add("point", json_of(point.identities.front().point))
                        .add("file", json_of(point.identities.front().file))
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
