#include <fmt/format.h>

#include <algorithm>

#include "core/wait_reason.hpp"
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

// One text, or a list of them.
std::vector<std::string> load_texts(const Node& node) {
  std::vector<std::string> texts;
  for (const Node& each : node.is_text() ? std::vector<Node>{node} : node.items()) {
    texts.push_back(each.text_or(""));
  }
  return texts;
}

std::vector<std::string> load_ascending(const Node& node) {
  std::vector<std::string> texts = load_texts(node);
  std::sort(texts.begin(), texts.end());
  return texts;
}

// Reasons of waits, then how predicted orders are known.
std::vector<std::string> edge_kinds() {
  std::vector<std::string> kinds(core::kWaitReasonNames.begin(), core::kWaitReasonNames.end());
  kinds.insert(kinds.end(), {"held", "duty", "dependency", "contract"});
  return kinds;
}

EdgeSpec load_edge(LoadContext& context, const Node& node) {
  EdgeSpec edge{node["who"].text_or(""),    node["kind"].text_or(""),   node["holds"].text_or(""),
                load_ascending(node["on"]), load_ascending(node["by"]), context.place_of(node)};
  const std::vector<std::string> kinds = edge_kinds();
  if (!edge.kind.empty() && std::find(kinds.begin(), kinds.end(), edge.kind) == kinds.end())
    context.error(node["kind"], {.code = "unknown-name",
                                 .message = fmt::format("no wait is of kind {}", quote(edge.kind)),
                                 .expected = one_of(kinds),
                                 .hint = did_you_mean(edge.kind, kinds)});
  return edge;
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
  small.verdicts = load_texts(node["verdict"]);
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
    spec.verdicts = load_texts(node["verdict"]);
    spec.claim = load_texts(node["claim"]);
    for (const auto& [metric, bound] : node["metrics"].members()) {
      check_metric(context, bound, metric, At::key);
      spec.metrics[metric] = load_bound(context, bound);
    }
    spec.rules = load_texts(node["rules"]);
    for (const Node& member : node["core"].items()) spec.core.push_back(member.text_or(""));
    for (const Node& edge : node["cycle"].items()) spec.cycle.push_back(load_edge(context, edge));
    spec.strength = node["strength"].text_or("");
    spec.small = load_small(context, node["small"]);
    spec.why = node["why"].text_or("");
    spec.place = context.place_of(node);
    context.scenario.expect[name] = std::move(spec);
  }
}

}  // namespace fencelab::scenarios
