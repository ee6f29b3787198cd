#include "analysis/explore/subtree_parts.hpp"

#include <algorithm>

#include "core/assert.hpp"

namespace fencelab::analysis {

namespace {

/// Of a step that is given only who and how counts, and whom it roused.
DporNode given(const DporNode& node) {
  DporNode light;
  light.actor = node.actor;
  light.choices = node.choices;
  light.roused = node.roused;
  return light;
}

std::vector<DporNode> given(const std::vector<DporNode>& nodes, std::size_t count) {
  std::vector<DporNode> path;
  path.reserve(count + 1);
  for (std::size_t i = 0; i < count; ++i) path.push_back(given(nodes[i]));
  return path;
}

bool has_more(const DporNode& node, const std::vector<std::uint32_t>& order) {
  for (const ChoiceTaken& choice : node.choices)
    if (!choice.is_last()) return true;
  for (std::size_t i = node.next; i < order.size(); ++i)
    if (order[i] != node.actor && !node.asleep.contains(order[i])) return true;
  return false;
}

void finish(Part& part) {
  part.standing = Part::Standing::done;
  part.state.nodes.resize(part.state.floor);
  part.state.is_new = false;
}

// Where to cut a path so that `wanted` nodes with something left are above.
std::uint32_t cut_of(const DporState& state, std::size_t wanted) {
  std::uint32_t cut = state.floor;
  std::size_t found = 0;
  for (std::uint32_t i = state.floor; i < state.nodes.size() && found < wanted; ++i) {
    if (!has_more(state.nodes[i])) continue;
    ++found;
    cut = i + 1;
  }
  return cut;
}

void pass_upwards(Branching& branching) {
  std::deque<PartWork>& log = branching.head->log;
  while (!log.empty() && log.front().actors.empty()) {
    PartWork& work = log.front();
    std::erase_if(work.requests, [&](const RaceRequest& request) {
      if (request.index < branching.floor) return false;
      branching.path.at(request.index).ask_one_of(request.initials);
      return true;
    });
    branching.whole->log.push_back(std::move(work));
    log.pop_front();
  }
}

enum class Next : std::uint8_t { found, none, unknown };

// The next part in order becomes the head.
Next go_on(Branching& branching, const LookAtStep& look, bool may_number) {
  while (!branching.levels.empty()) {
    auto& level = branching.levels.back();
    if (level.ahead.empty() && !plan(branching, branching.levels.size() - 1, look, may_number) &&
        has_more(branching.path.back()))
      return Next::unknown;
    if (!level.ahead.empty()) {
      DporNode& node = branching.path.back();
      DporNode next = std::move(level.ahead.front().node);
      next.order = std::move(node.order);  // more may have been asked for since it was planned
      next.backtrack = node.backtrack;
      node = std::move(next);
      branching.head = std::move(level.ahead.front().part);
      level.ahead.pop_front();
      return Next::found;
    }
    branching.levels.pop_back();
    branching.path.pop_back();
  }
  return Next::none;
}

}  // namespace

bool has_more(const DporNode& node) { return has_more(node, node.order); }

bool has_more(const Branching& branching, std::size_t level) {
  return has_more(branching.levels[level].planned, branching.path[branching.floor + level].order);
}

bool split(Part& part, std::size_t wanted) {
  FENCELAB_ASSERT(part.standing == Part::Standing::ready, "a part that is not ready was split");
  if (part.state.is_new) return false;
  const std::uint32_t floor = part.state.floor, cut = cut_of(part.state, wanted);
  if (cut == floor) return false;
  auto branching = std::make_unique<Branching>();
  branching->whole = &part;
  branching->floor = floor;
  auto& nodes = part.state.nodes;
  auto head = std::make_unique<Part>();
  head->above = branching.get();
  head->state = {given(nodes, cut), cut, false};
  for (std::size_t i = cut; i < nodes.size(); ++i) head->state.nodes.push_back(std::move(nodes[i]));
  if (head->state.nodes.size() == cut) finish(*head);
  nodes.resize(cut);
  for (std::size_t i = floor; i < cut; ++i) branching->levels.push_back({nodes[i], {}});
  branching->path = std::move(nodes);
  branching->head = std::move(head);
  part.state.nodes.clear();
  part.branching = std::move(branching);
  part.standing = Part::Standing::split;
  return true;
}

Part* plan(Branching& branching, std::size_t index, const LookAtStep& look, bool may_number) {
  Branching::Level& level = branching.levels[index];
  const std::size_t at = branching.floor + index;
  DporNode next = level.planned;
  next.order = branching.path[at].order;
  next.backtrack = branching.path[at].backtrack;
  if (!next.advance()) return nullptr;
  std::vector<DporNode> path = given(branching.path, at);
  path.push_back(given(next));
  const std::optional<StepSeen> seen = look(path, may_number);
  if (!seen) return nullptr;
  next.choices = seen->choices;
  next.touches.insert(next.touches.end(), seen->touches.begin(), seen->touches.end());
  path.back().choices = next.choices;
  path.back().sleepers = next.sleepers;
  path.back().inherited = next.inherited;
  auto part = std::make_unique<Part>();
  part->above = &branching;
  part->state = {std::move(path), static_cast<std::uint32_t>(at + 1), true};
  level.planned = next;
  level.ahead.push_back({std::move(next), std::move(part)});
  return level.ahead.back().part.get();
}

void settle(Part& part, const LookAtStep& look, bool may_number) {
  if (!part.branching) return;
  Branching& branching = *part.branching;
  for (;;) {
    settle(*branching.head, look, may_number);
    pass_upwards(branching);
    if (branching.head->standing != Part::Standing::done || !branching.head->log.empty()) return;
    switch (go_on(branching, look, may_number)) {
      case Next::found: break;
      case Next::unknown: return;
      case Next::none:
        part.state.floor = branching.floor;
        part.branching.reset();
        finish(part);
        return;
    }
  }
}

DporState state_of(const Part& whole) {
  DporState state;
  const Part* part = &whole;
  for (; part->branching; part = part->branching->head.get()) {
    const Branching& branching = *part->branching;
    state.nodes.insert(state.nodes.end(), branching.path.begin() + branching.floor,
                       branching.path.end());
  }
  state.nodes.insert(state.nodes.end(), part->state.nodes.begin() + part->state.floor,
                     part->state.nodes.end());
  state.is_new = part->state.is_new;
  return state;
}

Part& part_in_turn(Part& whole) {
  Part* part = &whole;
  while (part->branching) part = part->branching->head.get();
  return *part;
}

}  // namespace fencelab::analysis
