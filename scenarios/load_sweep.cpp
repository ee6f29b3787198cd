#include <fmt/format.h>

#include <algorithm>

#include "scenarios/load_parts.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/sweep.hpp"

namespace fencelab::scenarios {

namespace {

/// Text as it is, everything else as JSON.
std::string label_of(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<std::string> pointers_of(const Node& at) {
  if (const auto one = at.text()) return {*one};
  std::vector<std::string> pointers;
  for (const Node& node : at.items()) pointers.push_back(node.text_or(""));
  return pointers;
}

// What an axis writes must be there already, or be a member that may be added.
void check_place(LoadContext& context, const Node& node, const std::string& pointer,
                 const std::string& value) {
  if (pointer == "/sweep" || pointer.starts_with("/sweep/")) {
    context.error(node, {.code = "wrong-kind",
                         .message = "a sweep cannot change itself",
                         .expected = "a place outside of /sweep"});
    return;
  }
  JsonDocument copy;
  copy.root = context.document.root;
  for (const Diagnostic& error : apply_set(copy, pointer + "=" + value))
    context.error(node, {.code = error.code,
                         .message = error.message,
                         .expected = error.expected,
                         .hint = error.hint});
}

void load_axis(LoadContext& context, const Node& node, Sweep& sweep) {
  SweepAxis axis;
  axis.name = node["name"].text_or("");
  const bool is_known = std::any_of(sweep.axes.begin(), sweep.axes.end(),
                                    [&](const auto& other) { return other.name == axis.name; });
  if (is_known)
    context.error(node["name"], {.code = "duplicate-name",
                                 .message = fmt::format("axis {} is there twice", quote(axis.name)),
                                 .expected = "each name once"});
  axis.at = pointers_of(node["at"]);
  for (const Node& value : node["values"].items()) {
    const std::string label = label_of(value.value());
    const bool is_new =
        std::find(axis.labels.begin(), axis.labels.end(), label) == axis.labels.end();
    if (!is_new)
      context.error(value, {.code = "duplicate-value",
                            .message = fmt::format("the value {} is there twice", quote(label)),
                            .expected = "each value once"});
    axis.labels.push_back(label);
    axis.values.push_back(value.value().dump());
  }
  if (!axis.values.empty() && !context.sink.has_error_under(node.pointer())) {
    const Node at = node["at"];
    const std::vector<Node> places = at.is_list() ? at.items() : std::vector<Node>{at};
    for (std::size_t i = 0; i < places.size(); ++i)
      check_place(context, places[i], axis.at[i], axis.values.front());
  }
  sweep.axes.push_back(std::move(axis));
}

std::optional<std::size_t> axis_named(LoadContext& context, const Node& node, const Sweep& sweep) {
  const std::string name = node.text_or("");
  std::vector<std::string> known;
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    if (sweep.axes[i].name == name) return i;
    known.push_back(sweep.axes[i].name);
  }
  context.error(node, {.code = "unknown-name",
                       .message = fmt::format("there is no axis {}", quote(name)),
                       .expected = one_of(known),
                       .hint = did_you_mean(name, known)});
  return std::nullopt;
}

// A group stands where its first axis stands; the order of the rest is that of the list.
void load_groups(LoadContext& context, const Node& zip, Sweep& sweep) {
  std::vector<std::vector<std::size_t>> zipped;
  std::vector<bool> is_zipped(sweep.axes.size(), false);
  for (const Node& list : zip.items()) {
    std::vector<std::size_t> group;
    for (const Node& node : list.items()) {
      const auto axis = axis_named(context, node, sweep);
      if (!axis) continue;
      if (is_zipped[*axis]) {
        context.error(node, {.code = "duplicate-name",
                             .message = "this axis steps with others already",
                             .expected = "each axis in one list"});
        continue;
      }
      is_zipped[*axis] = true;
      if (!group.empty() &&
          sweep.axes[*axis].values.size() != sweep.axes[group.front()].values.size())
        context.error(node,
                      {.code = "wrong-count",
                       .message = fmt::format(
                           "axis {} has {} values, {} has {}", quote(sweep.axes[*axis].name),
                           sweep.axes[*axis].values.size(), quote(sweep.axes[group.front()].name),
                           sweep.axes[group.front()].values.size()),
                       .expected = "as many values for each axis of the list"});
      group.push_back(*axis);
    }
    if (!group.empty()) zipped.push_back(std::move(group));
  }
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    const auto group = std::find_if(zipped.begin(), zipped.end(), [&](const auto& each) {
      return *std::min_element(each.begin(), each.end()) == i;
    });
    if (group != zipped.end())
      sweep.groups.push_back(*group);
    else if (!is_zipped[i])
      sweep.groups.push_back({i});
  }
}

void load_conditions(LoadContext& context, const Node& where, Sweep& sweep) {
  std::vector<SweepCondition::Axis> axes;
  for (const SweepAxis& axis : sweep.axes) axes.push_back({axis.name, kind_of(axis.labels)});
  const std::vector<Node> nodes = where.is_list() ? where.items() : std::vector<Node>{where};
  for (const Node& node : nodes) {
    const auto text = node.text();
    if (!text) continue;
    SweepCondition::Error error;
    SweepCondition condition = SweepCondition::parse(*text, axes, error);
    if (error.column != 0)
      context.error(node, {.code = "bad-condition",
                           .message = fmt::format("at byte {} of the condition: {}", error.column,
                                                  error.message),
                           .expected = error.expected});
    else
      sweep.where.push_back(std::move(condition));
  }
}

}  // namespace

void load_sweep(LoadContext& context, const Node& node) {
  Sweep& sweep = context.scenario.sweep;
  for (const Node& axis : node["axes"].items()) load_axis(context, axis, sweep);
  load_groups(context, node["zip"], sweep);
  load_conditions(context, node["where"], sweep);
}

}  // namespace fencelab::scenarios
