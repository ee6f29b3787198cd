#include "analysis/explore/state_hash.hpp"

namespace fencelab::analysis {

using core::Access;
using core::mix_hash;
using core::Touch;

namespace {

bool only_looks(Access access) {
  switch (access) {
    case Access::observe:
    case Access::read:
    case Access::test:
    case Access::any_of:
    case Access::query:
    case Access::peek:
    case Access::pick: return true;
    default: return false;
  }
}

std::uint64_t part_of(std::uint64_t name, std::uint64_t state) {
  return mix_hash(mix_hash(0x9D, name), state);
}

}  // namespace

void StateHash::count(core::ObjectId id, Object& object, std::uint64_t state) {
  if (object.counted) sum_ -= part_of(core::raw(id), object.state);
  object.state = state;
  object.counted = true;
  sum_ += part_of(core::raw(id), state);
}

// What a process knows after a touch: how it went, or all that ever happened to an object that
// cannot tell its state.
std::uint64_t StateHash::learn(const Touch& touch) {
  std::uint64_t hash =
      mix_hash(static_cast<std::uint64_t>(touch.access) * 2 + touch.ok, core::raw(touch.object));
  hash = mix_hash(hash, touch.result);
  if (touch.source != nullptr) return hash;
  const auto found = objects_.find(core::raw(touch.object));
  return mix_hash(hash, found == objects_.end() ? 0 : found->second.state);
}

void StateHash::change(const Touch& touch, std::uint64_t history) {
  if (only_looks(touch.access) || touch.access == Access::cancel) return;
  Object& object = objects_[core::raw(touch.object)];
  std::uint64_t state = 0;
  if (touch.source == nullptr || !touch.source->hash_state(state))
    state = mix_hash(object.state + 1, history);
  count(touch.object, object, state);
}

// Counts an actor in as it is now.
void StateHash::count(std::uint32_t number) {
  Actor& actor = actors_[number];
  if (actor.counted) sum_ -= actor.part;
  actor.counted = true;
  const auto time = static_cast<std::uint64_t>(core::nanoseconds_of(actor.local_time));
  actor.part =
      part_of(~std::uint64_t{number}, core::mix_hash(actor.history, actor.timeless ? 0 : time));
  sum_ += actor.part;
}

void StateHash::step(std::uint32_t actor, core::Time local_time, const core::Footprint& footprint,
                     const std::vector<ChoiceTaken>& choices) {
  if (actor >= actors_.size()) actors_.resize(actor + 1);
  Actor& who = actors_[actor];
  std::uint64_t history = mix_hash(who.history + 1, 1);
  for (const ChoiceTaken& choice : choices) history = mix_hash(history, choice.taken + 2);
  for (const Touch& touch : footprint.touches) history = mix_hash(history, learn(touch));
  // It may have looked at its clock, at the begin of the step or at its end, and remember.
  const auto begun = static_cast<std::uint64_t>(core::nanoseconds_of(who.local_time));
  const auto when = static_cast<std::uint64_t>(core::nanoseconds_of(local_time));
  if (!who.timeless) history = mix_hash(mix_hash(history, begun), when);
  timeless_ = timeless_ || footprint.forgets;
  const std::uint64_t change_made = mix_hash(history, timeless_ ? 0 : when);
  for (const Touch& touch : footprint.touches) change(touch, change_made);
  for (const core::ObjectId gone : footprint.gone) {
    const auto found = objects_.find(core::raw(gone));
    if (found == objects_.end()) continue;
    sum_ -= part_of(core::raw(gone), found->second.state);
    objects_.erase(found);
  }
  if (footprint.forgets) {
    history = mix_hash(0xF0, footprint.forget);
    who.timeless = true;
  }
  who.history = history;
  who.local_time = local_time;
  count(actor);
  for (const core::Footprint::Delay& delay : footprint.delayed) {
    if (delay.actor >= actors_.size()) actors_.resize(delay.actor + 1);
    actors_[delay.actor].local_time = delay.local_time;
    count(delay.actor);
  }
}

}  // namespace fencelab::analysis
