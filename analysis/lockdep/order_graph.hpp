// OrderGraph: the classes of a run and "while FROM is not released, TO may be waited for" between
// them. Every combination of held instances and asked instance is looked at once (a chain, as in
// lockdep's chain cache); that is what keeps it linear in events.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "analysis/lockdep/causality.hpp"
#include "analysis/lockdep/prediction.hpp"

namespace fencelab::analysis {

/// A lock that was held, as filters see it.
struct GateItem {
  core::ObjectId object;
  bool exclusive;
};

/// One combination of a process, what it holds and what it asks for, however often it occurs.
struct Chain {
  core::ProcessId process{};
  std::vector<GateItem> locks;  ///< held instances
  std::uint32_t actor = CausalClock::kNoActor;
  Knowledge first_known;          ///< at the start of the first region it occurred in
  std::uint32_t last_region = 0;  ///< number of the last one
  std::uint64_t count = 0;
};

struct OrderEdge {
  core::OrderClassId from, to;
  PredictedEdge seen;
  /// Chains it stands in, with the instance it starts at.
  std::vector<std::pair<std::uint32_t, core::ObjectId>> chains;
  /// Of an edge from a class to itself: some more of its witnesses, to show both orders of
  /// instances.
  std::vector<EdgeWitness> others;
  static constexpr std::size_t kOthersMax = 16;
};

class OrderGraph {
 public:
  /// The edge of that description, new or known.
  OrderEdge& edge(core::OrderClassId from, core::OrderClassId to, bool from_shared,
                  bool to_recursive, EdgeOrigin origin);

  static constexpr std::uint32_t kNoChain = ~std::uint32_t{0};
  /// The chain with that key, or nullptr if it has not been seen. A chain without edges has index
  /// kNoChain.
  const std::uint32_t* find_chain(std::uint64_t key) const;
  void remember_chain(std::uint64_t key, std::uint32_t chain) { keys_.emplace(key, chain); }
  std::uint32_t add_chain(Chain chain);
  Chain& chain(std::uint32_t index) { return chains_[index]; }
  const Chain& chain(std::uint32_t index) const { return chains_[index]; }

  const std::vector<OrderEdge>& edges() const { return edges_; }
  std::size_t chain_count() const { return keys_.size(); }

 private:
  using Key = std::tuple<std::uint32_t, std::uint32_t, bool, bool, EdgeOrigin>;
  std::vector<OrderEdge> edges_;
  std::map<Key, std::size_t> index_;
  std::vector<Chain> chains_;
  std::unordered_map<std::uint64_t, std::uint32_t> keys_;  ///< looked up, never iterated
};

}  // namespace fencelab::analysis
