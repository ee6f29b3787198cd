// fencelab replay: carries out the schedule of a counterexample, step by step.
#include "analysis/explore/replay.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

#include "analysis/explore/schedule_token.hpp"
#include "analysis/report/schedule_timeline.hpp"
#include "analysis/report/swim_lanes.hpp"
#include "campaign/files.hpp"
#include "campaign/make_stepper.hpp"
#include "campaign/replay_file.hpp"
#include "campaign/schedule_hash.hpp"
#include "cli/output.hpp"
#include "cli/plan.hpp"
#include "cli/program.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::cli {

namespace {

using analysis::ReplayResult;
using analysis::ScheduleToken;
using analysis::TakenStep;

struct ReplayOptions : PlanOptions {
  std::string what, timeline;
  bool steps = false;
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

/// The token, after the file that it is in has filled in what the command line leaves open.
std::optional<ScheduleToken> read_token(ReplayOptions& options) {
  std::string text = options.what;
  if (!is_token(text)) {
    auto file = campaign::load_replay(options.what);
    if (!file) {
      complain("{}", scenarios::format_diagnostics(file.diagnostics()));
      return std::nullopt;
    }
    text = file->token;
    if (options.paths.empty()) options.paths = {file->scenario};
    if (options.stacks.empty()) options.stacks = {file->stack};
  }
  auto parsed = analysis::parse_token(text);
  if (parsed) return std::move(parsed.token);
  complain("fencelab: replay: {}\n", parsed.error);
  return std::nullopt;
}

/// The run of the same hash; or the only one there is, with a warning that something has changed.
std::optional<Target> find_target(const std::vector<Plan>& plans, const ScheduleToken& token) {
  std::vector<Target> all;
  for (const Plan& plan : plans)
    for (const auto& stack : plan.stacks)
      for (const std::uint64_t seed : plan.seeds) {
        if (campaign::schedule_hash(plan.scenario, stack, seed) == token.hash)
          return Target{&plan, &stack, seed};
        all.push_back({&plan, &stack, seed});
      }
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

int execute(analysis::Stepper& stepper, const ScheduleToken& token, const Target& target,
            const ReplayOptions& options) {
  const ReplayResult result = analysis::replay(stepper, token.steps);
  show(result.taken, options.steps);
  say("{} of {} steps; {}\n", result.taken.size(), token.steps.size(),
      !result.fits()    ? "the schedule does not fit any more"
      : result.stuck    ? "stuck: nobody can go on"
      : result.finished ? "everybody is done"
                        : "some could go on");
  if (result.fits() && !result.stuck_for_good.empty())
    say("stuck for good: {}\n", fmt::join(result.stuck_for_good, ", "));
  if (!options.timeline.empty()) {
    const auto title = fmt::format("{} under {}", target.plan->scenario.name, target.stack->name);
    const std::string text = analysis::schedule_timeline(result.taken, title)
                                 .dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (const auto failure = campaign::write_file(options.timeline, text + "\n")) {
      complain("fencelab: --timeline: {}\n", *failure);
      return kExitUsage;
    }
  }
  if (result.fits()) return kExitOk;
  complain("fencelab: replay: {}\n", result.mismatch);
  return kExitExpectation;
}

int replay(ReplayOptions options) {
  const auto token = read_token(options);
  if (!token) return kExitUsage;
  if (options.paths.empty()) options.paths = {"scenarios/library"};
  const auto registry = policies::Registry::built_in();
  const auto plans = load_plans(options, registry);
  if (!plans) return kExitUsage;
  const auto target = find_target(*plans, *token);
  if (!target) return kExitUsage;
  const auto stepper = campaign::make_stepper(target->plan->scenario, *target->stack, target->seed);
  return execute(*stepper, *token, *target, options);
}

}  // namespace

void add_replay(CLI::App& app, Action& action) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command = app.add_subcommand(
      "replay", "carry out the schedule of a counterexample, step by step, and show it");
  command->add_option("schedule", options->what, "a token (v1:...), or a file *.replay of check")
      ->required();
  command->add_option("--scenario", options->paths,
                      "where the scenario is looked for (default: the file's, or "
                      "scenarios/library)");
  command->add_option("--stack", options->stacks, "under which stack (default: by the token)")
      ->allow_extra_args(false);
  CLI::Option* seeds = command->add_option("--seeds", options->seeds,
                                           "with which seeds, as they were given to check");
  command->add_option("--set", options->sets, "change the scenario first, as for check")
      ->allow_extra_args(false);
  command->add_flag("--steps", options->steps, "one step per line instead of a column per process");
  command->add_option("--timeline", options->timeline,
                      "write a timeline for Perfetto or Chrome to this file");
  command->callback([options, seeds, &action] {
    options->has_seeds = seeds->count() > 0;
    action = [options] { return replay(*options); };
  });
}

}  // namespace fencelab::cli
