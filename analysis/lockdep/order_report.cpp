// OrderWatch: from the graph to reports and notes.
#include <algorithm>
#include <set>

#include "analysis/lockdep/contract.hpp"
#include "analysis/lockdep/cycles.hpp"
#include "analysis/lockdep/filters.hpp"
#include "analysis/lockdep/order_watch.hpp"
#include "analysis/lockdep/rules.hpp"

namespace fencelab::analysis {

using core::OrderClassId;
using core::OrderKind;

std::string_view to_string(EdgeOrigin origin) {
  constexpr std::string_view kNames[] = {"held", "duty", "dependency", "contract"};
  return kNames[static_cast<std::size_t>(origin)];
}

std::string_view to_string(FilterKind kind) {
  constexpr std::string_view kNames[] = {"gate lock", "must-order", "same process"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(PredictionState state) {
  constexpr std::string_view kNames[] = {"open", "confirmed", "refuted"};
  return kNames[static_cast<std::size_t>(state)];
}

namespace {

std::uint64_t occurrences(const OrderGraph& graph, const OrderEdge& edge) {
  if (edge.seen.origin != EdgeOrigin::held) return edge.seen.count;
  std::uint64_t count = 0;
  for (const auto& [chain, from] : edge.chains) count += graph.chain(chain).count;
  return count;
}

bool reversed(const EdgeWitness& a, const EdgeWitness& b) {
  return a.process != b.process && a.from < a.held.size() && b.from < b.held.size() &&
         a.held[a.from].object == b.object && b.held[b.from].object == a.object &&
         a.object != b.object;
}

/// Two instances of one class that were taken in both orders close a cycle of two.
void show_both_orders(const OrderEdge& edge, Prediction& prediction) {
  std::vector<EdgeWitness> all = edge.others;
  all.insert(all.begin(), edge.seen.witness);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = i + 1; j < all.size(); ++j) {
      if (!reversed(all[i], all[j])) continue;
      prediction.cycle.push_back(prediction.cycle.front());
      prediction.edges.push_back(prediction.edges.front());
      prediction.edges[0].witness = all[i];
      prediction.edges[1].witness = all[j];
      return;
    }
}

Prediction describe(const OrderGraph& graph, const EdgeCycle& cycle,
                    const core::OrderClasses& classes) {
  Prediction prediction;
  for (const std::uint32_t index : cycle) {
    const OrderEdge& edge = graph.edges()[index];
    const core::OrderClasses::Info& info = classes.at(edge.from);
    prediction.cycle.push_back({info.kind, info.name});
    prediction.edges.push_back(edge.seen);
    prediction.edges.back().count = occurrences(graph, edge);
  }
  prediction.filters = harmless_because(graph, cycle, classes);
  prediction.rule = rule_of(prediction);
  prediction.signature = signature_of(prediction);
  if (cycle.size() == 1) show_both_orders(graph.edges()[cycle.front()], prediction);
  return prediction;
}

std::set<std::uint32_t> classes_of(const OrderGraph& graph, const EdgeCycle& cycle) {
  std::set<std::uint32_t> classes;
  for (const std::uint32_t index : cycle) classes.insert(core::raw(graph.edges()[index].from));
  return classes;
}

bool includes_one_of(const std::set<std::uint32_t>& set,
                     const std::vector<std::set<std::uint32_t>>& others) {
  return std::any_of(others.begin(), others.end(), [&set](const auto& other) {
    return std::includes(set.begin(), set.end(), other.begin(), other.end());
  });
}

/// Shortest way over observed lock orders from `from` to a class that `ends` accepts.
template <class Ends>
EdgeCycle lock_path(const OrderGraph& graph, const core::OrderClasses& classes, OrderClassId from,
                    Ends ends) {
  std::vector<std::uint32_t> reached_by(classes.size() + 1, ~std::uint32_t{0});
  std::vector<OrderClassId> frontier{from};
  for (std::size_t next = 0; next < frontier.size(); ++next)
    for (std::uint32_t i = 0; i < graph.edges().size(); ++i) {
      const OrderEdge& edge = graph.edges()[i];
      const bool locks = classes.at(edge.to).kind == OrderKind::lock;
      if (edge.from != frontier[next] || !locks || edge.seen.origin != EdgeOrigin::held) continue;
      if (edge.to == from || reached_by[core::raw(edge.to)] != ~std::uint32_t{0}) continue;
      reached_by[core::raw(edge.to)] = i;
      frontier.push_back(edge.to);
      if (!ends(edge.to)) continue;
      EdgeCycle path;
      for (OrderClassId at = edge.to; at != from; at = graph.edges()[path.front()].from)
        path.insert(path.begin(), reached_by[core::raw(at)]);
      return path;
    }
  return {};
}

/// As for all lock rules of interrupts: the interrupt closes the cycle.
PredictedEdge interrupt_edge(const IrqUsage::Use& use) {
  PredictedEdge edge;
  edge.origin = EdgeOrigin::duty;
  edge.count = 1;
  edge.witness = use.witness;
  edge.witness.words = "an interrupt takes it";
  return edge;
}

void add_irq_predictions(const OrderGraph& graph, const IrqUsage& irqs,
                         const core::OrderClasses& classes, std::vector<Prediction>& into) {
  const auto& usages = irqs.usages();
  for (std::uint32_t i = 1; i < usages.size(); ++i) {
    if (!usages[i].interrupted()) continue;
    Prediction prediction;
    const OrderClassId self{i};
    const core::OrderClasses::Info& info = classes.at(self);
    prediction.cycle.push_back({info.kind, info.name});
    const auto [in_irq, irqs_on] = usages[i].conflict();
    if (in_irq) {
      PredictedEdge struck;
      struck.count = 1;
      struck.witness = irqs_on->witness;
      prediction.edges = {interrupt_edge(*in_irq), struck};
      prediction.cycle.push_back({info.kind, info.name});
      prediction.rule = "irq-lock-state";
    } else {
      const EdgeCycle path = lock_path(graph, classes, self, [&](OrderClassId at) {
        return core::raw(at) < usages.size() && usages[core::raw(at)].interruptible() &&
               !usages[core::raw(at)].interrupted();
      });
      if (path.empty()) continue;
      for (const std::uint32_t index : path) {
        const core::OrderClasses::Info& to = classes.at(graph.edges()[index].to);
        prediction.cycle.push_back({to.kind, to.name});
        prediction.edges.push_back(graph.edges()[index].seen);
        prediction.edges.back().count = occurrences(graph, graph.edges()[index]);
      }
      prediction.edges.push_back(
          interrupt_edge(usages[i].in_irq ? *usages[i].in_irq : *usages[i].in_irq_read));
      prediction.rule = "irq-lock-order";
    }
    prediction.signature = signature_of(prediction);
    into.push_back(std::move(prediction));
  }
}

}  // namespace

OrderReport OrderWatch::report() const {
  const core::OrderClasses& classes = simulation_.order_classes();
  OrderGraph graph = graph_;
  add_contract(graph, classes, published_);
  const CycleSearch search = find_cycles(graph, classes);

  OrderReport report;
  report.complete = search.complete;
  report.work = work_;
  report.work.chains = graph_.chain_count();
  report.work.edges = graph_.edges().size();
  report.work.cycle_steps = search.steps;
  report.reports = findings_;
  for (Prediction& finding : report.reports) finding.signature = signature_of(finding);
  add_irq_predictions(graph, irqs_, classes, report.reports);

  // A cycle through the classes of a shorter one says nothing new; a note hides nothing.
  std::vector<std::set<std::uint32_t>> reported, noted;
  for (const EdgeCycle& cycle : search.cycles) {
    const auto passed = classes_of(graph, cycle);
    if (includes_one_of(passed, reported)) continue;
    Prediction prediction = describe(graph, cycle, classes);
    if (!prediction.harmless()) {
      reported.push_back(passed);
      report.reports.push_back(std::move(prediction));
    } else if (!includes_one_of(passed, noted)) {
      noted.push_back(passed);
      report.notes.push_back(std::move(prediction));
    }
  }
  return report;
}

}  // namespace fencelab::analysis
