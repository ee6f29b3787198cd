#include "analysis/deadlock/canonical_order.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "analysis/deadlock/explain.hpp"
#include "analysis/deadlock/signature.hpp"

namespace fencelab::analysis {
namespace {

using core::Gate;
using core::GateKind;
using core::kNoIndex;
using NodeIndex = ProviderGraph::NodeIndex;
using Rank = std::uint32_t;

/// Each round tells apart what is one step further away. Findings are small; in a large one the
/// rest is left to names.
constexpr int kRoundsMost = 32;

class Refinement {
 public:
  Refinement(const core::WaitGraph& graph, const Reduction& reduction,
             const ProviderGraph& providers, const std::vector<NodeIndex>& component)
      : graph_(graph), reduction_(reduction), providers_(providers), nodes_(component) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) place_[nodes_[i]] = i;
    for (const NodeIndex n : nodes_) names_.push_back(name_of(providers_.nodes()[n]));
    ranks_ = ranks_of(first_keys());
    neighbours();
    for (int round = 0; round < kRoundsMost && refine(); ++round) {
    }
  }

  std::vector<NodeIndex> order() const {
    std::vector<std::size_t> places(nodes_.size());
    std::iota(places.begin(), places.end(), std::size_t{0});
    std::sort(places.begin(), places.end(), [this](std::size_t a, std::size_t b) {
      return std::tie(ranks_[a], names_[a], nodes_[a]) < std::tie(ranks_[b], names_[b], nodes_[b]);
    });
    std::vector<NodeIndex> ordered;
    for (const std::size_t at : places) ordered.push_back(nodes_[at]);
    return ordered;
  }

 private:
  std::string name_of(const ProviderNode& node) const {
    if (node.kind == NodeKind::pool) return graph_.pools[node.index].name;
    if (node.kind == NodeKind::gate) return gate_label(graph_, node.index);
    return fmt::format("{} {}", wait_label(graph_, node.index), graph_.agents[node.index].name);
  }

  std::string class_of(const ProviderNode& node) const {
    switch (node.kind) {
      case NodeKind::agent:
        return fmt::format("{} {}", core::to_string(graph_.agents[node.index].reason),
                           strip_instances(wait_label(graph_, node.index)));
      case NodeKind::gate:
        return fmt::format("{} {} {}", strip_instances(gate_label(graph_, node.index)),
                           static_cast<int>(graph_.gates[node.index].kind),
                           still_needed(graph_.gates[node.index]));
      case NodeKind::pool: break;
    }
    return fmt::format("{} {}", strip_instances(graph_.pools[node.index].name),
                       reduction_.available[node.index]);
  }

  std::uint64_t still_needed(const Gate& gate) const {
    if (gate.kind == GateKind::units) return gate.amount - reduction_.available[gate.pool];
    std::uint64_t need = gate.need;
    for (const core::GateIndex input : gate.inputs)
      if (need > 0 && reduction_.open[input]) --need;
    return need;
  }

  using FirstKey = std::tuple<NodeKind, std::string, std::vector<std::uint64_t>>;

  std::vector<FirstKey> first_keys() const {
    std::vector<FirstKey> keys;
    for (const NodeIndex n : nodes_)
      keys.emplace_back(providers_.nodes()[n].kind, class_of(providers_.nodes()[n]),
                        std::vector<std::uint64_t>{});
    for (const NodeIndex n : nodes_)
      if (providers_.nodes()[n].kind == NodeKind::pool) add_amounts(n, keys);
    for (FirstKey& key : keys) std::sort(std::get<2>(key).begin(), std::get<2>(key).end());
    return keys;
  }

  /// How much of a pool somebody has tells holders apart.
  void add_amounts(NodeIndex pool, std::vector<FirstKey>& keys) const {
    const auto& holdings = graph_.pools[providers_.nodes()[pool].index].holdings;
    for (const auto& edge :
         boost::make_iterator_range(boost::out_edges(pool, providers_.edges()))) {
      const auto holder = static_cast<NodeIndex>(boost::target(edge, providers_.edges()));
      const auto at = place_.find(holder);
      if (at == place_.end()) continue;
      const ProviderNode& node = providers_.nodes()[holder];
      for (const auto& holding : holdings)
        if ((node.kind == NodeKind::agent ? holding.agent : holding.gate) == node.index)
          std::get<2>(keys[at->second]).push_back(holding.amount);
    }
  }

  void neighbours() {
    next_.resize(nodes_.size());
    previous_.resize(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      for (const auto& edge :
           boost::make_iterator_range(boost::out_edges(nodes_[i], providers_.edges()))) {
        const auto to =
            place_.find(static_cast<NodeIndex>(boost::target(edge, providers_.edges())));
        if (to == place_.end()) continue;
        next_[i].push_back(to->second);
        previous_[to->second].push_back(i);
      }
  }

  template <typename Key>
  static std::vector<Rank> ranks_of(const std::vector<Key>& keys) {
    std::map<Key, Rank> ranks;
    for (const Key& key : keys) ranks[key] = 0;
    Rank next = 0;
    for (auto& [key, rank] : ranks) rank = next++;
    std::vector<Rank> all;
    for (const Key& key : keys) all.push_back(ranks.at(key));
    return all;
  }

  std::vector<Rank> ranks_at(const std::vector<std::size_t>& places) const {
    std::vector<Rank> ranks;
    for (const std::size_t at : places) ranks.push_back(ranks_[at]);
    std::sort(ranks.begin(), ranks.end());
    return ranks;
  }

  /// Whether anything more could be told apart.
  bool refine() {
    std::vector<std::tuple<Rank, std::vector<Rank>, std::vector<Rank>>> keys;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      keys.emplace_back(ranks_[i], ranks_at(next_[i]), ranks_at(previous_[i]));
    std::vector<Rank> finer = ranks_of(keys);
    const bool more = *std::max_element(finer.begin(), finer.end()) >
                      *std::max_element(ranks_.begin(), ranks_.end());
    ranks_ = std::move(finer);
    return more;
  }

  const core::WaitGraph& graph_;
  const Reduction& reduction_;
  const ProviderGraph& providers_;
  const std::vector<NodeIndex>& nodes_;
  std::map<NodeIndex, std::size_t> place_;
  std::vector<std::string> names_;
  std::vector<Rank> ranks_;
  std::vector<std::vector<std::size_t>> next_, previous_;
};

}  // namespace

std::vector<NodeIndex> canonical_order(const core::WaitGraph& graph, const Reduction& reduction,
                                       const ProviderGraph& providers,
                                       const std::vector<NodeIndex>& component) {
  return Refinement(graph, reduction, providers, component).order();
}

}  // namespace fencelab::analysis
