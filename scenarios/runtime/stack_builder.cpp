#include "scenarios/runtime/stack_builder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/nearest_name.hpp"
#include "scenarios/runtime/parameter_values.hpp"

namespace fencelab::scenarios {

using policies::Parameter;
using policies::PolicyInfo;
using policies::Registry;

PolicyNames policy_names(const Registry& registry, std::vector<std::string> metrics) {
  PolicyNames names;
  for (const policies::Preset& preset : policies::presets()) names.presets.push_back(preset.name);
  for (const PolicyInfo& info : registry.policies()) {
    auto& parameters = names.axes[info.axis][info.name];
    for (const Parameter& parameter : info.parameters) parameters.push_back(parameter.name);
  }
  names.metrics = std::move(metrics);
  return names;
}

namespace {

class StackResolver {
 public:
  StackResolver(const Scenario& scenario, const StackSpec& stack, const Registry& registry)
      : scenario_(scenario), stack_(stack), registry_(registry) {}

  Loaded<ResolvedStack> resolve() {
    ResolvedStack resolved;
    resolved.name = stack_.name;
    const policies::Preset* preset = policies::find_preset(stack_.preset);
    if (!preset) {
      error("unknown-name", stack_.place, fmt::format("unknown preset \"{}\"", stack_.preset),
            "a preset; see `fencelab list stacks`");
      return std::move(errors_);
    }
    for (const auto& [axis, choice] : preset->axes)
      apply_preset(resolved.system[axis], axis, choice);
    for (const auto& [axis, spec] : stack_.axes) apply(resolved.system, axis, spec);
    for (const GpuSpec& gpu : scenario_.platform.gpus) {
      auto& axes = resolved.by_gpu[gpu.name];
      axes = resolved.system;
      const auto overrides = stack_.gpu_axes.find(gpu.name);
      if (overrides != stack_.gpu_axes.end())
        for (const auto& [axis, spec] : overrides->second) apply(axes, axis, spec);
      check_combination(axes, gpu.name);
      if (has_work_items(gpu)) check_work_items(axes, gpu.name);
    }
    if (has_errors(errors_)) return std::move(errors_);
    return resolved;
  }

 private:
  void error(std::string code, const Place& place, std::string message, std::string expected,
             std::string hint = {}) {
    errors_.push_back({Severity::error, std::move(code), scenario_.file, place.line, place.column,
                       place.pointer, std::move(message), std::move(expected), std::move(hint)});
  }

  static void defaults(ResolvedStack::Choice& choice) {
    for (const Parameter& parameter : choice.policy->parameters)
      choice.values.set(parameter.name, parameter.default_value);
  }

  void apply_preset(ResolvedStack::Choice& choice, const std::string& axis,
                    const policies::Preset::Choice& from) {
    choice.policy = registry_.find(axis, from.policy);
    defaults(choice);
    for (const auto& [name, value] : from.parameters) choice.values.set(name, value);
  }

  void apply(std::map<std::string, ResolvedStack::Choice>& axes, const std::string& axis,
             const PolicySpec& spec) {
    ResolvedStack::Choice& choice = axes[axis];
    if (!spec.policy.empty() && (!choice.policy || choice.policy->name != spec.policy)) {
      const PolicyInfo* found = registry_.find(axis, spec.policy);
      if (!found)
        return error("unknown-name", spec.place,
                     fmt::format("axis {} has no policy \"{}\"", axis, spec.policy),
                     "see `fencelab list policies`");
      choice.policy = found;
      defaults(choice);
    }
    if (!choice.policy)
      return error("unknown-name", spec.place, fmt::format("unknown axis \"{}\"", axis),
                   "see `fencelab list axes`");
    for (const auto& [name, text] : spec.parameters) {
      const auto place = spec.parameter_places.find(name);
      apply_parameter(choice, name, text,
                      place == spec.parameter_places.end() ? spec.place : place->second);
    }
  }

  void apply_parameter(ResolvedStack::Choice& choice, const std::string& name,
                       const std::string& text, const Place& place) {
    const auto& parameters = choice.policy->parameters;
    const auto found =
        std::find_if(parameters.begin(), parameters.end(),
                     [&](const Parameter& parameter) { return parameter.name == name; });
    if (found == parameters.end()) {
      std::vector<std::string> names;
      for (const Parameter& parameter : parameters) names.push_back(parameter.name);
      return error("unknown-parameter", place,
                   fmt::format("policy {} has no parameter {}", choice.policy->name, quote(name)),
                   names.empty() ? "no parameters" : one_of(names), did_you_mean(name, names));
    }
    const auto value = parse_parameter(*found, text);
    if (!value)
      return error(value.error.code, place, fmt::format("{}: {}", name, value.error.message),
                   value.error.expected, value.error.hint);
    choice.values.set(name, *value.value);
  }

  /// A policy that has no such parameter has it not.
  static bool has_flag(const ResolvedStack::Choice& choice, const char* name) {
    const auto& parameters = choice.policy->parameters;
    return std::any_of(parameters.begin(), parameters.end(),
                       [&](const Parameter& each) { return each.name == name; }) &&
           choice.values.flag(name);
  }

  void check_combination(const std::map<std::string, ResolvedStack::Choice>& axes,
                         const std::string& gpu) {
    for (const auto& [axis, choice] : axes)
      if (!choice.policy) return;
    auto name = [&](const char* axis) { return axes.at(axis).policy->name; };
    const bool user = name("submission") == "user";
    if (name("residency").rfind("preempt-", 0) == 0 && !user)
      error(
          "bad-combination", stack_.place,
          fmt::format("stack {}: {} on {} needs user queues", stack_.name, name("residency"), gpu),
          "submission: user (kernel queues have end-of-batch fences)");
    if (name("userptr") == "fault" && name("residency") != "fault")
      error("bad-combination", stack_.place,
            fmt::format("stack {}: userptr: fault on {} needs a GPU that recovers from faults",
                        stack_.name, gpu),
            "residency: fault");
    const bool wraps = has_flag(axes.at("sync"), "wrap_user_fences");
    const bool in_resv = name("sync").rfind("implicit", 0) == 0 ||
                         name("sync") == "explicit-bridged" || name("sync") == "timeline";
    if (user && in_resv && !wraps)
      error("bad-combination", stack_.place,
            fmt::format(
                "stack {}: user queues on {} publish no dma_fence, so implicit sync sees nothing",
                stack_.name, gpu),
            "sync: value, explicit, none or oracle, or wrap_user_fences: true");
    if (user && name("residency") == "bo-fence" && !wraps)
      error("bad-combination", stack_.place,
            fmt::format("stack {}: bo-fence on {} needs end-of-batch fences", stack_.name, gpu),
            "a preempt-* residency or pinned");
  }

  /// Whether a process has work for a kernel thread of `gpu`.
  bool has_work_items(const GpuSpec& gpu) const {
    for (const ProcessSpec& process : scenario_.processes)
      for (const ContextSpec& context : process.contexts)
        for (const Index engine : context.engines)
          if (&scenario_.platform.gpus[context.gpu] == &gpu && gpu.engines[engine].worker)
            return true;
    return false;
  }

  void check_work_items(const std::map<std::string, ResolvedStack::Choice>& axes,
                        const std::string& gpu) {
    const ResolvedStack::Choice& submission = axes.at("submission");
    if (!submission.policy || submission.policy->name != "user") return;
    error("bad-combination", stack_.place,
          fmt::format("stack {}: a process cannot write work items for kernel threads of {} itself",
                      stack_.name, gpu),
          "submission: kernel on this GPU");
  }

  const Scenario& scenario_;
  const StackSpec& stack_;
  const Registry& registry_;
  std::vector<Diagnostic> errors_;
};

}  // namespace

Loaded<ResolvedStack> resolve_stack(const Scenario& scenario, const StackSpec& stack,
                                    const Registry& registry) {
  return StackResolver(scenario, stack, registry).resolve();
}

models::DriverPolicies make_policies(const std::map<std::string, ResolvedStack::Choice>& choices,
                                     policies::RunState& run) {
  models::DriverPolicies made;
  for (const auto& [axis, choice] : choices) {
    made.names.add(choice.policy->axis, choice.policy->name);
    choice.policy->make(made, choice.values, run);
  }
  return made;
}

}  // namespace fencelab::scenarios
