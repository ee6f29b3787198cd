#include "analysis/lockdep/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/deadlock/text.hpp"
#include "analysis/lockdep/rules.hpp"

namespace fencelab::analysis {

namespace {

constexpr std::size_t kColumnMin = 10, kColumnMax = 44;

std::string cut(const std::string& text, std::size_t width) {
  return text.size() <= width ? text : text.substr(0, width - 2) + "..";
}

std::string cycle_line(const Prediction& prediction) {
  std::string line;
  for (const PredictedClass& node : prediction.cycle)
    line += fmt::format("[{}] {} -> ", to_string(node.kind), node.name);
  const PredictedClass& first = prediction.cycle.front();
  return line + fmt::format("[{}] {}", to_string(first.kind), first.name);
}

std::string asks_for(const PredictedEdge& edge) {
  return (edge.to_recursive ? "read " : "") + edge.witness.object_label;
}

/// The two lines that stand in one column: what is held, then what is waited for.
struct Column {
  std::string head, holds, asks;
};

Column column_of(const Prediction& prediction, std::size_t index) {
  const PredictedEdge& edge = prediction.edges[index];
  const PredictedClass& from = prediction.cycle[index % prediction.cycle.size()];
  const EdgeWitness& seen = edge.witness;
  if (edge.origin == EdgeOrigin::contract)
    return {"(contract)", "in " + from.name,
            "may wait: " + prediction.cycle[(index + 1) % prediction.cycle.size()].name};
  const bool has_held = seen.from < seen.held.size();
  const std::string verb =
      edge.origin == EdgeOrigin::duty || edge.origin == EdgeOrigin::dependency ? "owes " + from.name
      : has_held ? (seen.held[seen.from].object == core::kNoObject ? "in " : "has ") +
                       seen.held[seen.from].label
                 : "has " + from.name;
  return {seen.process_name.empty() ? "(nobody)" : seen.process_name, verb,
          "wants " + asks_for(edge)};
}

// Each column does its first line in turn; then each waits for the next one.
std::string table(const Prediction& prediction) {
  std::vector<Column> columns;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < prediction.edges.size(); ++i) {
    columns.push_back(column_of(prediction, i));
    const Column& column = columns.back();
    const std::size_t widest =
        std::max({column.head.size(), column.holds.size(), column.asks.size()});
    widths.push_back(std::clamp(widest, kColumnMin, kColumnMax));
  }
  std::string out;
  const auto row = [&](const auto& cell) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i)
      line += fmt::format("  {:<{}}", cut(cell(i), widths[i]), widths[i]);
    out += " " + line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  row([&](std::size_t i) { return columns[i].head; });
  row([&](std::size_t i) { return std::string(std::min(widths[i], columns[i].head.size()), '-'); });
  for (std::size_t turn = 0; turn < columns.size(); ++turn)
    row([&](std::size_t i) { return i == turn ? columns[i].holds : std::string(); });
  for (std::size_t turn = 0; turn < columns.size(); ++turn)
    row([&](std::size_t i) { return i == turn ? columns[i].asks : std::string(); });
  return out + "   *** could not go on ***\n";
}

std::string at_place(std::uint32_t place, const PredictionTextOptions& options) {
  if (!options.describe_place || place == ~std::uint32_t{0}) return {};
  return " at " + options.describe_place(place);
}

std::string edge_lines(const Prediction& prediction, std::size_t index,
                       const PredictionTextOptions& options) {
  const PredictedEdge& edge = prediction.edges[index];
  const EdgeWitness& seen = edge.witness;
  const PredictedClass& from = prediction.cycle[index % prediction.cycle.size()];
  const PredictedClass& to = prediction.cycle[(index + 1) % prediction.cycle.size()];
  std::string out =
      fmt::format(" #{} {} -> {} [{}]", index + 1, from.name, to.name, to_string(edge.origin));
  if (edge.origin == EdgeOrigin::contract)
    return out + fmt::format(" {}\n    ({})\n", seen.words, seen.source);
  out +=
      fmt::format(" seen {} time{}, first by {} at {}{}\n", edge.count, edge.count == 1 ? "" : "s",
                  seen.process_name, format_time(seen.at), at_place(seen.place, options));
  out += fmt::format("    asks for {}", asks_for(edge));
  if (!seen.doing.empty()) out += fmt::format(" in {}", seen.doing);
  if (!seen.words.empty()) out += fmt::format("; {}", seen.words);
  out += "\n";
  for (std::size_t i = 0; i < seen.held.size(); ++i) {
    const HeldWitness& held = seen.held[i];
    const bool section = held.object == core::kNoObject;
    const bool shared = held.mode != core::LockMode::exclusive;
    out += fmt::format("    {} {}{}{} since {}{}{}\n", section ? "in" : "holds", held.label,
                       shared ? " for reading" : "", held.by_trylock ? " by trylock" : "",
                       format_time(held.since), at_place(held.place, options),
                       i == seen.from && edge.origin == EdgeOrigin::held ? "   <-" : "");
  }
  return out;
}

}  // namespace

std::vector<WaitEdge> wait_edges(const Prediction& prediction) {
  std::vector<WaitEdge> edges;
  for (std::size_t i = 0; i < prediction.edges.size(); ++i) {
    const PredictedEdge& edge = prediction.edges[i];
    const std::string& to = prediction.cycle[(i + 1) % prediction.cycle.size()].name;
    const std::string& from = prediction.cycle[i % prediction.cycle.size()].name;
    edges.push_back(
        {edge.witness.process_name, std::string(to_string(edge.origin)), from, {to}, {}, true});
  }
  return edges;
}

std::string render_prediction(const Prediction& prediction, const PredictionTextOptions& options) {
  std::string out = fmt::format("PREDICTED({}) {}: {}\n", to_string(prediction.state),
                                prediction.rule, words_of_rule(prediction.rule));
  out += "cycle: " + cycle_line(prediction) + "\n";
  if (prediction.edges.size() > 1) out += table(prediction);
  for (std::size_t i = 0; i < prediction.edges.size(); ++i)
    out += edge_lines(prediction, i, options);
  for (const FilterNote& filter : prediction.filters)
    out += fmt::format("harmless, {}: {}\n", to_string(filter.kind), filter.words);
  return out + fmt::format("class: {}\n", prediction.signature);
}

std::string render_order_report(const OrderReport& report, const PredictionTextOptions& options) {
  std::string out;
  for (const Prediction& prediction : report.reports)
    out += (out.empty() ? "" : "\n") + render_prediction(prediction, options);
  for (const Prediction& note : report.notes) {
    out += fmt::format("note: {}", note.signature);
    for (const FilterNote& filter : note.filters) out += fmt::format("; {}", filter.words);
    out += "\n";
  }
  if (!report.complete) out += "the search for cycles gave up: this is no verdict\n";
  return out.empty() ? "no order that could close a cycle was seen\n" : out;
}

}  // namespace fencelab::analysis
