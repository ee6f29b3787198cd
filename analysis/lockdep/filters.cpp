#include "analysis/lockdep/filters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace fencelab::analysis {

namespace {

/// Pairs of chains looked at for one pair of edges. More than that: no reason is found.
constexpr std::size_t kPairsMax = 1 << 16;

struct Pair {
  const Chain& a;
  core::ObjectId a_from;
  const Chain& b;
  core::ObjectId b_from;
};

/// A lock that both hold besides those the edges start at, one of them not for reading.
std::optional<core::ObjectId> gate_of(const Pair& pair) {
  for (const GateItem& x : pair.a.locks)
    for (const GateItem& y : pair.b.locks)
      if (x.object == y.object && (x.exclusive || y.exclusive) && x.object != pair.a_from &&
          x.object != pair.b_from)
        return x.object;
  return std::nullopt;
}

bool ordered(const Chain& first, const Chain& second) {
  return Causality::over(second.first_known, first.actor, first.last_region);
}

/// Why `a` and `b` are never made at the same time; nothing if they may be.
std::optional<FilterNote> apart(const OrderGraph& graph, const OrderEdge& a, const OrderEdge& b,
                                const core::OrderClasses& classes) {
  if (a.chains.empty() || b.chains.empty()) return std::nullopt;
  if (a.chains.size() * b.chains.size() > kPairsMax) return std::nullopt;
  bool same_process = true, gated = true;
  std::optional<core::ObjectId> gate;
  for (const auto& [i, i_from] : a.chains)
    for (const auto& [j, j_from] : b.chains) {
      const Pair pair{graph.chain(i), i_from, graph.chain(j), j_from};
      const bool same = pair.a.process == pair.b.process;
      const auto common = gate_of(pair);
      const bool by_order = ordered(pair.a, pair.b) || ordered(pair.b, pair.a);
      if (!same && !common && !by_order) return std::nullopt;
      same_process = same_process && same;
      gated = gated && (same || common);
      if (common) gate = common;
    }
  const std::string edges =
      fmt::format("{} -> {} and {} -> {}", classes.at(a.from).name, classes.at(a.to).name,
                  classes.at(b.from).name, classes.at(b.to).name);
  if (same_process)
    return FilterNote{FilterKind::same_process,
                      edges + " are made by one process only, " + a.seen.witness.process_name};
  if (!gated)
    return FilterNote{FilterKind::must_order,
                      edges + " are ordered by start, join or fence wherever both happen"};
  std::string name = fmt::format("object {}", core::raw(*gate));
  for (const HeldWitness& held : a.seen.witness.held)
    if (held.object == *gate) name = held.label;
  return FilterNote{FilterKind::gate_lock, fmt::format("{} are guarded by {}", edges, name)};
}

}  // namespace

std::vector<FilterNote> harmless_because(const OrderGraph& graph, const EdgeCycle& cycle,
                                         const core::OrderClasses& classes) {
  std::vector<const OrderEdge*> at_locks;
  for (const std::uint32_t index : cycle) {
    const OrderEdge& edge = graph.edges()[index];
    const core::OrderKind from = classes.at(edge.from).kind;
    if (edge.seen.origin == EdgeOrigin::held &&
        (from == core::OrderKind::lock || from == core::OrderKind::ww_lock))
      at_locks.push_back(&edge);
  }
  std::vector<FilterNote> reasons;
  for (std::size_t i = 0; i < at_locks.size(); ++i)
    for (std::size_t j = i + 1; j < at_locks.size(); ++j)
      if (auto reason = apart(graph, *at_locks[i], *at_locks[j], classes))
        reasons.push_back(std::move(*reason));
  return reasons;
}

}  // namespace fencelab::analysis
