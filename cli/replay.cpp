// fencelab replay: carries out the schedule of a counterexample, step by step.
#include "analysis/explore/replay.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "analysis/explore/schedule_token.hpp"
#include "analysis/report/schedule_timeline.hpp"
#include "analysis/report/sequence_diagram.hpp"
#include "analysis/report/swim_lanes.hpp"
#include "campaign/files.hpp"
#include "campaign/make_stepper.hpp"
#include "campaign/replay_file.hpp"
#include "campaign/run_one.hpp"
#include "campaign/schedule_hash.hpp"
#include "cli/output.hpp"
#include "cli/plan.hpp"
#include "cli/plugins.hpp"
#include "cli/program.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::cli {

namespace {

using analysis::ReplayResult;
using analysis::ScheduleToken;
using analysis::TakenStep;

struct ReplayOptions : PlanOptions {
  std::string what, timeline, diagram;
  bool steps = false;
};

/// A schedule with what is known of where it comes from.
struct Given {
  ScheduleToken token;
  campaign::ReplayFile file;  ///< of a bare token nothing but that
  bool is_file = false;
};

/// The run that a schedule belongs to.
struct Target {
  const Plan* plan = nullptr;
  const scenarios::ResolvedStack* stack = nullptr;
  std::uint64_t seed = 0;
};

/// Whether the argument is meant to be a token: "v", digits, ":".
bool is_token(const std::string& text) {
  const std::size_t colon = text.find(':');
  return text.starts_with("v") && colon != std::string::npos && colon > 1 &&
         text.find_first_not_of("0123456789", 1) == colon;
}

/// What was given, after the file has filled in what the command line leaves open.
std::optional<Given> read_given(ReplayOptions& options) {
  Given given;
  given.file.token = options.what;
  if (!is_token(options.what)) {
    auto file = campaign::load_replay(options.what);
    if (!file) {
      complain("{}", scenarios::format_diagnostics(file.diagnostics()));
      return std::nullopt;
    }
    given.file = std::move(file).value();
    given.is_file = true;
    if (options.paths.empty()) options.paths = {given.file.scenario};
    if (options.stacks.empty()) options.stacks = {given.file.stack};
    if (options.sets.empty()) options.sets = given.file.sets;
    if (!options.has_seeds && given.file.seed) {
      options.seeds = fmt::format("{}", *given.file.seed);
      options.has_seeds = true;
    }
  }
  auto parsed = analysis::parse_token(given.file.token);
  if (!parsed) {
    complain("fencelab: replay: {}\n", parsed.error);
    return std::nullopt;
  }
  given.token = std::move(parsed.token);
  return given;
}

/// What is not as it was when the schedule was found; only what the file says can be compared.
void warn_of_differences(const Given& given, const Target& target) {
  const campaign::ReplayFile& file = given.file;
  const auto warn = [](const std::string& what) { complain("fencelab: warning: {}\n", what); };
  if (!file.program.empty() && file.program != campaign::build_description())
    warn(fmt::format("the schedule was found by {}, and this is {}", file.program,
                     campaign::build_description()));
  const std::string scenario = campaign::scenario_hash(target.plan->scenario);
  if (!file.scenario_hash.empty() && file.scenario_hash != scenario)
    warn(fmt::format("the scenario has changed: {} then, {} now", file.scenario_hash, scenario));
  if (file.seed && *file.seed != target.seed)
    warn(fmt::format("the seed was {}, and is {} now", *file.seed, target.seed));
  auto now = campaign::policies_of(*target.stack);
  for (const auto& [axis, policy] : file.policies) {
    const auto found = now.find(axis);
    if (found != now.end() && found->second == policy) continue;
    warn(fmt::format("policy of {} was {}, and is {} now", axis, policy,
                     found == now.end() ? "that of the system" : found->second));
  }
}

std::vector<Target> targets_of(const std::vector<Plan>& plans) {
  std::vector<Target> targets;
  for (const Plan& plan : plans)
    for (const auto& stack : plan.stacks)
      for (const std::uint64_t seed : plan.seeds) targets.push_back({&plan, &stack, seed});
  return targets;
}

/// The run of the same hash, maybe one with fewer rounds that the scenario speaks of; or the only
/// one there is, with a warning that something has changed.
std::optional<Target> find_target(const std::vector<Plan>& plans, const std::vector<Plan>& smaller,
                                  const ScheduleToken& token) {
  std::vector<Target> all = targets_of(plans);
  for (const auto& targets : {all, targets_of(smaller)})
    for (const Target& one : targets)
      if (campaign::schedule_hash(one.plan->scenario, *one.stack, one.seed) == token.hash)
        return one;
  const bool one_run = !all.empty() && std::all_of(all.begin(), all.end(), [&](const Target& one) {
    return one.stack == all.front().stack;
  });
  if (one_run) {
    complain(
        "fencelab: warning: the schedule was made for {}, and {} under {} is {} now: something has "
        "changed since; it is followed by names\n",
        token.hash, plans.front().scenario.name, all.front().stack->name,
        campaign::schedule_hash(plans.front().scenario, *all.front().stack, all.front().seed));
    return all.front();
  }
  complain(
      "fencelab: replay: none of {} runs is the one that the schedule was made for ({})\n"
      "  expected --scenario FILE and --stack NAME to say which to follow it on\n",
      all.size(), token.hash);
  return std::nullopt;
}

std::string steps_text(const std::vector<TakenStep>& steps) {
  std::string text;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const TakenStep& step = steps[i];
    text += fmt::format("{:>4}  {}.{}{}{}", i + 1, step.process, step.operation,
                        step.choice.empty() ? "" : "=", step.choice);
    if (!step.place.empty()) text += fmt::format("  ({})", step.place);
    if (!step.note.empty()) text += fmt::format("  # {}", step.note);
    text += "\n";
  }
  return text;
}

void show(const std::vector<TakenStep>& steps, bool as_steps) {
  constexpr std::size_t kAll = 100'000;
  say("{}", as_steps ? steps_text(steps)
                     : analysis::render_swim_lanes(steps, {.rows_max = kAll, .places = true}));
}

/// Whether what is stuck is what was stuck. Only a file says what that was.
bool is_same_core(const Given& given, const ReplayResult& result) {
  auto core = given.file.core, stuck = result.stuck_for_good;
  std::sort(core.begin(), core.end());
  std::sort(stuck.begin(), stuck.end());
  return std::includes(stuck.begin(), stuck.end(), core.begin(), core.end());
}

void say_end(const Given& given, const ReplayResult& result) {
  std::size_t left_out = 0;
  for (const analysis::Misfit& misfit : result.misfits)
    left_out += misfit.remedy == analysis::Misfit::Remedy::skipped;
  say("{} of {} steps; {}\n", given.token.steps.size() - left_out, given.token.steps.size(),
      result.stuck      ? "stuck: nobody can go on"
      : result.finished ? "everybody is done"
                        : "some could go on");
  if (!result.stuck_for_good.empty())
    say("stuck for good: {}\n", fmt::join(result.stuck_for_good, ", "));
  if (given.file.core.empty()) return;
  if (is_same_core(given, result))
    say("the same core as when it was found\n");
  else
    say("not the core that was found: {}\n", fmt::join(given.file.core, ", "));
}

/// Every file that is asked for, or false after a complaint.
bool write_drawings(const ReplayResult& result, const Target& target,
                    const ReplayOptions& options) {
  const auto title = fmt::format("{} under {}", target.plan->scenario.name, target.stack->name);
  const auto write = [](const char* option, const std::string& file, const std::string& text) {
    const auto failure = file.empty() ? std::nullopt : campaign::write_file(file, text);
    if (failure) complain("fencelab: {}: {}\n", option, *failure);
    return !failure;
  };
  return write("--timeline", options.timeline,
               analysis::schedule_timeline(result.taken, title)
                       .dump(1, ' ', false, nlohmann::json::error_handler_t::replace) +
                   "\n") &&
         write("--diagram", options.diagram, analysis::sequence_diagram(result.taken, title));
}

int execute(analysis::Stepper& stepper, const Given& given, const Target& target,
            const ReplayOptions& options) {
  const ReplayResult result = analysis::replay(stepper, given.token.steps);
  show(result.taken, options.steps);
  for (const analysis::Misfit& misfit : result.misfits)
    complain("fencelab: replay: {}\n", misfit.text);
  say_end(given, result);
  if (!write_drawings(result, target, options)) return kExitUsage;
  // A file knows what is to be reached; of a token one can only say whether it fits.
  const bool good = given.file.core.empty() ? result.fits() : is_same_core(given, result);
  return good ? kExitOk : kExitExpectation;
}

int replay(ReplayOptions options) {
  const auto given = read_given(options);
  if (!given) return kExitUsage;
  if (options.paths.empty()) options.paths = {library_folder()};
  const auto registry = known_policies();
  auto plans = load_plans(options, registry);
  if (!plans || !choose_points(*plans, options, registry)) return kExitUsage;
  std::vector<Plan> smaller;
  for (const Plan& whole : *plans)
    if (auto more = smaller_plans(whole, options.document, registry))
      std::move(more->begin(), more->end(), std::back_inserter(smaller));
  const auto target = find_target(*plans, smaller, given->token);
  if (!target) return kExitUsage;
  warn_of_differences(*given, *target);
  const auto stepper = campaign::make_stepper(target->plan->scenario, *target->stack, target->seed);
  return execute(*stepper, *given, *target, options);
}

}  // namespace

void add_replay(CLI::App& app, Action& action) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand(
      "replay", "carry out the schedule of a counterexample, step by step, and show it");
  add_plugin_options(*command);
  command->add_option("schedule", options->what, "a token (v1:...), or a file *.replay of check")
      ->required();
  command->add_option("--scenario", options->paths,
                      "where the scenario is looked for (default: the file's, or "
                      "scenarios/library, or what is installed)");
  command->add_option("--stack", options->stacks, "under which stack (default: by the token)")
      ->allow_extra_args(false);
  CLI::Option* seeds = command->add_option("--seeds", options->seeds,
                                           "with which seeds, as they were given to check");
  command->add_option("--set", options->sets, "change the scenario first, as for check")
      ->allow_extra_args(false);
  add_rounds_option(*command, *options);
  add_point_option(*command, *options);
  add_document_limits(*command, options->document);
  command->add_flag("--steps", options->steps, "one step per line instead of a column per process");
  command->add_option("--timeline", options->timeline,
                      "write a timeline for Perfetto or Chrome to this file");
  command->add_option("--diagram", options->diagram,
                      "write a sequence diagram in the language of Mermaid to this file");
  command->callback([options, seeds, &action] {
    options->has_seeds = seeds->count() > 0;
    action = [options] { return call_guarded([&] { return replay(*options); }); };
  });
}

}  // namespace fencelab::cli
