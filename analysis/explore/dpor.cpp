#include "analysis/explore/dpor.hpp"

#include <algorithm>
#include <span>

#include "analysis/explore/search_parts.hpp"
#include "analysis/explore/trace.hpp"
#include "core/assert.hpp"

namespace fencelab::analysis {

namespace {

/// A state on the present path, and what was and is to be tried from it.
struct Node {
  ActorSet enabled, backtrack, asleep;
  std::vector<Sleeper> sleepers;  ///< asleep from the start, then those done here
  std::uint32_t actor = 0;        ///< whose step is on the path
  std::vector<ChoiceTaken> choices;
  std::vector<core::Touch> touches;  ///< of that step, over all answers tried
  bool quiescent = false;            ///< only recovery timers can act
  std::uint32_t daemon_steps = 0;    ///< steps of services alone since anything was done
  std::uint64_t progress = 0;

  void reset() {
    enabled = backtrack = asleep = {};
    sleepers.clear();
    choices.clear();
    touches.clear();
    quiescent = false;
    daemon_steps = 0;
    progress = 0;
  }
};

class Dpor {
 public:
  Dpor(Subject& subject, const ExecutionOptions& options, const ExploreLimits& limits)
      : subject_(subject), options_(options), limits_(limits) {}

  Exploration run() {
    begin_with(limits_.prefix);
    do {
      execute();
      clock_.look(result_);
      if (result_.out_of_time || result_.executions + result_.blocked >= limits_.executions) break;
      if (limits_.stop_at_first && result_.found_deadlock()) break;
      if (limits_.stop_at_first_good && result_.executions > result_.dead_executions) break;
    } while (backtrack());
    result_.exhausted =
        length_ == base_ && exhausted_ && result_.bound_hits == 0 && result_.inconclusive == 0;
    return std::move(result_);
  }

 private:
  // Steps that are given are neither tried otherwise nor taken back.
  void begin_with(const Schedule& prefix) {
    base_ = length_ = static_cast<std::uint32_t>(prefix.size());
    nodes_.resize(length_ + 16);
    for (std::uint32_t i = 0; i < base_; ++i) {
      nodes_[i].actor = prefix[i].actor;
      nodes_[i].choices = prefix[i].choices;
    }
  }

  // ---- one execution: the path as it stands, then on to a leaf

  void execute() {
    Execution execution(subject_, options_);
    for (std::uint32_t i = 0; i < length_; ++i) {
      const core::Step* const step = execution.find(nodes_[i].actor);
      FENCELAB_ASSERT(step, "step {}: actor {} cannot act when replayed", i, nodes_[i].actor);
      const core::Footprint& footprint = execution.take(*step, nodes_[i].choices);
      // The last step on the path is new (another actor, or other answers), and at first those that
      // were given are.
      if (trace_.size() == i)
        record(i, execution, footprint);
      else
        ++result_.replayed;
    }
    while (extend(execution)) {
    }
    result_.depth = std::max(result_.depth, length_);
  }

  // Takes one more step. False at a leaf.
  bool extend(Execution& execution) {
    const auto& steps = execution.steps();
    Node& node = fresh_node();
    node.enabled = enabled_actors(steps);
    if (length_ > 0) {
      inherit_sleepers(nodes_[length_ - 1], node);
      try_instead(nodes_[length_ - 1], node.enabled);
    }
    if (steps.empty()) return leaf(execution);
    if (length_ >= limits_.depth) {
      ++result_.bound_hits;
      judge_leaf(execution, path(), result_);
      return false;
    }
    if (services_only(execution, steps, node)) {
      if (!judge_leaf(execution, path(), result_) && !execution.is_settled())
        ++result_.inconclusive;
      ++result_.executions;
      return false;
    }
    const ActorSet awake = node.enabled - node.asleep;
    if (awake.empty()) {
      ++result_.blocked;
      return false;
    }
    node.quiescent = std::all_of(steps.begin(), steps.end(),
                                 [](const core::Step& step) { return step.recovery; });
    node.actor = pick(awake);
    node.backtrack.insert(node.actor);
    // What happens because nothing else can is not reversible by races: try all of it.
    if (node.quiescent) node.backtrack |= node.enabled;
    const core::Step* const step = execution.find(node.actor);
    const core::Footprint& footprint = execution.take(*step);
    ++length_;
    record(length_ - 1, execution, footprint);
    return true;
  }

  // Who could act and cannot any more (it was ended, or its timer stopped) does nothing after this
  // step that a race could be seen in: it must be tried before it.
  static void try_instead(Node& before, const ActorSet& enabled) {
    ActorSet kept_from = before.enabled - enabled;
    kept_from.erase(before.actor);
    before.backtrack |= kept_from;
  }

  // Stays with whoever acted last, so that executions switch rarely.
  std::uint32_t pick(const ActorSet& awake) const {
    if (length_ > 0 && awake.contains(nodes_[length_ - 1].actor)) return nodes_[length_ - 1].actor;
    return awake.first();
  }

  // Services that go round for ever (a display) get a budget once nobody else can act.
  bool services_only(Execution& execution, const std::vector<core::Step>& steps, Node& node) {
    for (const core::Step& step : steps)
      if (!is_service(execution, step)) return false;
    if (execution.is_settled()) return true;
    node.progress = execution.progress();
    if (length_ > 0 && nodes_[length_ - 1].progress == node.progress)
      node.daemon_steps = nodes_[length_ - 1].daemon_steps + 1;
    return node.daemon_steps > limits_.daemon_steps;
  }
  bool leaf(Execution& execution) {
    ++result_.executions;
    if (!execution.is_settled()) result_.dead_executions += judge_leaf(execution, path(), result_);
    return false;
  }

  Schedule path() const { return schedule_of(std::span<const Node>(nodes_).first(length_)); }

  Node& fresh_node() {
    if (nodes_.size() <= length_) nodes_.resize(length_ + 16);
    Node& node = nodes_[length_];
    node.reset();
    return node;
  }

  // Who was asleep, or done with, and does not depend on the step taken, sleeps on.
  // Not so at quiescence: what another timer sets off keeps this one from going off.
  void inherit_sleepers(const Node& from, Node& into) {
    if (from.quiescent && options_.timers == core::TimerMode::quiescent) return;
    const auto touches = trace_.touches(length_ - 1);
    for (const Sleeper& sleeper : from.sleepers) {
      if (!sleeps_on(sleeper, from.actor, touches)) continue;
      into.asleep.insert(sleeper.actor);
      into.sleepers.push_back(sleeper);
    }
  }
  void record(std::uint32_t index, const Execution& execution, const core::Footprint& footprint) {
    Node& node = nodes_[index];
    node.choices = execution.choices();
    node.touches.insert(node.touches.end(), footprint.touches.begin(), footprint.touches.end());
    ++result_.steps;
    races_.clear();
    trace_.append(node.actor, footprint, node.quiescent, races_);
    for (const std::uint32_t race : races_) reverse(race);
  }

  // Makes sure that an execution is tried in which the last event does not come after `race`.
  void reverse(std::uint32_t race) {
    if (race < base_) return;
    Node& node = nodes_[race];
    trace_.initials(race, initials_);
    for (const std::uint32_t actor : initials_)
      if (node.backtrack.contains(actor) || node.asleep.contains(actor)) return;
    for (const std::uint32_t actor : initials_)
      if (node.enabled.contains(actor)) return node.backtrack.insert(actor);
    node.backtrack |= node.enabled;
  }

  // ---- the next path

  bool backtrack() {
    while (length_ > base_) {
      Node& node = nodes_[length_ - 1];
      trace_.cut(length_ - 1);
      if (next_answer(node.choices)) return true;
      node.asleep.insert(node.actor);
      node.sleepers.push_back({node.actor, std::move(node.touches)});
      node.touches.clear();
      const ActorSet left = (node.backtrack & node.enabled) - node.asleep;
      if (!left.empty()) {
        node.actor = left.first();
        node.choices.clear();
        return true;
      }
      --length_;
    }
    exhausted_ = true;
    return false;
  }

  Subject& subject_;
  ExecutionOptions options_;
  ExploreLimits limits_;
  Trace trace_;
  std::vector<Node> nodes_;
  std::uint32_t length_ = 0;  ///< steps on the present path
  std::uint32_t base_ = 0;    ///< steps that were given
  bool exhausted_ = false;
  SearchClock clock_{limits_};
  Exploration result_;
  std::vector<std::uint32_t> races_, initials_;
};

}  // namespace

Exploration explore_dpor(Subject& subject, const ExecutionOptions& options,
                         const ExploreLimits& limits) {
  return Dpor(subject, options, limits).run();
}

}  // namespace fencelab::analysis
