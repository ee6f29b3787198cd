#include <fmt/format.h>

#include <algorithm>

#include "scenarios/load_parts.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

using AxisSpecs = std::map<std::string, PolicySpec>;
using Policies = PolicyNames::Policies;

class StackLoader {
 public:
  explicit StackLoader(LoadContext& context) : context_(context) {}
  void load(const Node& node);

 private:
  void check_preset(const Node& node);
  AxisSpecs load_axes(const Node& axes);
  PolicySpec load_policy(const std::string& axis, const Node& node);
  void check_policy(const std::string& axis, const Policies& policies, const Node& node);
  void check_parameter(const std::string& axis, const Policies& policies, const std::string& policy,
                       const std::string& name, const Node& node);
  std::string check_gpu(const std::string& name, const Node& node);

  LoadContext& context_;
  NameTable names_;
};

std::vector<std::string> keys_of(const Policies& policies) {
  std::vector<std::string> keys;
  for (const auto& [name, parameters] : policies) keys.push_back(name);
  return keys;
}

// Parameters travel as text; their policy knows their types.
std::string text_of(const Node& node) {
  return node.is_text() ? node.text_or("") : node.value().dump();
}

void StackLoader::check_preset(const Node& node) {
  const auto text = node.text();
  const std::vector<std::string>& presets = context_.policy_names.presets;
  if (!text || presets.empty() || std::find(presets.begin(), presets.end(), *text) != presets.end())
    return;
  context_.error(node, {.code = "unknown-name",
                        .message = fmt::format("unknown preset {}", quote(*text)),
                        .expected = one_of(presets),
                        .hint = did_you_mean(*text, presets)});
}

void StackLoader::check_policy(const std::string& axis, const Policies& policies,
                               const Node& node) {
  const auto text = node.text();
  if (!text || policies.contains(*text) || context_.sink.has_error_under(node.pointer())) return;
  const std::vector<std::string> names = keys_of(policies);
  context_.error(node,
                 {.code = "unknown-name",
                  .message = fmt::format("axis {} has no policy {}", quote(axis), quote(*text)),
                  .expected = one_of(names),
                  .hint = did_you_mean(*text, names)});
}

// Without a policy of its own the parameters go to the preset's, which may be any of the axis.
void StackLoader::check_parameter(const std::string& axis, const Policies& policies,
                                  const std::string& policy, const std::string& name,
                                  const Node& node) {
  std::vector<std::string> known;
  for (const auto& [each, parameters] : policies) {
    if (policy.empty() || each == policy)
      known.insert(known.end(), parameters.begin(), parameters.end());
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  if (std::binary_search(known.begin(), known.end(), name)) return;
  const std::string owner = policy.empty() ? fmt::format("no policy of axis {}", quote(axis))
                                           : fmt::format("policy {}", quote(policy));
  context_.sink.error(node.pointer(),
                      {.code = "unknown-parameter",
                       .message = fmt::format("{} has {}parameter {}", owner,
                                              policy.empty() ? "a " : "no ", quote(name)),
                       .expected = known.empty() ? "no parameters" : one_of(known),
                       .hint = did_you_mean(name, known),
                       .at_key = true});
}

PolicySpec StackLoader::load_policy(const std::string& axis, const Node& node) {
  PolicySpec spec;
  spec.place = context_.place_of(node);
  const Node policy = node.is_object() ? node["policy"] : node;
  spec.policy = policy.text_or("");
  const auto found = context_.policy_names.axes.find(axis);
  const bool is_checked = found != context_.policy_names.axes.end();
  if (is_checked) check_policy(axis, found->second, policy);
  const bool is_known = is_checked && (spec.policy.empty() || found->second.contains(spec.policy));
  for (const auto& [name, value] : node.members()) {
    if (name == "policy") continue;
    spec.parameters[name] = text_of(value);
    spec.parameter_places[name] = context_.place_of(value);
    if (is_known) check_parameter(axis, found->second, spec.policy, name, value);
  }
  return spec;
}

AxisSpecs StackLoader::load_axes(const Node& axes) {
  AxisSpecs specs;
  for (const auto& [axis, node] : axes.members()) specs[axis] = load_policy(axis, node);
  return specs;
}

std::string StackLoader::check_gpu(const std::string& name, const Node& node) {
  if (context_.gpus.find(name) == nullptr && !context_.gpus.is_incomplete()) {
    const std::vector<std::string> names = context_.gpus.names();
    context_.sink.error(node.pointer(), {.code = "unknown-name",
                                         .message = fmt::format("unknown GPU {}", quote(name)),
                                         .expected = one_of(names),
                                         .hint = did_you_mean(name, names),
                                         .at_key = true});
  }
  return name;
}

void StackLoader::load(const Node& node) {
  const Node preset = node.is_object() ? node["preset"] : node;
  const Node name = node["name"] ? node["name"] : preset;
  StackSpec stack;
  stack.preset = preset.text_or("");
  stack.name = name.text_or("");
  stack.place = context_.place_of(node);
  check_preset(preset);
  stack.axes = load_axes(node["axes"]);
  for (const auto& [gpu, axes] : node["gpus"].members()) {
    stack.gpu_axes[check_gpu(gpu, axes)] = load_axes(axes);
  }
  declare_name(context_, names_, name, {.first = 0, .pointer = node.pointer()}, "stack");
  context_.scenario.stacks.push_back(std::move(stack));
}

}  // namespace

void load_stacks(LoadContext& context, const Node& stacks) {
  StackLoader loader(context);
  for (const Node& node : stacks.items()) loader.load(node);
}

}  // namespace fencelab::scenarios
