#include "analysis/explore/livelock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <utility>

#include "analysis/explore/search_parts.hpp"
#include "analysis/explore/state_hash.hpp"

namespace fencelab::analysis {

namespace {

constexpr std::uint32_t kNone = ~std::uint32_t{0};

struct Edge {
  std::uint32_t to = kNone;
  ScheduledStep step;
  bool progress = false;
};

struct State {
  std::uint32_t parent = kNone;
  ScheduledStep step;  ///< from the parent
  ActorSet enabled;
  std::vector<Edge> edges;
  bool expanded = false;  ///< all its edges are known
  bool settled = false;   ///< nothing is left to be done: going round is no harm
};

class Graph {
 public:
  Graph(Subject& subject, const ExecutionOptions& options, const ExploreLimits& limits,
        const LivelockOptions& more)
      : subject_(subject), options_(options), limits_(limits), more_(more) {}

  LivelockSearch search() {
    const auto begun = std::chrono::steady_clock::now();
    add(kNone, {}, start_key());
    for (std::uint32_t state = 0; state < states_.size() && may_go_on(); ++state) {
      expand(state);
      const bool late = std::chrono::steady_clock::now() - begun > limits_.time;
      if (late && state + 1 < states_.size()) result_.bound = "out of time";
    }
    result_.exhausted = result_.bound.empty();
    result_.states = states_.size();
    find_components();
    return std::move(result_);
  }

 private:
  // ---- the graph

  bool may_go_on() {
    if (states_.size() > limits_.states) result_.bound = fmt::format("states={}", limits_.states);
    if (result_.steps > limits_.steps) result_.bound = fmt::format("steps={}", limits_.steps);
    return result_.bound.empty();
  }

  std::uint64_t progress(Execution& execution) const {
    return more_.progress ? more_.progress(execution) : execution.progress();
  }

  std::uint64_t start_key() {
    hash_.reset();
    return hash_.key();
  }

  std::uint32_t add(std::uint32_t parent, const ScheduledStep& step, std::uint64_t key) {
    const auto [found, is_new] = by_key_.emplace(key, static_cast<std::uint32_t>(states_.size()));
    if (is_new) {
      states_.emplace_back();
      states_.back().parent = parent;
      states_.back().step = step;
    }
    return found->second;
  }

  Schedule way_to(std::uint32_t state) const {
    Schedule way;
    for (; states_[state].parent != kNone; state = states_[state].parent)
      way.push_back(states_[state].step);
    std::reverse(way.begin(), way.end());
    return way;
  }

  void take(Execution& execution, const ScheduledStep& step) {
    const core::Step taken = *execution.find(step.actor);
    const core::Footprint& footprint = execution.take(taken, step.choices);
    hash_.step(step.actor, execution.simulation().now(), footprint, execution.choices());
    ++result_.steps;
  }

  // Every step from `state`, with every answer.
  void expand(std::uint32_t state) {
    const Schedule way = way_to(state);
    std::vector<ScheduledStep> todo;
    bool first = true;
    do {
      Execution execution(subject_, options_);
      hash_.reset();
      for (const ScheduledStep& step : way) take(execution, step);
      if (std::exchange(first, false)) {
        if (has_too_many_actors(execution.steps())) {
          result_.bound = fmt::format("actors={}", ActorSet::kCapacity);
          return;
        }
        states_[state].enabled = enabled_actors(execution.steps());
        states_[state].settled = execution.is_settled();
        for (const core::Step& step : execution.steps()) todo.push_back({step.actor, {}});
        states_[state].expanded = todo.empty();
        if (todo.empty()) return;
        if (way.size() >= limits_.depth) {
          result_.bound = fmt::format("depth={}", limits_.depth);
          return;
        }
      }
      ScheduledStep step = todo.back();
      todo.pop_back();
      const std::uint64_t before = progress(execution);
      take(execution, step);
      step.choices = execution.choices();
      const bool done = progress(execution) != before;
      const std::uint32_t to = add(state, step, hash_.key());
      states_[state].edges.push_back({to, step, done});
      ++result_.transitions;
      if (next_answer(step.choices)) todo.push_back(step);
    } while (!todo.empty());
    states_[state].expanded = true;
  }

  // ---- strongly connected sets without progress (Tarjan, without recursion)

  void find_components() {
    const std::size_t count = states_.size();
    order_.assign(count, kNone);
    low_.assign(count, kNone);
    on_stack_.assign(count, 0);
    component_.assign(count, kNone);
    for (std::uint32_t state = 0; state < count; ++state)
      if (order_[state] == kNone) connect(state);
  }

  void connect(std::uint32_t root) {
    struct Frame {
      std::uint32_t state;
      std::size_t edge = 0;
    };
    std::vector<Frame> frames{{root}};
    enter(root);
    while (!frames.empty()) {
      Frame& frame = frames.back();
      const std::uint32_t state = frame.state;
      if (frame.edge < states_[state].edges.size()) {
        const Edge& edge = states_[state].edges[frame.edge++];
        if (edge.progress) continue;
        if (order_[edge.to] == kNone) {
          enter(edge.to);
          frames.push_back({edge.to});
        } else if (on_stack_[edge.to]) {
          low_[state] = std::min(low_[state], order_[edge.to]);
        }
        continue;
      }
      frames.pop_back();
      if (!frames.empty())
        low_[frames.back().state] = std::min(low_[frames.back().state], low_[state]);
      if (low_[state] == order_[state]) leave(state);
    }
  }

  void enter(std::uint32_t state) {
    order_[state] = low_[state] = next_order_++;
    stack_.push_back(state);
    on_stack_[state] = 1;
  }

  void leave(std::uint32_t root) {
    std::vector<std::uint32_t> members;
    for (;;) {
      const std::uint32_t state = stack_.back();
      stack_.pop_back();
      on_stack_[state] = 0;
      component_[state] = components_;
      members.push_back(state);
      if (state == root) break;
    }
    judge(members);
    ++components_;
  }

  bool is_inside(const Edge& edge) const {
    return !edge.progress && component_[edge.to] == components_;
  }

  void judge(const std::vector<std::uint32_t>& members) {
    ActorSet acting, enabled, always = states_[members.front()].enabled;
    bool cycles = false;
    for (const std::uint32_t state : members) {
      if (states_[state].settled) return;
      always &= states_[state].enabled;
      enabled |= states_[state].enabled;
      for (const Edge& edge : states_[state].edges)
        if (is_inside(edge)) {
          cycles = true;
          acting.insert(edge.step.actor);
        }
    }
    if (!cycles || !(always - acting).empty()) return;  // nobody goes round, or only unfairly
    Livelock livelock;
    livelock.hard = !reaches_progress(members);
    // The member nearest to the start was found first.
    const std::uint32_t entry = *std::min_element(members.begin(), members.end());
    livelock.way = way_to(entry);
    livelock.round = round_from(entry, acting, enabled - acting);
    for (ActorSet left = acting; !left.empty(); left.erase(left.first()))
      livelock.actors.push_back(left.first());
    result_.found.push_back(std::move(livelock));
  }

  // Or a state of which it is not known what follows.
  bool reaches_progress(const std::vector<std::uint32_t>& from) const {
    std::vector<std::uint8_t> seen(states_.size(), 0);
    std::vector<std::uint32_t> todo = from;
    for (const std::uint32_t state : todo) seen[state] = 1;
    while (!todo.empty()) {
      const std::uint32_t state = todo.back();
      todo.pop_back();
      if (!states_[state].expanded) return true;  // nobody knows
      for (const Edge& edge : states_[state].edges) {
        if (edge.progress) return true;
        if (seen[edge.to]) continue;
        seen[edge.to] = 1;
        todo.push_back(edge.to);
      }
    }
    return false;
  }

  using Wanted = std::function<bool(std::uint32_t state, const Edge* edge)>;

  // Goes on from `at`, within the component, to the nearest edge or state that is wanted.
  void walk_to(std::uint32_t& at, Schedule& walk, const Wanted& wanted) const {
    std::unordered_map<std::uint32_t, std::pair<std::uint32_t, const Edge*>> came;
    std::vector<std::uint32_t> queue{at};
    if (wanted(at, nullptr)) return;
    for (std::size_t i = 0; i < queue.size(); ++i)
      for (const Edge& edge : states_[queue[i]].edges) {
        if (!is_inside(edge)) continue;
        const bool found = wanted(edge.to, &edge);
        const bool is_new = came.emplace(edge.to, std::pair(queue[i], &edge)).second;
        if (!found) {
          if (is_new) queue.push_back(edge.to);
          continue;
        }
        Schedule way{edge.step};
        for (std::uint32_t back = queue[i]; back != at; back = came.at(back).first)
          way.push_back(came.at(back).second->step);
        walk.insert(walk.end(), way.rbegin(), way.rend());
        at = edge.to;
        return;
      }
  }

  // A way round on which everybody either acts or cannot act at some point: going it for ever is
  // fair.
  Schedule round_from(std::uint32_t entry, const ActorSet& acting, const ActorSet& others) const {
    Schedule round;
    std::uint32_t at = entry;
    for (ActorSet left = acting; !left.empty(); left.erase(left.first())) {
      const std::uint32_t actor = left.first();
      const bool acted =
          std::any_of(round.begin(), round.end(),
                      [actor](const ScheduledStep& step) { return step.actor == actor; });
      if (!acted)
        walk_to(at, round, [actor](std::uint32_t, const Edge* edge) {
          return edge && edge->step.actor == actor;
        });
    }
    for (ActorSet left = others; !left.empty(); left.erase(left.first()))
      walk_to(at, round, [&, actor = left.first()](std::uint32_t state, const Edge*) {
        return !states_[state].enabled.contains(actor);
      });
    if (at != entry || round.empty())
      walk_to(at, round,
              [entry](std::uint32_t state, const Edge* edge) { return edge && state == entry; });
    return round;
  }

  Subject& subject_;
  ExecutionOptions options_;
  ExploreLimits limits_;
  const LivelockOptions& more_;
  StateHash hash_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_key_;
  std::vector<State> states_;
  LivelockSearch result_;
  std::vector<std::uint32_t> order_, low_, component_, stack_;
  std::vector<std::uint8_t> on_stack_;
  std::uint32_t next_order_ = 0, components_ = 0;
};

}  // namespace

LivelockSearch find_livelocks(Subject& subject, const ExecutionOptions& options,
                              const ExploreLimits& limits, const LivelockOptions& more) {
  return Graph(subject, options, limits, more).search();
}

}  // namespace fencelab::analysis
