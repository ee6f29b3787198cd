// fencelab run: scenarios under stacks with seeds, to runs.csv and compare.csv.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "analysis/report/deadlock_svg.hpp"
#include "campaign/columns.hpp"
#include "campaign/expectations.hpp"
#include "campaign/files.hpp"
#include "campaign/run_one.hpp"
#include "campaign/tables.hpp"
#include "campaign/worker_pool.hpp"
#include "cli/names.hpp"
#include "cli/program.hpp"
#include "scenarios/loader.hpp"

namespace fencelab::cli {

namespace {

struct RunOptions {
  std::vector<std::string> paths, stacks, sets;
  std::string seeds, out;
  unsigned jobs = 1;
  bool quiet = false, repeat = false;
};

/// A loaded scenario with its stacks decided.
struct Plan {
  scenarios::Scenario scenario;
  std::vector<scenarios::ResolvedStack> stacks;
  std::vector<std::uint64_t> seeds;
};

/// The whole of `text` as a number; no sign, no space.
bool parse_seed(std::string_view text, std::uint64_t& seed) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  return error == std::errc() && end == text.data() + text.size();
}

constexpr std::uint64_t kMaxSeeds = 1'000'000;

bool parse_seeds(std::string_view text, std::vector<std::uint64_t>& seeds) {
  const std::size_t dots = text.find("..");
  std::uint64_t from = 0, to = 0;
  if (!parse_seed(text.substr(0, dots), from)) return false;
  to = from;
  if (dots != text.npos && !parse_seed(text.substr(dots + 2), to)) return false;
  if (to < from || to - from >= kMaxSeeds) return false;
  for (std::uint64_t i = 0; i <= to - from; ++i) seeds.push_back(from + i);
  return true;
}

/// Stacks to run: those asked for by name (presets count although the scenario does not list them).
bool choose_stacks(Plan& plan, const RunOptions& options, const policies::Registry& registry) {
  std::vector<scenarios::StackSpec> chosen;
  for (const scenarios::StackSpec& stack : plan.scenario.stacks)
    if (options.stacks.empty() ||
        std::find(options.stacks.begin(), options.stacks.end(), stack.name) != options.stacks.end())
      chosen.push_back(stack);
  for (const std::string& name : options.stacks) {
    const bool known = std::any_of(chosen.begin(), chosen.end(),
                                   [&](const auto& stack) { return stack.name == name; });
    if (known) continue;
    if (!policies::find_preset(name)) {
      fmt::print(stderr, "{}: no stack \"{}\" in the scenario, and no preset of that name{}\n",
                 plan.scenario.file, name, suggestion(name));
      return false;
    }
    scenarios::StackSpec stack;
    stack.name = stack.preset = name;
    chosen.push_back(std::move(stack));
  }
  bool ok = true;
  for (const scenarios::StackSpec& stack : chosen) {
    auto resolved = scenarios::resolve_stack(plan.scenario, stack, registry);
    if (resolved)
      plan.stacks.push_back(std::move(resolved).value());
    else
      fmt::print(stderr, "{}", scenarios::format_diagnostics(resolved.diagnostics())), ok = false;
  }
  return ok;
}

bool load_all(const RunOptions& options, const policies::Registry& registry,
              std::vector<Plan>& plans) {
  const FoundFiles found = find_scenarios(options.paths);
  for (const std::string& error : found.errors) fmt::print(stderr, "fencelab: {}\n", error);
  bool ok = found.errors.empty();
  const auto names = scenarios::policy_names(registry, metric_names());
  for (const std::string& file : found.files) {
    auto loaded = scenarios::load_scenario_file(file, names, options.sets);
    if (!loaded) {  // warnings are what `validate` is for
      fmt::print(stderr, "{}", scenarios::format_diagnostics(loaded.diagnostics()));
      ok = false;
      continue;
    }
    Plan plan{std::move(loaded).value(), {}, {}};
    plan.seeds = plan.scenario.seeds;
    if (!options.seeds.empty()) {
      plan.seeds.clear();
      if (!parse_seeds(options.seeds, plan.seeds)) {
        fmt::print(stderr,
                   "fencelab: --seeds {}: expected a number, or a range such as 1..8 of at most {} "
                   "seeds\n",
                   options.seeds, kMaxSeeds);
        return false;
      }
    }
    ok = choose_stacks(plan, options, registry) && ok;
    plans.push_back(std::move(plan));
  }
  return ok;
}

class Progress {
 public:
  Progress(std::size_t total, bool quiet)
      : total_(total), quiet_(quiet), terminal_(::isatty(2) != 0) {}
  void step(const campaign::RunRecord& record) {
    ++done_;
    failed_ += record.status != "ok";
    if (quiet_) return;
    if (terminal_)
      fmt::print(stderr, "\r\033[K{}/{} runs, {} failed; {} under {}: {}", done_, total_, failed_,
                 record.scenario, record.stack,
                 record.status == "ok" ? record.verdict : record.status);
    else if (done_ == total_ || done_ % 20 == 0)
      fmt::print(stderr, "{}/{} runs, {} failed\n", done_, total_, failed_);
    if (terminal_ && done_ == total_) fmt::print(stderr, "\n");
  }

 private:
  std::size_t total_, done_ = 0, failed_ = 0;
  bool quiet_, terminal_;
};

std::string file_stem(const campaign::RunRecord& record, std::size_t number) {
  std::string stem =
      fmt::format("{}-{}-seed{}-{}", record.scenario, record.stack, record.seed, number + 1);
  for (char& c : stem)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '.' && c != '_') c = '_';
  return stem;
}

/// What an earlier run left that this one may not overwrite. Only where that run was ours.
void remove_leftovers(const std::string& out) {
  std::error_code ignored;
  if (!std::filesystem::exists(out + "/runs.csv", ignored)) return;
  std::filesystem::remove_all(out + "/deadlocks", ignored);
  std::filesystem::remove(out + "/hazards.txt", ignored);
}

/// Every incident as text, JSON, DOT and (if Graphviz is there) SVG.
bool write_incidents(const RunOptions& options, const std::vector<campaign::RunRecord>& records) {
  const std::string folder = options.out + "/deadlocks";
  bool any = false;
  for (const auto& record : records) any |= !record.incidents.empty();
  if (!any) return true;
  auto failure = campaign::make_directory(folder);
  for (const auto& record : records)
    for (std::size_t i = 0; i < record.incidents.size() && !failure; ++i) {
      const auto& incident = record.incidents[i];
      const std::string stem = folder + "/" + file_stem(record, i);
      failure = campaign::write_file(stem + ".txt", incident.text);
      if (failure || incident.dot.empty()) continue;  // found by counting, not in a wait graph
      failure = campaign::write_file(stem + ".json", incident.json + "\n");
      if (!failure) failure = campaign::write_file(stem + ".dot", incident.dot);
      const auto drawing = analysis::render_svg(incident.dot);
      if (!failure && drawing.ok()) failure = campaign::write_file(stem + ".svg", drawing.svg);
    }
  if (failure) fmt::print(stderr, "fencelab: {}\n", *failure);
  return !failure;
}

int judge(const std::vector<Plan>& plans, const std::vector<campaign::RunRecord>& records) {
  int code = kExitOk;
  for (const campaign::RunRecord& record : records) {
    const auto plan = std::find_if(plans.begin(), plans.end(),
                                   [&](const Plan& p) { return p.scenario.file == record.file; });
    for (const campaign::Failure& failure : campaign::check(plan->scenario, record)) {
      fmt::print(stderr, "{}\n", failure.message);
      for (const auto& incident : record.incidents)
        if (failure.deadlock) fmt::print(stderr, "{}\n", incident.text);
      code = std::max(code, failure.deadlock ? int{kExitDeadlock} : int{kExitExpectation});
    }
    if (record.status != "ok") code = kExitCrash;
  }
  return code;
}

std::vector<campaign::WorkItem> work_of(const std::vector<Plan>& plans) {
  std::vector<campaign::WorkItem> items;
  for (const Plan& plan : plans)
    for (const auto& stack : plan.stacks)
      for (const std::uint64_t seed : plan.seeds) {
        campaign::RunRecord identity;
        identity.scenario = plan.scenario.name;
        identity.stack = stack.name;
        identity.file = plan.scenario.file;
        identity.seed = seed;
        items.push_back({identity, [&plan, &stack, seed] {
                           return campaign::run_one(plan.scenario, stack, seed);
                         }});
      }
  return items;
}

bool same_again(const std::vector<campaign::RunRecord>& first,
                const std::vector<campaign::RunRecord>& second) {
  bool same = true;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i].status != "ok" ||
        first[i].values.at("fingerprint") == second[i].values.at("fingerprint"))
      continue;
    fmt::print(stderr, "{} under {} (seed {}): two runs differ\n", first[i].scenario,
               first[i].stack, first[i].seed);
    same = false;
  }
  return same;
}

int run(const RunOptions& options) {
  const auto registry = policies::Registry::built_in();
  std::vector<Plan> plans;
  if (!load_all(options, registry, plans)) return kExitUsage;
  if (const auto failure = campaign::make_directory(options.out)) {
    fmt::print(stderr, "fencelab: {}\n", *failure);
    return kExitUsage;
  }
  const auto items = work_of(plans);
  if (items.empty()) {
    fmt::print(stderr, "fencelab: nothing to run: no scenario has a stack of that name\n");
    return kExitUsage;
  }
  Progress progress(items.size(), options.quiet);
  const auto records =
      campaign::run_all(items, options.jobs, [&](const auto& record) { progress.step(record); });
  remove_leftovers(options.out);
  const std::string runs = options.out + "/runs.csv", compare = options.out + "/compare.csv";
  auto failure =
      campaign::write_file(runs, campaign::runs_csv(records, campaign::build_description()));
  if (!failure) failure = campaign::write_file(compare, campaign::compare_csv(records));
  std::string hazards;
  for (const auto& record : records)
    for (const std::string& hazard : record.hazards)
      hazards += fmt::format("{} under {} (seed {}): {}\n", record.scenario, record.stack,
                             record.seed, hazard);
  if (!failure && !hazards.empty())
    failure = campaign::write_file(options.out + "/hazards.txt", hazards);
  if (failure) fmt::print(stderr, "fencelab: {}\n", *failure);
  const bool written = write_incidents(options, records) && !failure;
  // After the files: whoever reads only the first lines of this must not lose the rest.
  fmt::print("{}\n", campaign::comparison_table(records));
  int code = judge(plans, records);
  if (options.repeat &&
      !same_again(records, campaign::run_all(items, options.jobs, [](const auto&) {})))
    code = std::max(code, int{kExitNondeterminism});
  if (!written) return kExitUsage;
  fmt::print("{}\n{}\n", runs, compare);
  return code;
}

}  // namespace

void add_run(CLI::App& app, Action& action) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "run scenarios under stacks and compare them");
  command->add_option("scenario", options->paths, "scenario files, or folders of them")->required();
  command->add_option("--stack", options->stacks,
                      "only these stacks (names of the scenario, or presets)");
  command->add_option("--seeds", options->seeds,
                      "a seed or a range such as 1..8, instead of the scenario's");
  command->add_option("--set", options->sets, "change the scenario first: /json/pointer=value")
      ->allow_extra_args(false);
  command->add_option("-j,--jobs", options->jobs, "runs at the same time")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option("--out", options->out,
                   "folder for runs.csv and compare.csv (default: fencelab-out)")
      ->default_val("fencelab-out");
  command->add_flag("--quiet", options->quiet, "no progress line");
  command->add_flag("--check-determinism", options->repeat,
                    "run everything twice and compare fingerprints");
  command->callback([options, &action] { action = [options] { return run(*options); }; });
}

}  // namespace fencelab::cli
