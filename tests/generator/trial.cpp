#include "tests/generator/trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>
#include <set>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "campaign/check_explored.hpp"
#include "campaign/columns.hpp"
#include "campaign/run_one.hpp"
#include "campaign/scenario_subject.hpp"
#include "campaign/worker_pool.hpp"
#include "policies/registry.hpp"
#include "scenarios/loader.hpp"
#include "tests/analysis/explore/naive.hpp"
#include "tests/sampling.hpp"

namespace fencelab::tests {

namespace {

constexpr std::uint64_t kEvents = 200'000;

/// What depends on the machine.
std::string without_costs(campaign::RunRecord record) {
  for (const campaign::Column& column : campaign::columns())
    if (column.is_cost) record.values.erase(column.name);
  return record.to_json();
}

bool is_verdict(const std::string& word) {
  static const std::set<std::string> kVerdicts = {"deadlock", "orphan",  "masked",  "livelock",
                                                  "stall",    "starved", "complete"};
  return kVerdicts.contains(word);
}

std::string complaint_of_run(const campaign::RunRecord& record, const campaign::RunRecord& again) {
  if (record.status == "overdue") return {};
  if (record.status != "ok" && record.status != "error")
    return fmt::format("status {}: {}", record.status, record.message);
  if (!is_verdict(record.verdict)) return "verdict " + record.verdict;
  const std::string text = without_costs(record);
  if (text != without_costs(again)) return "two runs of one seed differ";
  if (campaign::RunRecord::from_json(text).to_json() != text) return "its record is not read back";
  return {};
}

/// What a process is to do with one stack of one scenario: SimGrid counts on one run in each.
struct Task {
  std::uint64_t seed;  ///< of the scenario
  std::size_t stack;
  std::string text;
  std::uint64_t run_seed;  ///< 0: search
};

/// Whether every interleaving could be tried; and what the provers find otherwise, if anything.
std::pair<bool, std::string> beside_naive(const scenarios::Scenario& scenario,
                                          const scenarios::ResolvedStack& stack) {
  constexpr std::uint64_t kInterleavings = kSanitized ? 200 : 4'000;
  campaign::ScenarioSubject subject(scenario, stack);
  const auto naive = testing::explore_naively(subject, core::TimerMode::never, kInterleavings);
  if (!naive.complete) return {};
  const analysis::Exploration a = analysis::explore_dpor(subject, {}, {});
  const analysis::Exploration b = analysis::explore_states(subject, {}, {});
  std::string other;
  if (!a.exhausted || testing::keys(a) != naive.dead || a.executions < naive.traces)
    other += fmt::format("A: {} executions, {} dead, exhausted {}; ", a.executions, a.dead.size(),
                         a.exhausted);
  if (!b.exhausted || testing::keys(b) != naive.dead)
    other += fmt::format("B: {} dead, exhausted {}; ", b.dead.size(), b.exhausted);
  if (!other.empty())
    other += fmt::format("all {} interleavings: {} traces, {} dead", naive.interleavings,
                         naive.traces, naive.dead.size());
  return {true, other};
}

nlohmann::json search(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack) {
  campaign::CheckOptions options;
  options.strength = campaign::Strength::proved;
  options.budget = std::chrono::seconds(kSanitized ? 30 : 3);
  options.steps_max = kSanitized ? 3'000 : 30'000;
  options.timers = campaign::TimerPolicy::any;
  options.counterexamples = false;
  campaign::CheckRecord record;
  record.verdict = "complete";
  campaign::explore_into(record, scenario, stack, 1, options);
  std::string violations;
  for (const std::string& violation : record.violations) violations += violation + "; ";
  const auto [counted, otherwise] = beside_naive(scenario, stack);
  violations += otherwise;
  const bool finds =
      std::any_of(record.findings.begin(), record.findings.end(),
                  [](const campaign::CheckFinding& finding) { return finding.kind == "deadlock"; });
  return {{"proved", record.strength == campaign::Strength::proved},
          {"finds", finds},
          {"counted", counted},
          {"violations", violations}};
}

/// In a process of its own.
std::string carry_out(const Task& task) {
  const auto registry = policies::Registry::built_in();
  const auto scenario =
      scenarios::load_scenario(task.text, "generated.json", scenarios::policy_names(registry, {}));
  if (!scenario) throw std::runtime_error("it does not load any more");
  const auto stack = scenarios::resolve_stack(*scenario, scenario->stacks.at(task.stack), registry);
  if (!stack) throw std::runtime_error("its stack does not resolve any more");
  if (task.run_seed == 0) return search(*scenario, *stack).dump();
  return campaign::run_one(*scenario, *stack, task.run_seed, nullptr, {}, kEvents).to_json();
}

/// A deadlock that a timer after the horizon would have ended is none where timers may go off at
/// any time.
bool is_stuck_for_good(const campaign::RunRecord& run) {
  return std::any_of(run.incidents.begin(), run.incidents.end(),
                     [](const campaign::IncidentRecord& incident) {
                       return incident.kind == "deadlock" &&
                              incident.text.find("masked by a recovery timer") == std::string::npos;
                     });
}

/// What the tasks of one stack told.
struct Told {
  std::vector<campaign::RunRecord> runs;  ///< seed 1 twice, then the others
  nlohmann::json search;
  std::string failure;  ///< of a process
};

std::string complaint_of(const Told& told) {
  if (!told.failure.empty()) return told.failure;
  if (std::string complaint = complaint_of_run(told.runs[0], told.runs[1]); !complaint.empty())
    return complaint;
  if (told.search.is_null()) return {};
  if (const std::string violations = told.search["violations"]; !violations.empty())
    return "the provers: " + violations;
  const auto stuck = std::find_if(told.runs.begin(), told.runs.end(), is_stuck_for_good);
  if (stuck != told.runs.end() && told.search["proved"] && !told.search["finds"])
    return fmt::format("proved free of deadlock, and a timed run of seed {} deadlocks",
                       stuck->seed);
  return {};
}

}  // namespace

std::vector<Trial> try_scenarios(std::uint64_t first, std::uint64_t count, Size size) {
  std::vector<Task> tasks;
  const std::vector<std::uint64_t> seeds = size == Size::small
                                               ? std::vector<std::uint64_t>{1, 1, 2, 3, 0}
                                               : std::vector<std::uint64_t>{1, 1};
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Generated made = generate(seed, size);
    for (std::size_t i = 0; i < made.document["stacks"].size(); ++i)
      for (const std::uint64_t run_seed : seeds) tasks.push_back({seed, i, made.text(), run_seed});
  }
  std::vector<campaign::WorkerTask> work;
  for (const Task& task : tasks) work.emplace_back([&task] { return carry_out(task); });
  campaign::PoolOptions options;
  options.limits.time = std::chrono::minutes(kSanitized ? 5 : 1);
  const auto results =
      campaign::run_tasks(work, options, [](std::size_t, const campaign::WorkerResult&) {});
  std::vector<Trial> trials;
  for (std::size_t i = 0; i < tasks.size(); i += seeds.size()) {
    Told told;
    for (std::size_t part = i; part < i + seeds.size(); ++part) {
      const std::uint64_t run_seed = tasks[part].run_seed;
      if (results[part].status != campaign::WorkerResult::Status::ok)
        told.failure += (run_seed == 0 ? "search: " : "run: ") + results[part].text + "; ";
      else if (run_seed == 0)
        told.search = nlohmann::json::parse(results[part].text);
      else
        told.runs.push_back(campaign::RunRecord::from_json(results[part].text));
    }
    Trial trial{.seed = tasks[i].seed, .stack = tasks[i].stack, .complaint = complaint_of(told)};
    if (!told.runs.empty()) trial.verdict = told.runs[0].verdict;
    if (!told.search.is_null()) {
      trial.proved = told.search["proved"];
      trial.counted = told.search["counted"];
    }
    if (!trial.complaint.empty()) trial.scenario = tasks[i].text;
    trials.push_back(std::move(trial));
  }
  return trials;
}

void sweep(std::uint64_t first, std::uint64_t seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::map<std::string, std::uint64_t> verdicts;
  std::uint64_t proved = 0, counted = 0, seed = first;
  for (; std::chrono::steady_clock::now() < end; ++seed)
    for (const Size size : {Size::any, Size::small})
      for (const Trial& trial : try_scenarios(seed, 1, size)) {
        ++verdicts[trial.verdict];
        proved += trial.proved;
        counted += trial.counted;
        if (trial.complaint.empty()) continue;
        std::cout << fmt::format("seed {}{}, stack {}: {}\n{}\n", trial.seed,
                                 size == Size::small ? " (small)" : "", trial.stack,
                                 trial.complaint, trial.scenario);
        FAIL_CHECK("seed " << trial.seed << ": " << trial.complaint);
      }
  std::cout << fmt::format("seeds {} to {}, {} proved, of {} all interleavings tried\n", first,
                           seed - 1, proved, counted);
  for (const auto& [verdict, count] : verdicts)
    std::cout << fmt::format("  {:<12} {}\n", verdict.empty() ? "(none)" : verdict, count);
}

}  // namespace fencelab::tests
