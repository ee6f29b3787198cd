// fencelab describe: a policy with its parameters, a stack with its policies, an axis, or a metric.
#include <fmt/format.h>

#include <map>
#include <memory>

#include "campaign/check_rules.hpp"
#include "campaign/columns.hpp"
#include "cli/names.hpp"
#include "cli/output.hpp"
#include "cli/parameter_text.hpp"
#include "cli/plugins.hpp"
#include "cli/program.hpp"
#include "models/cpu/memory_defaults.hpp"
#include "models/cpu/watermarks.hpp"
#include "policies/registry.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/runtime/stack_builder.hpp"

namespace fencelab::cli {

namespace {

void describe_policy(const policies::PolicyInfo& policy) {
  say("{} (axis {}): {}\n  source: {}\n", policy.name, policy.axis, policy.summary, policy.source);
  for (const auto& parameter : policy.parameters) {
    say("  {}: {}\n    default {}", parameter.name, parameter.meaning,
        value_text(parameter, parameter.default_value));
    const std::string range = range_text(parameter);
    if (!range.empty()) say("; {}", range);
    say("\n    source: {}\n", parameter.source);
  }
}

void describe_stack(const policies::Preset& preset, const policies::Registry& registry) {
  say("{} (stack): {}\n  source: {}\n", preset.name, preset.summary, preset.source);
  for (const auto& axis : policies::axes()) {
    const auto& choice = preset.axes.at(axis.name);
    const auto* policy = registry.find(axis.name, choice.policy);
    say("  {:<12} {}", axis.name, choice.policy);
    for (const auto& parameter : policy->parameters) {
      const auto given = choice.parameters.find(parameter.name);
      say(" {}={}", parameter.name,
          value_text(parameter,
                     given == choice.parameters.end() ? parameter.default_value : given->second));
    }
    say("\n");
  }
}

std::string texts(const std::map<std::string, scenarios::Bound>& metrics) {
  std::string text;
  for (const auto& [column, bound] : metrics) {
    text += text.empty() ? "; " : ", ";
    if (bound.min && bound.max && *bound.min == *bound.max)
      text += fmt::format("{} = {}", column, *bound.min);
    else if (bound.min && bound.max)
      text += fmt::format("{} from {} to {}", column, *bound.min, *bound.max);
    else
      text += fmt::format("{} {} {}", column,
                          bound.min ? ">=" : "<=", bound.min ? *bound.min : *bound.max);
  }
  return text;
}

std::string ratio_text(const scenarios::RelationSpec& relation) {
  if (relation.min_ratio && relation.max_ratio)
    return fmt::format("{} to {}", *relation.min_ratio, *relation.max_ratio);
  return relation.min_ratio ? fmt::format("at least {}", *relation.min_ratio)
                            : fmt::format("at most {}", *relation.max_ratio);
}

/// What `check` must find, where it says more than the runs.
std::string claim_text(const scenarios::ExpectSpec& expect) {
  std::string text;
  if (!expect.claim.empty()) text += fmt::format("; claims {}", fmt::join(expect.claim, " or "));
  if (!expect.strength.empty()) text += fmt::format("; strength {}", expect.strength);
  return text;
}

/// What of system memory holds unless a scenario says otherwise.
void describe_memory_defaults() {
  namespace defaults = models::memory_defaults;
  say("memory (machine): system memory with watermarks, see docs/guide/reclaim.md\n");
  say("  {:<22} 4 * sqrt(KiB) KiB, from {} to {} KiB (mm/page_alloc.c, "
      "calculate_min_free_kbytes())\n",
      "min", defaults::kMinKiBLeast, defaults::kMinKiBMost);
  say("  {:<22} a step above min: the larger of min / 4 and 1/{} of memory (mm/page_alloc.c, "
      "__setup_per_zone_wmarks())\n",
      "low", defaults::kScaleDivisor);
  say("  {:<22} a step above low (the same)\n", "high");
  for (const std::uint64_t gib : {1, 16, 64}) {
    const models::Watermarks marks = models::default_watermarks(gib << 30);
    say("  {:<22} min {} KiB, low {} KiB, high {} KiB\n", fmt::format("  of {} GiB", gib),
        marks.min >> 10, marks.low >> 10, marks.high >> 10);
  }
  say("  {:<22} {} KiB at a time (fs/fs-writeback.c, MIN_WRITEBACK_PAGES)\n", "write-back",
      defaults::kWritebackBytes >> 10);
  say("  {:<22} {} rounds without progress, {} ms apart (mm/internal.h, MAX_RECLAIM_RETRIES; "
      "mm/vmscan.c, VMSCAN_THROTTLE_NOPROGRESS)\n",
      "before an OOM kill", defaults::kReclaimRetries,
      std::chrono::duration_cast<std::chrono::milliseconds>(defaults::kReclaimPause).count());
}

void describe_scenario(const scenarios::Scenario& scenario) {
  say("{} (scenario): {}\n", scenario.name, scenario.title);
  if (!scenario.description.empty()) say("  {}\n", scenario.description);
  if (!scenario.truth.empty()) say("  truth: {}\n", scenario.truth);
  if (!scenario.source.empty()) say("  source: {}\n", scenario.source);
  say("  file: {}\n", scenario.file);
  for (const scenarios::StackSpec& stack : scenario.stacks) {
    say("  {:<26}", stack.name);
    const auto found = scenario.expect.find(stack.name);
    if (found == scenario.expect.end())
      say(" no expectation");
    else
      say(" expects {}{}",
          found->second.verdicts.empty()
              ? "any verdict"
              : fmt::format("{}", fmt::join(found->second.verdicts, " or ")),
          texts(found->second.metrics));
    if (found != scenario.expect.end()) say("{}", claim_text(found->second));
    say("\n");
    if (found != scenario.expect.end() && !found->second.why.empty())
      say("    {}\n", found->second.why);
  }
  for (const scenarios::RelationSpec& relation : scenario.relations)
    say("  relation: {} under {} is {} of that under {}\n{}", relation.metric, relation.stack,
        ratio_text(relation), relation.of,
        relation.why.empty() ? "" : fmt::format("    {}\n", relation.why));
}

/// Scenarios of `folder` with that name; its names are added to `known`. A folder that is not there
/// has none.
bool describe_scenarios(const std::string& name, const std::string& folder,
                        std::vector<std::string>& known) {
  bool found = false;
  const auto names = scenarios::policy_names(known_policies(), metric_names());
  for (const std::string& file : find_scenarios({folder}).files) {
    const auto loaded = scenarios::load_scenario_file(file, names);
    if (!loaded) continue;
    known.push_back(loaded->name);
    if (loaded->name == name) describe_scenario(*loaded), found = true;
  }
  return found;
}

int describe(const std::string& name, const std::string& folder) {
  const auto registry = known_policies();
  bool found = false;
  if (const auto* preset = policies::find_preset(name))
    describe_stack(*preset, registry), found = true;
  for (const auto& policy : registry.policies())
    if (policy.name == name) describe_policy(policy), found = true;
  for (const auto& axis : policies::axes()) {
    if (axis.name != name) continue;
    say("{} (axis): {}\n", axis.name, axis.question);
    for (const auto& policy : registry.policies())
      if (policy.axis == axis.name) say("  {:<22} {}\n", policy.name, policy.summary);
    found = true;
  }
  for (const auto& column : campaign::columns())
    if (column.name == name)
      say("{} (metric, {}): {}\n", column.name, column.unit, column.meaning), found = true;
  for (const auto& rule : campaign::check_rules())
    if (rule.id == name) say("{} (rule): {}\n  {}\n", rule.id, rule.title, rule.help), found = true;
  if (name == "memory") describe_memory_defaults(), found = true;
  std::vector<std::string> scenarios;
  if (!found) found = describe_scenarios(name, folder, scenarios);
  if (found) return kExitOk;
  complain("fencelab: nothing is called {}{}\n", scenarios::quote(name),
           suggestion(name, std::move(scenarios)));
  return kExitUsage;
}

}  // namespace

void add_describe(CLI::App& app, Action& action) {
  struct Options {
    std::string name, folder = library_folder();
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("describe",
                                         "explain a stack, policy, axis, scenario, metric or rule: "
                                         "parameters, units, defaults, source");
  add_plugin_options(*command);
  command->add_option("name", options->name, "what to explain")->required();
  command->add_option(
      "--folder", options->folder,
      "where scenarios are looked for (default: scenarios/library, or what is installed)");
  command->callback([options, &action] {
    action = [options] { return describe(options->name, options->folder); };
  });
}

}  // namespace fencelab::cli
