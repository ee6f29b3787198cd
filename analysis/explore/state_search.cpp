#include "analysis/explore/state_search.hpp"

#include <algorithm>
#include <span>

#include "core/assert.hpp"

namespace fencelab::analysis {

namespace {

bool step_is_recovery(const std::vector<core::Step>& steps) {
  return std::any_of(steps.begin(), steps.end(),
                     [](const core::Step& step) { return step.recovery; });
}

}  // namespace

bool StateSearch::run(std::uint64_t steps) {
  while (!is_begun_ || backtrack()) {
    is_begun_ = true;
    execute();
    result_.states = visited_.size();
    if (clock_.look(result_) || visited_.size() >= limits_.states) return true;
    if (limits_.stop_at_first && result_.found_deadlock()) return true;
    if (result_.steps + result_.replayed >= steps) return false;
  }
  result_.exhausted = result_.bound_hits == 0 && result_.inconclusive == 0;
  return true;
}

void StateSearch::execute() {
  Execution execution(subject_, options_);
  hash_.reset();
  for (std::uint32_t i = 0; i < length_; ++i) {
    if (i + 1 < length_) {
      take_again(execution, nodes_[i]);
      ++result_.replayed;
      continue;
    }
    const core::Step* const step = execution.find(nodes_[i].actor);
    FENCELAB_ASSERT(step, "step {}: actor {} cannot act when replayed", i, nodes_[i].actor);
    take(execution, nodes_[i], *step);
    // The last step on the path is new: another actor, or other answers.
    ++result_.steps;
    auto& touches = nodes_[i].touches;
    touches.insert(touches.end(), last_touches_.begin(), last_touches_.end());
  }
  while (extend(execution)) {
  }
  result_.depth = std::max(result_.depth, length_);
}

void StateSearch::take(Execution& execution, Node& node, const core::Step& step) {
  node.step = step;
  const core::Footprint& footprint = execution.take(node.step, node.choices);
  node.choices = execution.choices();
  hash_.step(node.actor, execution.simulation().now(), footprint, node.choices);
  last_touches_.assign(footprint.touches.begin(), footprint.touches.end());
}

void StateSearch::take_again(Execution& execution, Node& node) {
  const core::Footprint& footprint = execution.take_again(node.step, node.choices);
  hash_.step(node.actor, execution.simulation().now(), footprint, node.choices);
}

void StateSearch::Node::reset() {
  todo = {};
  sleepers.clear();
  choices.clear();
  touches.clear();
  preemptions = 0;
  goes_on_enabled = quiescent = alone = false;
}

// Arrives in a state and takes a step from it. False if there is nothing (new) to do there.
bool StateSearch::extend(Execution& execution) {
  const auto& steps = execution.steps();
  if (has_too_many_actors(steps)) {
    ++result_.bound_hits;
    return false;
  }
  std::uint64_t key = hash_.key();
  if (nodes_.size() <= length_) nodes_.resize(length_ + 64);
  Node& node = nodes_[length_];
  node.reset();
  ActorSet enabled = enabled_actors(steps), asleep;
  if (limits_.preemptions)
    enabled = within_bound(node, enabled, key);
  else if (length_ > 0)
    inherit_sleepers(nodes_[length_ - 1], node, asleep);
  node.key = key;
  node.quiescent =
      options_.timers == core::TimerMode::quiescent && !steps.empty() && steps[0].recovery;
  const auto [found, is_new] = visited_.try_emplace(key);
  if (length_ > 0) note_newness(nodes_[length_ - 1], is_new);
  if (is_new) {
    found->second.asleep = asleep;
    node.todo = enabled - asleep;
    if (steps.empty()) return leaf(execution);
  } else {
    // Somebody came here before: only what all of us had put to sleep until now is left to do.
    if (found->second.on_path) judge_leaf(execution, path(), result_);
    node.todo = (found->second.asleep - asleep) & enabled;
    found->second.asleep &= asleep;
  }
  if (node.todo.empty()) return false;
  if (length_ >= limits_.depth) {
    ++result_.bound_hits;
    judge_leaf(execution, path(), result_);
    return false;
  }
  found->second.on_path = true;
  node.actor = pick(steps, node.todo);
  node.todo.erase(node.actor);
  ++length_;
  take(execution, node, *execution.find(node.actor));
  ++result_.steps;
  node.touches = last_touches_;
  // A step that touches nothing commutes with everything: the others can wait until after it.
  node.alone = is_new && !limits_.preemptions && last_touches_.empty() && node.choices.empty() &&
               !step_is_recovery(steps);
  return true;
}

// With a bound on preemptions what may follow depends on who acted last and on how many there
// were, and sleep sets would cut what is within the bound.
ActorSet StateSearch::within_bound(Node& node, const ActorSet& enabled, std::uint64_t& key) {
  if (length_ == 0) return enabled;
  const Node& before = nodes_[length_ - 1];
  const bool preempted = length_ > 1 && before.actor != nodes_[length_ - 2].actor &&
                         nodes_[length_ - 2].goes_on_enabled;
  node.preemptions = before.preemptions + preempted;
  node.goes_on_enabled = false;
  key = core::mix_hash(core::mix_hash(key, before.actor + 1), node.preemptions);
  const bool could_go_on = enabled.contains(before.actor);
  nodes_[length_ - 1].goes_on_enabled = could_go_on;
  if (!could_go_on || node.preemptions < *limits_.preemptions) return enabled;
  result_.preemptions_cut += enabled.size() - 1;
  ActorSet only;
  only.insert(before.actor);
  return only;
}

// If that step led nowhere new the others must be tried after all, or a process that goes round
// by itself would keep them from acting for ever.
void StateSearch::note_newness(Node& from, bool is_new) {
  if (!from.alone) return;
  if (is_new) from.todo = {};
  from.alone = false;
}

// Who only passes a gate first: that step most often touches nothing, and then stands alone.
std::uint32_t StateSearch::pick(const std::vector<core::Step>& steps, const ActorSet& from) const {
  for (const core::Step& step : steps)
    if (step.goes_on && from.contains(step.actor)) return step.actor;
  if (length_ > 0 && from.contains(nodes_[length_ - 1].actor)) return nodes_[length_ - 1].actor;
  return from.first();
}

bool StateSearch::leaf(Execution& execution) {
  ++result_.executions;
  result_.dead_executions += judge_leaf(execution, path(), result_);
  return false;
}

Schedule StateSearch::path() const {
  return schedule_of(std::span<const Node>(nodes_).first(length_));
}

// At quiescence nobody sleeps on: what another timer sets off keeps this one from going off.
void StateSearch::inherit_sleepers(const Node& from, Node& into, ActorSet& asleep) const {
  if (from.quiescent) return;
  for (std::size_t i = 0; i < from.sleepers.size(); ++i) {
    const Sleeper sleeper = from.sleepers[i];
    if (!sleeps_on(sleeper, from.actor, last_touches_)) continue;
    asleep.insert(sleeper.actor);
    into.sleepers.add(sleeper.actor, sleeper.touches);
  }
}
bool StateSearch::backtrack() {
  while (length_ > 0) {
    Node& node = nodes_[length_ - 1];
    if (next_answer(node.choices)) return true;
    node.sleepers.add(node.actor, node.touches);
    node.touches.clear();
    if (!node.todo.empty()) {
      node.actor = node.todo.first();
      node.todo.erase(node.actor);
      node.choices.clear();
      return true;
    }
    visited_[node.key].on_path = false;
    --length_;
  }
  return false;
}

Exploration explore_states(Subject& subject, const ExecutionOptions& options,
                           const ExploreLimits& limits) {
  StateSearch search(subject, options, limits);
  search.run(limits.steps);
  return search.result();
}

}  // namespace fencelab::analysis
