#include "analysis/explore/dpor_search.hpp"

#include <algorithm>
#include <span>

#include "core/assert.hpp"

namespace fencelab::analysis {

namespace {

bool only_recovery(const std::vector<core::Step>& steps) {
  return std::all_of(steps.begin(), steps.end(),
                     [](const core::Step& step) { return step.recovery; });
}

std::shared_ptr<DporMemory> memory_of(Subject& subject) {
  std::shared_ptr<DporMemory> memory = subject.lend_dpor_memory();
  return memory ? memory : std::make_shared<DporMemory>();
}

}  // namespace

DporSearch::DporSearch(Subject& subject, const ExecutionOptions& options,
                       const ExploreLimits& limits)
    : subject_(subject), options_(options), limits_(limits), memory_(memory_of(subject)) {}

DporSearch::~DporSearch() { subject_.return_dpor_memory(std::move(memory_)); }

void DporSearch::begin(DporState state) {
  length_ = static_cast<std::uint32_t>(state.nodes.size());
  if (nodes_.size() < length_) nodes_.resize(length_);
  std::move(state.nodes.begin(), state.nodes.end(), nodes_.begin());
  floor_ = state.floor;
  is_new_ = state.is_new;
  rousing_.clear();
  for (std::uint32_t i = 0; i < length_; ++i)
    if (!nodes_[i].roused.empty()) rousing_.push_back(i);
  trace_.cut(0);
  is_unseen_ = true;
  result_ = {};
  rivals_ = known_rivals();
  requests_.clear();
  requested_.clear();
}

bool DporSearch::run(const std::function<bool(Exploration&)>& stop) {
  while (is_new_ || backtrack()) {
    execute();
    is_new_ = false;
    if (met_rivals() || stop(result_)) return false;
  }
  return true;
}

DporState DporSearch::state() const {
  return {{nodes_.begin(), nodes_.begin() + length_}, floor_, is_new_};
}

// ---------------------------------------------------------------- one execution

// The path as it stands, then on to a leaf.
void DporSearch::execute() {
  Execution execution(subject_, options_);
  execution.vary_answers();
  for (std::uint32_t i = 0; i < length_; ++i) {
    if (!is_unseen_ && i + 1 < length_) {
      execution.take_again(nodes_[i].step, nodes_[i].choices);
      ++result_.replayed;
      continue;
    }
    if (is_unseen_) restore(i, execution);
    const core::Step* const step = execution.find(nodes_[i].actor);
    FENCELAB_ASSERT(step, "step {}: actor {} cannot act when replayed", i, nodes_[i].actor);
    nodes_[i].step = *step;
    const core::Footprint& footprint = execution.take(*step, nodes_[i].choices);
    if (i + 1 == length_) {
      record(i, execution, footprint);  // another actor, or other answers
      continue;
    }
    ++result_.replayed;
    nodes_[i].choices = execution.choices();
    races_.clear();  // whoever took it first has seen to them
    trace_.append(nodes_[i].actor, footprint, nodes_[i].quiescent, races_);
  }
  is_unseen_ = false;
  while (extend(execution)) {
  }
  result_.depth = std::max(result_.depth, length_);
}

// What extend() would have noted at a node of a path that was given.
void DporSearch::restore(std::uint32_t index, Execution& execution) {
  const auto& steps = execution.steps();
  if (index < floor_) nodes_[index].enabled = enabled_actors(steps);
  nodes_[index].quiescent = only_recovery(steps);
  services_only(execution, steps, index);
}

// Takes one more step. False at a leaf.
bool DporSearch::extend(Execution& execution) {
  const auto& steps = execution.steps();
  if (has_too_many_actors(steps)) {
    ++result_.bound_hits;
    return false;
  }
  DporNode& node = fresh_node();
  node.enabled = enabled_actors(steps);
  if (length_ > 0) {
    node.deviations = nodes_[length_ - 1].deviations + nodes_[length_ - 1].deviates;
    inherit_sleepers(nodes_[length_ - 1], node);
    try_instead(length_ - 1, node.enabled);
  }
  if (steps.empty()) return leaf(execution);
  if (length_ >= limits_.depth) {
    ++result_.bound_hits;
    judge_leaf(execution, path(), result_);
    return false;
  }
  if (services_only(execution, steps, length_)) {
    if (!judge_leaf(execution, path(), result_) && !execution.is_settled()) ++result_.inconclusive;
    ++result_.executions;
    return false;
  }
  const ActorSet awake = node.enabled - node.asleep;
  if (awake.empty()) {
    ++result_.blocked;
    return false;
  }
  node.quiescent = only_recovery(steps);
  node.actor = pick(awake);
  node.ask(node.actor);
  // What happens because nothing else can is not reversible by races: try all of it.
  if (node.quiescent) node.ask_all(node.enabled);
  node.step = *execution.find(node.actor);
  const core::Footprint& footprint = execution.take(node.step);
  ++length_;
  record(length_ - 1, execution, footprint);
  return true;
}

// Who could act and cannot any more (it was ended, or its timer stopped) does nothing after this
// step that a race could be seen in: it must be tried before it.
void DporSearch::try_instead(std::uint32_t before, const ActorSet& enabled) {
  ActorSet kept_from = nodes_[before].enabled - enabled;
  if (kept_from.empty()) return;
  kept_from.erase(nodes_[before].actor);
  for (; !kept_from.empty(); kept_from.erase(kept_from.first()))
    request(before, {kept_from.first()});
}

// Stays with whoever acted last, so that executions switch rarely.
std::uint32_t DporSearch::pick(const ActorSet& awake) const {
  if (length_ > 0 && awake.contains(nodes_[length_ - 1].actor)) return nodes_[length_ - 1].actor;
  return awake.first();
}

// Services that go round for ever (a display) get a budget once nobody else can act, also when all
// is done: what they do then could have come before, and that shows only where they do it.
bool DporSearch::services_only(Execution& execution, const std::vector<core::Step>& steps,
                               std::uint32_t index) {
  for (const core::Step& step : steps)
    if (!is_service(execution, step)) return false;
  DporNode& node = nodes_[index];
  node.progress = execution.progress();
  node.daemon_steps = 0;
  if (index > 0 && nodes_[index - 1].progress == node.progress)
    node.daemon_steps = nodes_[index - 1].daemon_steps + 1;
  return node.daemon_steps > limits_.daemon_steps;
}

bool DporSearch::leaf(Execution& execution) {
  ++result_.executions;
  if (!execution.is_settled()) result_.dead_executions += judge_leaf(execution, path(), result_);
  return false;
}

Schedule DporSearch::path() const {
  return schedule_of(std::span<const DporNode>(nodes_).first(length_));
}

DporNode& DporSearch::fresh_node() {
  if (nodes_.size() <= length_) nodes_.resize(length_ + 16);
  DporNode& node = nodes_[length_];
  node.reset();
  return node;
}

// Who was asleep, or done with, and does not depend on the step taken, sleeps on.
// Not so at quiescence: what another timer sets off keeps this one from going off.
void DporSearch::inherit_sleepers(DporNode& from, DporNode& into) {
  if (from.quiescent && options_.timers == core::TimerMode::quiescent) return;
  const auto touches = trace_.touches(length_ - 1);
  from.roused.clear();
  for (std::size_t i = 0; i < from.sleepers.size(); ++i) {
    const Sleeper sleeper = from.sleepers[i];
    if (sleeps_on(sleeper, from.actor, touches)) {
      into.asleep.insert(sleeper.actor);
      into.sleepers.add(sleeper.actor, sleeper.touches);
    } else if (i < from.inherited) {
      from.roused.add(sleeper.actor, sleeper.touches);
    }
  }
  into.inherited = static_cast<std::uint32_t>(into.sleepers.size());
  if (!from.roused.empty()) rousing_.push_back(length_ - 1);
}

void DporSearch::record(std::uint32_t index, const Execution& execution,
                        const core::Footprint& footprint) {
  DporNode& node = nodes_[index];
  if (!execution.choices().empty() || !node.choices.empty()) node.choices = execution.choices();
  for (const core::Touch& touch : footprint.touches) node.touches.push_back(touch);
  ++result_.steps;
  races_.clear();
  trace_.append(node.actor, footprint, node.quiescent, races_);
  for (const std::uint32_t race : races_) reverse(race);
  put_before_roused(index);
}

// A step may touch more or less by what it finds. Who was asleep at an earlier state and was roused
// by the step taken there may touch less after it, and then the last event is in no race with him.
// But it would have been one with what he was to do, had it come before both; nobody else sees to
// that, as he slept there: whoever put him to sleep relied on his doing the same later on.
void DporSearch::put_before_roused(std::uint32_t index) {
  while (!rousing_.empty() && rousing_.back() >= index) rousing_.pop_back();
  const auto touches = trace_.touches(index);
  const std::uint32_t actor = nodes_[index].actor;
  for (const std::uint32_t i : rousing_) {
    if (trace_.happens_before(i, index)) continue;
    const Sleepers& roused = nodes_[i].roused;
    for (std::size_t j = 0; j < roused.size(); ++j) {
      const Sleeper sleeper = roused[j];
      if (sleeper.actor == actor || sleeps_on(sleeper, actor, touches)) continue;
      reverse(i);
      break;
    }
  }
}

// Makes sure that an execution is tried in which the last event does not come after `race`.
void DporSearch::reverse(std::uint32_t race) {
  trace_.initials(race, initials_);
  request(race, initials_);
}

// Steps that were given are somebody else's: who asked for them is passed on.
void DporSearch::request(std::uint32_t index, const std::vector<std::uint32_t>& initials) {
  if (index >= floor_) return nodes_[index].ask_one_of(initials);
  RaceRequest request{index, initials};
  if (requested_.insert(request).second) requests_.push_back(std::move(request));
}

// ---------------------------------------------------------------- the next path

bool DporSearch::backtrack() {
  const auto is_cut = [&](const DporNode& node) {
    return limits_.deviations && node.deviations >= *limits_.deviations;
  };
  while (length_ > floor_ && (is_cut(nodes_[length_ - 1]) || !nodes_[length_ - 1].advance()))
    --length_;
  if (length_ == floor_) return false;
  trace_.cut(std::min(trace_.size(), length_ - 1));
  return true;
}

}  // namespace fencelab::analysis
