#include <fmt/format.h>

#include "scenarios/expected_names.hpp"
#include "scenarios/fewer_rounds.hpp"
#include "scenarios/load_parts.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

Bound load_bound(LoadContext& context, const Node& node) {
  Bound bound;
  bound.place = context.place_of(node);
  bound.min = node.is_object() ? node["min"].number() : node.number();
  bound.max = node.is_object() ? node["max"].number() : node.number();
  if (bound.min && bound.max && *bound.min > *bound.max) {
    context.error(node, {.code = "reversed-range",
                         .message = fmt::format("min {} is above max {}", *bound.min, *bound.max),
                         .expected = "min at most max"});
  }
  if (node.is_object() && !node["min"] && !node["max"] &&
      !context.sink.has_error_under(node.pointer())) {
    context.error(node, {.code = "missing-member",
                         .message = "this bound says nothing",
                         .expected = "a member \"min\", \"max\" or both"});
  }
  return bound;
}

// One verdict, or a list of them.
std::vector<std::string> load_verdicts(const Node& node) {
  std::vector<std::string> verdicts;
  for (const Node& each : node.is_text() ? std::vector<Node>{node} : node.items()) {
    verdicts.push_back(each.text_or(""));
  }
  return verdicts;
}

std::optional<SmallSpec> load_small(LoadContext& context, const Node& node) {
  if (!node) return std::nullopt;
  SmallSpec small;
  const std::string rounds = node["rounds"].text_or("");
  const auto divisor = parse_rounds(rounds);
  if (!divisor && node["rounds"].is_text())
    context.error(
        node["rounds"],
        {.code = "bad-text",
         .message = fmt::format("{} is not allowed here", quote(rounds)),
         .expected = "the part of the rounds that is left, from \"1/2\" to \"1/1000000\""});
  small.divisor = divisor.value_or(1);
  small.verdicts = load_verdicts(node["verdict"]);
  small.strength = node["strength"].text_or("");
  small.why = node["why"].text_or("");
  small.place = context.place_of(node);
  return small;
}

}  // namespace

void load_expectations(LoadContext& context, const Node& expect) {
  for (const auto& [name, node] : expect.members()) {
    check_stack(context, node, name, At::key);
    ExpectSpec spec;
    spec.verdicts = load_verdicts(node["verdict"]);
    spec.claim = load_verdicts(node["claim"]);
    for (const auto& [metric, bound] : node["metrics"].members()) {
      check_metric(context, bound, metric, At::key);
      spec.metrics[metric] = load_bound(context, bound);
    }
    for (const Node& member : node["core"].items()) spec.core.push_back(member.text_or(""));
    spec.strength = node["strength"].text_or("");
    spec.small = load_small(context, node["small"]);
    spec.why = node["why"].text_or("");
    spec.place = context.place_of(node);
    context.scenario.expect[name] = std::move(spec);
  }
}

}  // namespace fencelab::scenarios
