// fencelab run: scenarios under stacks with seeds, to runs.csv and compare.csv.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <system_error>

#include "campaign/comparison.hpp"
#include "campaign/files.hpp"
#include "cli/campaign.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/program.hpp"
#include "cli/trace_options.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::cli {

namespace {

int run(const RunOptions& options, campaign::Ranks* ranks) {
  const auto registry = known_policies();
  auto plans = load_plans(options, registry);
  const bool serves = ranks && ranks->rank() > 0;
  if (!plans && serves) plans.emplace();  // what cannot be loaded is said by the first
  if (!plans) return kExitUsage;
  for (Plan& plan : *plans)
    if (options.oracle) add_oracles(plan, registry);
  if (serves) return serve_campaign(options, *plans, registry, *ranks);
  if (options.list || options.count) return list_runs(options, *plans, registry);
  if (!can_compare(options.regression)) return kExitUsage;
  if (!can_trace(options, *plans, registry)) return kExitUsage;
  if (const auto failure = campaign::make_directory(options.out)) {
    complain("fencelab: --out: {}\n", *failure);
    return kExitUsage;
  }
  return run_campaign(options, *plans, registry, ranks);
}

const CLI::Validator kShard(
    [](const std::string& text) {
      std::uint64_t part = 0, parts = 0;
      const char* const end = text.data() + text.size();
      const auto first = std::from_chars(text.data(), end, part);
      const bool slash = first.ptr != end && *first.ptr == '/';
      const auto second = slash ? std::from_chars(first.ptr + 1, end, parts) : first;
      if (slash && second.ptr == end && second.ec == std::errc{} && part >= 1 && part <= parts)
        return std::string();
      return scenarios::quote(text) + " is no part; expected i/n with i from 1 to n";
    },
    "");

const CLI::Validator kNarrowness(
    [](const std::string& text) {
      const auto goal = campaign::parse_narrowness(text);
      if (!goal)
        return scenarios::quote(text) + " is no bound; expected one such as makespan_ns<5%";
      std::vector<std::string> known;
      for (const campaign::Column& column : campaign::columns())
        if (campaign::is_compared(column)) known.push_back(column.name);
      if (std::find(known.begin(), known.end(), goal->metric) != known.end()) return std::string();
      return fmt::format("{} is no metric; {}", scenarios::quote(goal->metric),
                         scenarios::did_you_mean(goal->metric, known));
    },
    "");

void add_campaign_options(CLI::App& command, RunOptions& options) {
  command.add_flag("--list", options.list,
                   "only say which runs there would be: a command for each, that makes it alone");
  command.add_flag("--count", options.count, "only say how many runs there would be");
  command
      .add_option("--max-runs", options.max_runs,
                  "the most runs that are begun at all (default: 100000)")
      ->check(CLI::PositiveNumber);
  command
      .add_option_function<std::string>(
          "--shard",
          [&options](const std::string& text) {
            const auto slash = text.find('/');
            options.shard = std::stoull(text.substr(0, slash));
            options.shards = std::stoull(text.substr(slash + 1));
          },
          "the i-th of n parts of the runs, as 1/4; `fencelab merge` puts the parts together")
      ->check(kShard);
  CLI::Option* const until =
      command
          .add_option_function<std::vector<std::string>>(
              "--until-ci",
              [&options](const std::vector<std::string>& goals) {
                options.until.clear();
                for (const std::string& goal : goals)
                  options.until.push_back(*campaign::parse_narrowness(goal));
              },
              "add seeds until half the 95 % interval of a metric is narrow enough under every "
              "stack, such as job_latency_p95_ns<5%")
          ->check(kNarrowness)
          ->allow_extra_args(false)
          ->excludes("--shard");
  command
      .add_option("--max-seeds", options.max_seeds,
                  "the most seeds that a point gets in this way (default: 1000)")
      ->check(CLI::PositiveNumber)
      ->needs(until);
  command
      .add_option("--rerun", options.rerun,
                  "make stored runs anew: those that failed, or all (default: none)")
      ->transform(CLI::Transformer(
          std::map<std::string, Rerun>{
              {"none", Rerun::none}, {"failed", Rerun::failed}, {"all", Rerun::all}},
          CLI::ignore_case))
      ->type_name("none|failed|all");
  add_run_limits(command, options.limits);
  add_memory_limit(command, options.limits);
  add_document_limits(command, options.document);
  add_regression_options(command, options.regression);
}

}  // namespace

void add_run(CLI::App& app, Action& action, campaign::Ranks* ranks) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "run scenarios under stacks and compare them");
  add_plugin_options(*command);
  command->add_option("scenario", options->paths, "scenario files, or folders of them")->required();
  command->add_option(
      "--stack", options->stacks,
      "only these stacks: names of the scenario, presets, or presets with changes such as "
      "linux-implicit,flip=deadline,flip.margin=2ms");
  CLI::Option* seeds = command->add_option(
      "--seeds", options->seeds, "a seed or a range such as 1..8, instead of the scenario's");
  command->add_option("--set", options->sets, "change the scenario first: /json/pointer=value")
      ->allow_extra_args(false);
  add_rounds_option(*command, *options);
  add_point_option(*command, *options);
  add_campaign_options(*command, *options);
  add_trace_options(*command, options->trace);
  command->add_option("-j,--jobs", options->jobs, "runs at the same time (default: 1)")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--out", options->out,
                   "folder of results.sqlite, and for runs.csv, compare.csv and report.html "
                   "(default: fencelab-out)")
      ->default_val("fencelab-out");
  command->add_flag("--quiet", options->quiet, "no progress line");
  command->add_flag("!--no-report", options->report, "write no report.html");
  command->add_flag(
      "--oracle", options->oracle,
      "run each stack also with sync oracle (true hazards only) and compare with that");
  command->add_flag("--check-determinism", options->repeat,
                    "run everything twice and compare fingerprints");
  command->callback([options, seeds, ranks, &action] {
    options->has_seeds = seeds->count() > 0;
    action = [options, ranks] { return run(*options, ranks); };
  });
}

}  // namespace fencelab::cli
