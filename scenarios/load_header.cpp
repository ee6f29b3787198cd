#include <fmt/format.h>

#include <charconv>
#include <set>

#include "scenarios/load_parts.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

constexpr std::int64_t kMaxSeed =
    (std::int64_t{1} << 53) - 1;  // what every JSON reader keeps exactly
constexpr std::int64_t kMaxSeeds = 1'000'000;

std::optional<std::int64_t> parse_seed(std::string_view text) {
  std::int64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  const bool is_whole = error == std::errc{} && end == text.data() + text.size();
  return is_whole && seed >= 0 && seed <= kMaxSeed ? std::optional(seed) : std::nullopt;
}

// "1..8", both ends included.
void load_seed_range(LoadContext& context, const Node& node, const std::string& text) {
  if (context.sink.has_error_under(node.pointer())) return;
  const std::size_t dots = text.find("..");
  const auto first = parse_seed(std::string_view(text).substr(0, dots));
  const auto last = parse_seed(std::string_view(text).substr(std::min(dots + 2, text.size())));
  const std::string message = quote(text);
  if (!first || !last) {
    return context.error(node, {.code = "too-large",
                                .message = message + " has seeds that are too large",
                                .expected = fmt::format("seeds up to {}", kMaxSeed)});
  }
  if (*first > *last) {
    return context.error(node, {.code = "reversed-range",
                                .message = message + " is reversed",
                                .expected = fmt::format("\"{}..{}\"", *last, *first)});
  }
  if (*last - *first >= kMaxSeeds) {
    return context.error(node, {.code = "too-large",
                                .message = message + " has too many seeds",
                                .expected = fmt::format("at most {}", kMaxSeeds)});
  }
  for (std::int64_t seed = *first; seed <= *last; ++seed) {
    context.scenario.seeds.push_back(static_cast<std::uint64_t>(seed));
  }
}

void load_seed_list(LoadContext& context, const Node& node) {
  std::set<std::int64_t> seen;
  for (const Node& item : node.items()) {
    const auto seed = item.integer(0, kMaxSeed);
    if (!seed) continue;
    if (!seen.insert(*seed).second) {
      context.error(item, {.code = "duplicate-seed",
                           .message = fmt::format("seed {} is listed twice", *seed),
                           .expected = "each seed once"});
    }
    context.scenario.seeds.push_back(static_cast<std::uint64_t>(*seed));
  }
}

void load_seeds(LoadContext& context, const Node& node) {
  if (!node) return;
  context.scenario.seeds.clear();
  if (const auto text = node.text())
    load_seed_range(context, node, *text);
  else if (node.is_list())
    load_seed_list(context, node);
  else if (const auto seed = node.integer(0, kMaxSeed)) {
    context.scenario.seeds.push_back(static_cast<std::uint64_t>(*seed));
  }
}

}  // namespace

void load_header(LoadContext& context, const Node& root) {
  Scenario& scenario = context.scenario;
  scenario.name = root["name"].text_or("");
  scenario.title = root["title"].text_or("");
  scenario.description = root["description"].text_or("");
  scenario.source = root["source"].text_or("");
  scenario.truth = root["truth"].text_or("");
  if (const auto horizon = read_duration(context, root["horizon"], Zero::forbidden)) {
    scenario.horizon = *horizon;
  }
  if (const auto bound = read_duration(context, root["progress_bound"], Zero::forbidden)) {
    scenario.progress_bound = *bound;
  }
  load_seeds(context, root["seeds"]);
  if (const Node sweep = root["sweep"]) {
    context.sink.error(sweep.pointer(), {.code = "not-supported",
                                         .message = "sweeps are not supported yet",
                                         .expected = "no member \"sweep\"",
                                         .hint = "write one scenario per point, or use --set",
                                         .at_key = true});
  }
}

}  // namespace fencelab::scenarios
