#include "analysis/lockdep/order_graph.hpp"

namespace fencelab::analysis {

OrderEdge& OrderGraph::edge(core::OrderClassId from, core::OrderClassId to, bool from_shared,
                            bool to_recursive, EdgeOrigin origin) {
  const Key key{core::raw(from), core::raw(to), from_shared, to_recursive, origin};
  const auto [place, is_new] = index_.emplace(key, edges_.size());
  if (is_new) {
    edges_.push_back({from, to, {}, {}, {}});
    PredictedEdge& seen = edges_.back().seen;
    seen.origin = origin;
    seen.from_shared = from_shared;
    seen.to_recursive = to_recursive;
  }
  return edges_[place->second];
}

const std::uint32_t* OrderGraph::find_chain(std::uint64_t key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : &found->second;
}

std::uint32_t OrderGraph::add_chain(Chain chain) {
  chains_.push_back(std::move(chain));
  return static_cast<std::uint32_t>(chains_.size() - 1);
}

}  // namespace fencelab::analysis
