#include "analysis/explore/dpor_state.hpp"

namespace fencelab::analysis {

DporState state_after(const Schedule& prefix) {
  DporState state;
  state.floor = static_cast<std::uint32_t>(prefix.size());
  for (const ScheduledStep& step : prefix) {
    DporNode node;
    node.actor = step.actor;
    node.choices = step.choices;
    state.nodes.push_back(std::move(node));
  }
  return state;
}

void DporNode::reset() {
  enabled = backtrack = asleep = {};
  order.clear();
  next = 0;
  sleepers.clear();
  inherited = 0;
  roused.clear();
  choices.clear();
  touches.clear();
  quiescent = false;
  deviations = 0;
  deviates = false;
  daemon_steps = 0;
  progress = 0;
}

void DporNode::ask_all(const ActorSet& actors) {
  for (ActorSet left = actors - backtrack; !left.empty(); left.erase(left.first()))
    ask(left.first());
}

void DporNode::ask_one_of(const std::vector<std::uint32_t>& initials) {
  for (const std::uint32_t initial : initials)
    if (backtrack.contains(initial) || asleep.contains(initial)) return;
  for (const std::uint32_t initial : initials)
    if (enabled.contains(initial)) return ask(initial);
  ask_all(enabled);
}

bool DporNode::advance() {
  deviates = true;
  roused.clear();
  if (next_answer(choices)) return true;
  while (next < order.size() && (order[next] == actor || asleep.contains(order[next]))) ++next;
  if (next == order.size()) return false;
  // Only now, as most nodes are left after their first step.
  if (!asleep.contains(actor)) {
    asleep.insert(actor);
    sleepers.add(actor, touches);
    touches.clear();
  }
  actor = order[next];
  return true;
}

}  // namespace fencelab::analysis
