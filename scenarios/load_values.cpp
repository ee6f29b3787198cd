#include "scenarios/load_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "scenarios/nearest_name.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::scenarios {

namespace {

// Parses the text of `node`; unless the schema check has complained about it, so do we.
template <typename Parse>
auto read_quantity(LoadContext& context, const Node& node, Parse parse)
    -> decltype(parse(std::string_view{}).value) {
  const std::optional<std::string> text = node.text();
  if (!text || context.sink.has_error_under(node.pointer())) return std::nullopt;
  auto quantity = parse(*text);
  if (!quantity) {
    QuantityError& error = quantity.error;
    context.error(node, {.code = error.code,
                         .message = error.message,
                         .expected = error.expected,
                         .hint = error.hint});
  }
  return quantity.value;
}

/// Nothing is the value of what must not be zero and is.
std::nullopt_t report_zero(LoadContext& context, const Node& node) {
  context.error(node, {.code = "not-positive",
                       .message = fmt::format("{} is zero", quote(node.text_or(""))),
                       .expected = "more than zero"});
  return std::nullopt;
}

bool is_multiple(Duration duration, Duration step) { return duration % step == Duration::zero(); }

// A uniform part between two durations, in order and on the grid of `step`. Mistakes are put down
// to `node`.
Distribution::Part part_between(LoadContext& context, const Node& node, Duration min, Duration max,
                                Duration step) {
  if (min > max) {
    context.error(node, {.code = "reversed-range",
                         .message = fmt::format("{} is longer than {}", format_duration(min),
                                                format_duration(max)),
                         .expected = "the shorter duration first"});
  } else if (!is_multiple(min, step) || !is_multiple(max, step)) {
    context.error(node, {.code = "not-a-multiple",
                         .message = "the ends of the range are no multiples of the step",
                         .expected = fmt::format("multiples of {}", format_duration(step))});
  }
  return {.weight = 1, .min = min, .max = max};
}

Distribution::Part read_uniform(LoadContext& context, const Node& node, Duration step) {
  const std::vector<Node> ends = node.items();
  if (ends.size() != 2) return {};
  const auto min = read_duration(context, ends[0], Zero::allowed);
  const auto max = read_duration(context, ends[1], Zero::allowed);
  if (!min || !max) return {};
  return part_between(context, node, *min, *max, step);
}

// Between each two neighbours lie as many draws.
void read_quantiles(LoadContext& context, const Node& node, Distribution& distribution) {
  std::optional<Duration> before;
  for (const Node& item : node.items()) {
    const auto quantile = read_duration(context, item, Zero::allowed);
    if (before && quantile)
      distribution.parts.push_back(
          part_between(context, item, *before, *quantile, distribution.step));
    before = quantile;
  }
}

Distribution::Part read_fixed(LoadContext& context, const Node& node) {
  const Duration fixed = read_duration(context, node, Zero::allowed).value_or(Duration::zero());
  return {.weight = 1, .min = fixed, .max = fixed};
}

Distribution::Part read_mix_part(LoadContext& context, const Node& node, Duration step) {
  const Node uniform = node["uniform"];
  Distribution::Part part =
      uniform ? read_uniform(context, uniform, step) : read_fixed(context, node["fixed"]);
  part.weight = static_cast<std::uint32_t>(node["weight"].integer(1, 1'000'000).value_or(1));
  return part;
}

void read_parts(LoadContext& context, const Node& node, Distribution& distribution) {
  using Kind = Distribution::Kind;
  distribution.step = read_duration(context, node["step"], Zero::forbidden).value_or(Duration(1));
  const Duration step = distribution.step;
  if (const Node uniform = node["uniform"]) {
    distribution.kind = Kind::uniform;
    distribution.parts.push_back(read_uniform(context, uniform, step));
  } else if (const Node values = node["values"]) {
    distribution.kind = Kind::values;
    for (const Node& value : values.items())
      distribution.parts.push_back(read_fixed(context, value));
  } else if (const Node quantiles = node["quantiles"]) {
    distribution.kind = Kind::quantiles;
    read_quantiles(context, quantiles, distribution);
  } else {
    distribution.kind = Kind::mix;
    for (const Node& part : node["mix"].items()) {
      distribution.parts.push_back(read_mix_part(context, part, step));
    }
  }
}

}  // namespace

std::optional<Duration> read_duration(LoadContext& context, const Node& node, Zero zero) {
  const auto duration = read_quantity(context, node, parse_duration);
  if (zero == Zero::forbidden && duration == Duration::zero()) return report_zero(context, node);
  return duration;
}

std::optional<std::uint64_t> read_size(LoadContext& context, const Node& node, Zero zero) {
  const auto bytes = read_quantity(context, node, parse_size);
  if (zero == Zero::forbidden && bytes == std::uint64_t{0}) return report_zero(context, node);
  return bytes;
}

std::optional<std::uint64_t> read_bandwidth(LoadContext& context, const Node& node) {
  const auto bandwidth = read_quantity(context, node, parse_bandwidth);
  if (bandwidth == std::uint64_t{0}) return report_zero(context, node);
  return bandwidth;
}

std::optional<Duration> read_frequency(LoadContext& context, const Node& node) {
  return read_quantity(context, node, parse_frequency);
}

bool is_duration_or(LoadContext& context, const Node& node, const std::string& word) {
  const std::string text = node.text_or("");
  const bool is_word = !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0;
  if (!is_word || context.sink.has_error_under(node.pointer())) return true;
  context.error(node, {.code = "bad-quantity",
                       .message = fmt::format("{} is no duration", quote(text)),
                       .expected = fmt::format("a duration such as \"2.5 ms\", or {}", quote(word)),
                       .hint = did_you_mean(text, std::vector<std::string>{word})});
  return false;
}

int read_nice(const Node& node) {
  constexpr std::int64_t kMost = -20, kLeast = 19;
  return static_cast<int>(node.integer(kMost, kLeast).value_or(0));
}

std::optional<Duration> read_period_or_never(LoadContext& context, const Node& node) {
  if (node.text() == "never") return Duration::zero();
  if (!is_duration_or(context, node, "never")) return std::nullopt;
  return read_duration(context, node, Zero::forbidden);
}

Distribution read_distribution(LoadContext& context, const Node& node) {
  Distribution distribution;
  if (node.is_text())
    distribution.parts.push_back(read_fixed(context, node));
  else
    read_parts(context, node, distribution);
  const bool takes_time = std::any_of(distribution.parts.begin(), distribution.parts.end(),
                                      [](const auto& part) { return part.max > Duration::zero(); });
  if (node && !takes_time && !context.sink.has_error_under(node.pointer())) {
    context.error(node, {.code = "not-positive",
                         .message = "this takes no time at all",
                         .expected = "more than zero"});
  }
  return distribution;
}

}  // namespace fencelab::scenarios
