// fencelab describe: a policy with its parameters, a stack with its policies, an axis, or a metric.
#include <fmt/format.h>

#include <memory>

#include "campaign/columns.hpp"
#include "cli/names.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "policies/registry.hpp"
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
  say("{} (axis {}): {}\n  source: {}\n", policy.name, policy.axis, policy.summary, policy.source);
  for (const auto& parameter : policy.parameters) {
    say("  {}: {}\n    default {}", parameter.name, parameter.meaning,
        text_of(parameter, parameter.default_value));
    if (!parameter.words.empty())
      say("; one of {}", fmt::join(parameter.words, ", "));
    else if (parameter.kind != policies::ParameterKind::flag && parameter.min != parameter.max)
      say("; from {} to {}", text_of(parameter, parameter.min), text_of(parameter, parameter.max));
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
          text_of(parameter,
                  given == choice.parameters.end() ? parameter.default_value : given->second));
    }
    say("\n");
  }
}

int describe(const std::string& name) {
  const auto registry = policies::Registry::built_in();
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
  if (found) return kExitOk;
  complain("fencelab: nothing is called \"{}\"{}\n", name, suggestion(name));
  return kExitUsage;
}

}  // namespace

void add_describe(CLI::App& app, Action& action) {
  auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "describe", "explain a stack, policy, axis or metric: parameters, units, defaults, source");
  command->add_option("name", *name, "what to explain")->required();
  command->callback([name, &action] { action = [name] { return describe(*name); }; });
}

}  // namespace fencelab::cli
