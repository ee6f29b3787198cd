// fencelab run: scenarios under stacks with seeds, to runs.csv and compare.csv.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <set>
#include <string>

#include "campaign/dependencies.hpp"
#include "campaign/expectations.hpp"
#include "campaign/files.hpp"
#include "campaign/results.hpp"
#include "campaign/run_all.hpp"
#include "campaign/run_one.hpp"
#include "campaign/tables.hpp"
#include "cli/output.hpp"
#include "cli/plan.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"

namespace fencelab::cli {

namespace {

/// What a context forbids and was done all the same, although nothing got stuck; each rule once for
/// a stack. A rule that the scenario says it breaks is no news.
void tell_rules(const scenarios::Scenario& scenario, const campaign::RunRecord& record,
                std::set<std::string>& told) {
  const auto expect = scenario.expect.find(record.stack);
  for (const auto& [rule, text] : record.broken_rules) {
    const bool stated = expect != scenario.expect.end() &&
                        std::find(expect->second.rules.begin(), expect->second.rules.end(), rule) !=
                            expect->second.rules.end();
    if (stated || !told.insert(record.file + record.stack + rule).second) continue;
    complain("{} under {} (seed {}): breaks {}\n{}\n", record.scenario, record.stack, record.seed,
             rule, text);
  }
}

int judge(const std::vector<Plan>& plans, const std::vector<campaign::RunRecord>& records) {
  int code = kExitOk;
  std::set<std::string> told;
  for (const campaign::RunRecord& record : records) {
    // A yardstick is not what the scenario is about.
    const bool is_yardstick = campaign::is_oracle_variant(record.stack);
    if (is_yardstick && record.status == "ok") continue;
    const auto plan = std::find_if(plans.begin(), plans.end(),
                                   [&](const Plan& p) { return p.scenario.file == record.file; });
    tell_rules(plan->scenario, record, told);
    for (const campaign::Failure& failure : campaign::check(plan->scenario, record)) {
      complain("{}\n", failure.message);
      for (const auto& incident : record.incidents)
        if (failure.deadlock) complain("{}\n", incident.text);
      code = std::max(code, failure.deadlock ? int{kExitDeadlock} : int{kExitExpectation});
    }
    if (record.status == "crashed") code = kExitCrash;
  }
  for (const Plan& plan : plans)
    for (const campaign::Failure& failure : campaign::check_relations(plan.scenario, records)) {
      complain("{}\n", failure.message);
      code = std::max(code, int{kExitExpectation});
    }
  return code;
}

/// What a second run must repeat: how it ended, and each of its events.
std::string outcome_of(const campaign::RunRecord& record) {
  const auto fingerprint = record.values.find("fingerprint");
  return record.status + " " + record.verdict + " " +
         (fingerprint == record.values.end() ? std::string() : fingerprint->second);
}

bool same_again(const std::vector<campaign::RunRecord>& first,
                const std::vector<campaign::RunRecord>& second) {
  bool same = true;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (outcome_of(first[i]) == outcome_of(second[i])) continue;
    complain("{} under {} (seed {}): two runs differ: {}, then {}\n", first[i].scenario,
             first[i].stack, first[i].seed, outcome_of(first[i]), outcome_of(second[i]));
    same = false;
  }
  return same;
}

/// Runs everything and writes the results. Signals wait meanwhile: either all files are there or
/// none is touched.
int run_and_write(const RunOptions& options, const std::vector<Plan>& plans,
                  const std::vector<campaign::WorkItem>& items, campaign::StopSignals& stop) {
  Progress progress("runs", items.size(), options.quiet);
  const auto run = [&](auto finished) {
    return campaign::run_all(items, options.jobs, finished, &stop);
  };
  const auto records = run([&](const campaign::RunRecord& record) {
    const bool ok = record.status == "ok";
    progress.step(fmt::format("{} under {}: {}", record.scenario, record.stack,
                              ok ? record.verdict : record.status),
                  !ok);
  });
  if (stop.arrived() != 0) {
    complain("fencelab: interrupted after {} of {} runs; no results were written\n",
             progress.done(), items.size());
    return kExitCrash;
  }
  const auto failure = campaign::write_results(options.out, records, campaign::build_description());
  say("{}\n", campaign::comparison_table(records));
  say("{}", campaign::costliest_dependencies(records));
  int code = judge(plans, records);
  if (options.repeat) {
    const auto again = run([](const auto&) {});
    if (stop.arrived() == 0 && !same_again(records, again))
      code = std::max(code, int{kExitNondeterminism});
  }
  if (failure) {
    complain("fencelab: {}; no results were written\n", *failure);
    return kExitUsage;
  }
  say("{0}/runs.csv\n{0}/compare.csv\n{0}/dependencies.csv\n", options.out);
  return code;
}

int run(const RunOptions& options) {
  const auto registry = policies::Registry::built_in();
  auto plans = load_plans(options, registry);
  if (!plans) return kExitUsage;
  if (options.oracle) add_oracles(*plans, registry);
  if (const auto failure = campaign::make_directory(options.out)) {
    complain("fencelab: --out: {}\n", *failure);
    return kExitUsage;
  }
  int signal = 0, code = kExitOk;
  {
    campaign::StopSignals stop;
    code = run_and_write(options, *plans, work_of(*plans), stop);
    signal = stop.arrived();
  }
  if (signal != 0) campaign::end_by(signal);
  return code;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "run scenarios under stacks and compare them");
  command->add_option("scenario", options->paths, "scenario files, or folders of them")->required();
  command->add_option("--stack", options->stacks,
                      "only these stacks (names of the scenario, or presets)");
  CLI::Option* seeds = command->add_option(
      "--seeds", options->seeds, "a seed or a range such as 1..8, instead of the scenario's");
  command->add_option("--set", options->sets, "change the scenario first: /json/pointer=value")
      ->allow_extra_args(false);
  add_rounds_option(*command, *options);
  command->add_option("-j,--jobs", options->jobs, "runs at the same time (default: 1)")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--out", options->out,
                   "folder for runs.csv and compare.csv (default: fencelab-out)")
      ->default_val("fencelab-out");
  command->add_flag("--quiet", options->quiet, "no progress line");
  command->add_flag(
      "--oracle", options->oracle,
      "run each stack also with sync oracle (true hazards only) and compare with that");
  command->add_flag("--check-determinism", options->repeat,
                    "run everything twice and compare fingerprints");
  command->callback([options, seeds, &action] {
    options->has_seeds = seeds->count() > 0;
    action = [options] { return run(*options); };
  });
}

}  // namespace fencelab::cli
