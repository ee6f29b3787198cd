#include <fmt/format.h>

#include "scenarios/expected_names.hpp"
#include "scenarios/load_parts.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

void check_ratio(LoadContext& context, const Node& node, const RelationSpec& spec) {
  if (context.sink.has_error_under(node.pointer())) return;
  if (!spec.min_ratio && !spec.max_ratio) {
    context.error(node, {.code = "missing-member",
                         .message = "this relation says nothing",
                         .expected = "a member \"min_ratio\", \"max_ratio\" or both"});
  } else if (spec.min_ratio && spec.max_ratio && *spec.min_ratio > *spec.max_ratio) {
    context.error(node, {.code = "reversed-range",
                         .message = fmt::format("min_ratio {} is above max_ratio {}",
                                                *spec.min_ratio, *spec.max_ratio),
                         .expected = "min_ratio at most max_ratio"});
  }
  if (spec.stack == spec.of) {
    context.error(node["of"],
                  {.code = "wrong-kind",
                   .message = fmt::format("{} is compared with itself", quote(spec.stack)),
                   .expected = "two stacks"});
  }
}

}  // namespace

void load_relations(LoadContext& context, const Node& relations) {
  for (const Node& node : relations.items()) {
    RelationSpec spec;
    spec.metric = node["metric"].text_or("");
    spec.stack = node["stack"].text_or("");
    spec.of = node["of"].text_or("");
    spec.min_ratio = node["min_ratio"].number();
    spec.max_ratio = node["max_ratio"].number();
    spec.why = node["why"].text_or("");
    spec.place = context.place_of(node);
    if (node["metric"].is_text()) check_metric(context, node["metric"], spec.metric, At::value);
    if (node["stack"].is_text()) check_stack(context, node["stack"], spec.stack, At::value);
    if (node["of"].is_text()) check_stack(context, node["of"], spec.of, At::value);
    check_ratio(context, node, spec);
    context.scenario.relations.push_back(std::move(spec));
  }
}

}  // namespace fencelab::scenarios
