#include "analysis/explore/dpor.hpp"

#include <algorithm>
#include <optional>

#include "analysis/explore/actor_set.hpp"
#include "analysis/explore/dependency.hpp"
#include "analysis/explore/trace.hpp"
#include "core/assert.hpp"

namespace fencelab::analysis {

namespace {

/// A step that need not be tried, with what it would touch.
struct Sleeper {
  std::uint32_t actor;
  std::vector<core::Touch> touches;
};

/// A state on the present path, and what was and is to be tried from it.
struct Node {
  ActorSet enabled, backtrack, done, asleep;
  std::vector<Sleeper> sleepers;  ///< asleep from the start, then those done here
  std::uint32_t actor = 0;        ///< whose step is on the path
  std::vector<ChoiceTaken> choices;
  std::vector<core::Touch> touches;  ///< of that step, over all answers tried
  bool quiescent = false;            ///< only recovery timers can act
  std::uint32_t daemon_steps = 0;    ///< steps of services alone since anything was done
  std::uint64_t progress = 0;

  void reset() {
    enabled = backtrack = done = asleep = {};
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
    const auto begun = std::chrono::steady_clock::now();
    do {
      execute();
      check_time(begun);
      if (result_.out_of_time || result_.executions + result_.blocked >= limits_.executions) break;
      if (limits_.stop_at_first && result_.found_deadlock()) break;
      if (limits_.stop_at_first_good && result_.executions > result_.dead_executions) break;
    } while (backtrack());
    result_.exhausted =
        length_ == base_ && exhausted_ && result_.bound_hits == 0 && result_.inconclusive == 0;
    return std::move(result_);
  }

 private:
  void check_time(std::chrono::steady_clock::time_point begun) {
    const std::uint64_t steps = result_.steps + result_.replayed;
    if (steps - steps_at_clock_ < kStepsPerLook) return;
    steps_at_clock_ = steps;
    const auto now = std::chrono::steady_clock::now();
    if (result_.found_deadlock() && !first_dead_) first_dead_ = now;
    result_.out_of_time =
        now - begun > limits_.time || (first_dead_ && now - *first_dead_ > limits_.time_after_dead);
  }

  // Steps that are given are neither tried otherwise nor taken back.
  void begin_with(const Schedule& prefix) {
    base_ = length_ = static_cast<std::uint32_t>(prefix.size());
    nodes_.resize(length_ + 64);
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
      // The last step on the path is new (another actor, or other answers).
      if (i < base_ && trace_.size() == i)
        record(i, execution, footprint);
      else if (i + 1 < length_)
        ++result_.replayed;
      else
        record(i, execution, footprint);
    }
    while (extend(execution)) {
    }
    result_.depth = std::max(result_.depth, length_);
  }

  // Takes one more step. False at a leaf.
  bool extend(Execution& execution) {
    const auto& steps = execution.steps();
    Node& node = fresh_node();
    for (const core::Step& step : steps) {
      FENCELAB_ASSERT(step.actor < ActorSet::kCapacity, "{} actors", step.actor);
      node.enabled.insert(step.actor);
    }
    if (length_ > 0) inherit_sleepers(nodes_[length_ - 1], node);
    if (steps.empty()) return leaf(execution);
    if (length_ >= limits_.depth) {
      ++result_.bound_hits;
      judge_leaf(execution, schedule(), result_);
      return false;
    }
    if (services_only(execution, steps, node)) {
      if (!judge_leaf(execution, schedule(), result_) && !execution.is_settled())
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
  static bool is_service(Execution& execution, const core::Step& step) {
    return step.kind != core::Step::Kind::fire &&
           execution.simulation().process_at(step.slot).spec.daemon;
  }

  bool leaf(Execution& execution) {
    ++result_.executions;
    result_.dead_executions += judge_leaf(execution, schedule(), result_);
    return false;
  }

  Schedule schedule() const {
    Schedule schedule;
    for (std::uint32_t i = 0; i < length_; ++i)
      schedule.push_back({nodes_[i].actor, nodes_[i].choices});
    return schedule;
  }

  Node& fresh_node() {
    if (nodes_.size() <= length_) nodes_.resize(length_ + 64);
    Node& node = nodes_[length_];
    node.reset();
    return node;
  }

  // Who was asleep, or done with, and does not depend on the step taken, sleeps on.
  void inherit_sleepers(const Node& from, Node& into) {
    const auto touches = trace_.touches(length_ - 1);
    for (const Sleeper& sleeper : from.sleepers) {
      if (sleeper.actor == from.actor || cancels(touches, sleeper.actor)) continue;
      if (is_dependent(sleeper.touches, touches, Sequence::alternative)) continue;
      into.asleep.insert(sleeper.actor);
      into.sleepers.push_back(sleeper);
    }
  }
  static bool cancels(std::span<const core::Touch> touches, std::uint32_t actor) {
    return std::any_of(touches.begin(), touches.end(), [actor](const core::Touch& touch) {
      return touch.access == core::Access::cancel && touch.result == actor;
    });
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
      if (next_answer(node)) return true;
      node.done.insert(node.actor);
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

  // Counts the answers to the choices of the last step up, last choice fastest.
  static bool next_answer(Node& node) {
    while (!node.choices.empty()) {
      ChoiceTaken& last = node.choices.back();
      if (++last.taken < last.alternatives) return true;
      node.choices.pop_back();
    }
    return false;
  }

  static constexpr std::uint64_t kStepsPerLook = 10'000;  ///< at the clock
  std::uint64_t steps_at_clock_ = 0;
  std::optional<std::chrono::steady_clock::time_point> first_dead_;
  Subject& subject_;
  ExecutionOptions options_;
  ExploreLimits limits_;
  Trace trace_;
  std::vector<Node> nodes_;
  std::uint32_t length_ = 0;  ///< steps on the present path
  std::uint32_t base_ = 0;    ///< steps that were given
  bool exhausted_ = false;
  Exploration result_;
  std::vector<std::uint32_t> races_, initials_;
};

}  // namespace

Exploration explore_dpor(Subject& subject, const ExecutionOptions& options,
                         const ExploreLimits& limits) {
  return Dpor(subject, options, limits).run();
}

}  // namespace fencelab::analysis
