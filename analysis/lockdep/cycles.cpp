#include "analysis/lockdep/cycles.hpp"

#include <algorithm>

namespace fencelab::analysis {

namespace {

using core::OrderKind;

class Search {
 public:
  Search(const OrderGraph& graph, const core::OrderClasses& classes)
      : edges_(graph.edges()), classes_(classes), out_(classes.size() + 1) {
    for (std::uint32_t i = 0; i < edges_.size(); ++i) out_[core::raw(edges_[i].from)].push_back(i);
    on_path_.resize(out_.size());
  }

  // Longer ones at last, so that a cycle is found before those that contain it.
  CycleSearch run() {
    for (std::uint32_t start = 1; start < out_.size() && result_.complete; ++start) {
      if (!may_close(start)) continue;
      start_ = start;
      extend(start);
    }
    std::stable_sort(result_.cycles.begin(), result_.cycles.end(),
                     [](const EdgeCycle& a, const EdgeCycle& b) { return a.size() < b.size(); });
    return std::move(result_);
  }

 private:
  // Cycles are found from their smallest class: only classes from `start` on that lead back to it
  // within reach count.
  bool may_close(std::uint32_t start) {
    constexpr std::size_t kFar = kCycleEdgesMax + 1;
    back_.assign(out_.size(), kFar);
    back_[start] = 0;
    for (std::size_t distance = 1; distance <= kCycleEdgesMax; ++distance)
      for (const OrderEdge& edge : edges_) {
        const std::uint32_t from = core::raw(edge.from), to = core::raw(edge.to);
        ++result_.steps;
        if (from >= start && back_[to] == distance - 1 && back_[from] == kFar)
          back_[from] = distance;
      }
    return std::any_of(out_[start].begin(), out_[start].end(), [&](std::uint32_t edge) {
      return back_[core::raw(edges_[edge].to)] < kCycleEdgesMax;
    });
  }

  static bool passes(const OrderEdge& in, const OrderEdge& out) {
    return !(in.seen.to_recursive && out.seen.from_shared);
  }

  void extend(std::uint32_t at) {
    for (const std::uint32_t index : out_[at]) {
      const OrderEdge& edge = edges_[index];
      const std::uint32_t to = core::raw(edge.to);
      if (++result_.steps > kCycleStepsMax) result_.complete = false;
      if (!result_.complete) return;
      if (to < start_ || on_path_[to]) continue;
      if (!path_.empty() && !passes(edges_[path_.back()], edge)) continue;
      if (path_.size() + 1 + back_[to] > kCycleEdgesMax) continue;
      path_.push_back(index);
      if (to == start_) {
        close();
      } else {
        on_path_[to] = true;
        extend(to);
        on_path_[to] = false;
      }
      path_.pop_back();
    }
  }

  void close() {
    if (!passes(edges_[path_.back()], edges_[path_.front()])) return;
    if (std::any_of(path_.begin(), path_.end(),
                    [this](std::uint32_t edge) { return is_hard(edges_[edge]); }))
      result_.cycles.push_back(path_);
  }

  // What somebody held while asking, or a bounded fence that was made to depend on an unbounded
  // one.
  bool is_hard(const OrderEdge& edge) const {
    if (edge.seen.origin == EdgeOrigin::held) return true;
    return edge.seen.origin == EdgeOrigin::dependency &&
           classes_.at(edge.from).kind == OrderKind::fence &&
           classes_.at(edge.to).kind == OrderKind::value;
  }

  const std::vector<OrderEdge>& edges_;
  const core::OrderClasses& classes_;
  std::vector<std::vector<std::uint32_t>> out_;  ///< by class
  std::vector<std::size_t> back_;                ///< by class: edges back to start_
  std::vector<bool> on_path_;
  EdgeCycle path_;
  std::uint32_t start_ = 0;
  CycleSearch result_;
};

}  // namespace

CycleSearch find_cycles(const OrderGraph& graph, const core::OrderClasses& classes) {
  return Search(graph, classes).run();
}

}  // namespace fencelab::analysis
