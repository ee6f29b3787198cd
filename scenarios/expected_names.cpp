#include "scenarios/expected_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/name_table.hpp"
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

bool is_one_client(const LoadContext& context, const NamedThing& thing,
                   const std::optional<Reference>& reference) {
  using Form = Reference::Form;
  const std::uint32_t count = context.scenario.processes[thing.first].count;
  if (thing.is_broken) return true;
  const bool is_element = reference && reference->form == Form::element;
  return count == 1 ? !is_element : is_element && reference->first < count;
}

}  // namespace

void check_stack(LoadContext& context, const Node& node, const std::string& name, At at) {
  std::vector<std::string> names;
  for (const StackSpec& stack : context.scenario.stacks) names.push_back(stack.name);
  const bool is_unsure = contains(names, "") || names.empty();
  if (contains(names, name) || is_unsure) return;
  report(context, node, at, fmt::format("no stack is named {}", quote(name)), name, names);
}

// "column@process", or "column@process.2" of a clone: the list has such columns as "column@".
void check_metric(LoadContext& context, const Node& node, const std::string& name, At at) {
  const std::vector<std::string>& metrics = context.policy_names.metrics;
  const std::size_t sign = name.find('@');
  if (sign != std::string::npos && contains(metrics, name.substr(0, sign + 1))) {
    const std::string process = name.substr(sign + 1);
    const auto reference = parse_reference(process);
    const NamedThing* const thing = context.processes.find(reference ? reference->base : process);
    const std::vector<std::string> names = context.processes.names();
    if (context.processes.is_incomplete() || (thing && is_one_client(context, *thing, reference)))
      return;
    return report(context, node, at, fmt::format("{} names no single process", quote(name)),
                  process, names);
  }
  if (metrics.empty() || contains(metrics, name)) return;
  report(context, node, at, fmt::format("unknown metric {}", quote(name)), name, metrics);
}

}  // namespace fencelab::scenarios
