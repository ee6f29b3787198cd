#include <fmt/format.h>

#include <set>

#include "scenarios/load_parts.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/seeds.hpp"

namespace fencelab::scenarios {

namespace {

// "1..8", both ends included.
void load_seed_range(LoadContext& context, const Node& node, const std::string& text) {
  if (context.sink.has_error_under(node.pointer())) return;
  auto seeds = parse_seeds(text);
  if (seeds)
    context.scenario.seeds = std::move(*seeds.value);
  else
    context.error(node, {.code = seeds.error.code,
                         .message = seeds.error.message,
                         .expected = seeds.error.expected});
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
}

}  // namespace fencelab::scenarios
