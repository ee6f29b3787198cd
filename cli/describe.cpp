// fencelab describe: a policy with its parameters, a stack with its policies, an axis, a metric, or
// a scenario with what it expects.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <memory>

#include "campaign/columns.hpp"
#include "cli/names.hpp"
#include "cli/program.hpp"
#include "policies/registry.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::cli {

namespace {

std::string text_of(const policies::Parameter& parameter, std::int64_t value) {
  switch (parameter.kind) {
    case policies::ParameterKind::duration:
      return scenarios::format_duration(core::Duration(value));
    case policies::ParameterKind::bytes:
      return scenarios::format_size(static_cast<std::uint64_t>(value));
    case policies::ParameterKind::flag: return value != 0 ? "true" : "false";
    case policies::ParameterKind::word: return parameter.words[static_cast<std::size_t>(value)];
    case policies::ParameterKind::count: break;
  }
  return std::to_string(value);
}

void describe_policy(const policies::PolicyInfo& policy) {
  fmt::print("{} (axis {}): {}\n  source: {}\n", policy.name, policy.axis, policy.summary,
             policy.source);
  for (const auto& parameter : policy.parameters) {
    fmt::print("  {}: {}\n    default {}", parameter.name, parameter.meaning,
               text_of(parameter, parameter.default_value));
    if (!parameter.words.empty())
      fmt::print("; one of {}", fmt::join(parameter.words, ", "));
    else if (parameter.kind != policies::ParameterKind::flag && parameter.min != parameter.max)
      fmt::print("; from {} to {}", text_of(parameter, parameter.min),
                 text_of(parameter, parameter.max));
    fmt::print("\n    source: {}\n", parameter.source);
  }
}

void describe_stack(const policies::Preset& preset, const policies::Registry& registry) {
  fmt::print("{} (stack): {}\n  source: {}\n", preset.name, preset.summary, preset.source);
  for (const auto& axis : policies::axes()) {
    const auto& choice = preset.axes.at(axis.name);
    const auto* policy = registry.find(axis.name, choice.policy);
    fmt::print("  {:<12} {}", axis.name, choice.policy);
    for (const auto& parameter : policy->parameters) {
      const auto given = choice.parameters.find(parameter.name);
      fmt::print(" {}={}", parameter.name,
                 text_of(parameter, given == choice.parameters.end() ? parameter.default_value
                                                                     : given->second));
    }
    fmt::print("\n");
  }
}

void describe_scenario(const scenarios::Scenario& scenario) {
  fmt::print("{} (scenario, {}): {}\n", scenario.name, scenario.file, scenario.title);
  for (const auto& [what, text] :
       {std::pair{"description", scenario.description}, std::pair{"source", scenario.source},
        std::pair{"truth", scenario.truth}})
    if (!text.empty()) fmt::print("  {}: {}\n", what, text);
  fmt::print("  stacks:\n");
  for (const auto& stack : scenario.stacks) {
    const auto expect = scenario.expect.find(stack.name);
    const bool known = expect != scenario.expect.end();
    fmt::print("    {:<26} {}{}\n", stack.name,
               known ? fmt::format("expects {}", fmt::join(expect->second.verdicts, " or ")) : "",
               known && !expect->second.why.empty() ? ". " + expect->second.why : "");
  }
}

/// `name` is a scenario's file, or the name of one below `folder`. What does not load is for
/// `validate` to explain.
bool find_scenario(const std::string& name, const std::string& folder) {
  const bool is_file = std::filesystem::is_regular_file(name);
  for (const std::string& file : find_scenarios({is_file ? name : folder}).files) {
    const auto loaded = scenarios::load_scenario_file(file, {});
    if (!loaded || (!is_file && loaded->name != name)) continue;
    describe_scenario(*loaded);
    return true;
  }
  return false;
}

int describe(const std::string& name, const std::string& folder) {
  const auto registry = policies::Registry::built_in();
  bool found = false;
  if (const auto* preset = policies::find_preset(name))
    describe_stack(*preset, registry), found = true;
  for (const auto& policy : registry.policies())
    if (policy.name == name) describe_policy(policy), found = true;
  for (const auto& axis : policies::axes()) {
    if (axis.name != name) continue;
    fmt::print("{} (axis): {}\n", axis.name, axis.question);
    for (const auto& policy : registry.policies())
      if (policy.axis == axis.name) fmt::print("  {:<22} {}\n", policy.name, policy.summary);
    found = true;
  }
  for (const auto& column : campaign::columns())
    if (column.name == name)
      fmt::print("{} (metric, {}): {}\n", column.name, column.unit, column.meaning), found = true;
  if (find_scenario(name, folder)) found = true;
  if (found) return kExitOk;
  fmt::print(stderr, "fencelab: nothing is called \"{}\"{}\n", name, suggestion(name));
  return kExitUsage;
}

}  // namespace

void add_describe(CLI::App& app, Action& action) {
  struct Options {
    std::string name, folder = "scenarios/library";
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "describe",
      "explain a stack, policy, axis, metric or scenario: parameters, units, defaults, source");
  command->add_option("name", options->name, "what to explain, or a scenario's file")->required();
  command->add_option("--folder", options->folder,
                      "where scenarios are looked for (default: scenarios/library)");
  command->callback([options, &action] {
    action = [options] { return describe(options->name, options->folder); };
  });
}

}  // namespace fencelab::cli
