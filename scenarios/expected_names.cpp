#include "scenarios/expected_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void report(LoadContext& context, const Node& node, At at, std::string message,
            const std::string& name, const std::vector<std::string>& names) {
  context.sink.error(node.pointer(), {.code = "unknown-name",
                                      .message = std::move(message),
                                      .expected = one_of(names),
                                      .hint = did_you_mean(name, names),
                                      .at_key = at == At::key});
}

}  // namespace

void check_stack(LoadContext& context, const Node& node, const std::string& name, At at) {
  std::vector<std::string> names;
  for (const StackSpec& stack : context.scenario.stacks) names.push_back(stack.name);
  const bool is_unsure = contains(names, "") || names.empty();
  if (contains(names, name) || is_unsure) return;
  report(context, node, at, fmt::format("no stack is named {}", quote(name)), name, names);
}

void check_metric(LoadContext& context, const Node& node, const std::string& name, At at) {
  const std::vector<std::string>& metrics = context.policy_names.metrics;
  if (metrics.empty() || contains(metrics, name)) return;
  report(context, node, at, fmt::format("unknown metric {}", quote(name)), name, metrics);
}

}  // namespace fencelab::scenarios
