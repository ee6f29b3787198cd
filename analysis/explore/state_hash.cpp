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

// Requests join a queue. Whether one was granted at once is no answer: the gate behind it is passed
// all the same, and what it hangs on is in the state of the object.
bool joins_a_queue(Access access) {
  switch (access) {
    case Access::request:
    case Access::read_request:
    case Access::write_request:
    case Access::ww_request:
    case Access::acquire:
    case Access::claim: return true;
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

// What a process knows after a touch, beside `history`: how it went, or all that ever happened to
// an object that cannot tell its state. That it passed a gate it knows by going on.
std::uint64_t StateHash::learn(std::uint64_t history, const Touch& touch) {
  if (touch.access == Access::observe) return history;
  const bool ok = touch.ok && !joins_a_queue(touch.access);
  std::uint64_t hash =
      mix_hash(static_cast<std::uint64_t>(touch.access) * 2 + ok, core::raw(touch.object));
  hash = mix_hash(hash, touch.result);
  if (touch.source != nullptr) return mix_hash(history, hash);
  const auto found = objects_.find(core::raw(touch.object));
  return mix_hash(history, mix_hash(hash, found == objects_.end() ? 0 : found->second.state));
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

// What it remembers after the step: what it knew before, its choices and what it touched, less what
// it promised to forget on the way.
std::uint64_t StateHash::remember(Actor& who, std::uint64_t history,
                                  const std::vector<ChoiceTaken>& choices,
                                  const core::Footprint& footprint, std::uint64_t times) {
  using Kind = core::Footprint::Forgetting::Kind;
  std::size_t next = 0;
  const auto learn_until = [&](std::size_t end) {
    for (; next < end; ++next) history = learn(history, footprint.touches[next]);
  };
  const auto note_choices = [&] {
    for (const ChoiceTaken& choice : choices) history = mix_hash(history, choice.taken + 2);
  };
  note_choices();
  for (const auto& forgetting : footprint.forgettings) {
    learn_until(forgetting.touches);
    if (forgetting.kind == Kind::loop_begins) {
      if (who.loops.size() <= forgetting.loop) who.loops.resize(forgetting.loop + 1);
      who.loops[forgetting.loop] = who.timeless ? history : mix_hash(history, times);
      continue;
    }
    const bool all = forgetting.kind == Kind::all;
    history = mix_hash(all ? 0xF0 : mix_hash(0xF1, who.loops[forgetting.loop]), forgetting.tag);
    who.timeless = true;
    note_choices();  // which of them came before is not known: more states, but none is lost
  }
  learn_until(footprint.touches.size());
  return who.timeless ? history : mix_hash(history, times);
}

void StateHash::step(std::uint32_t actor, core::Time local_time, const core::Footprint& footprint,
                     const std::vector<ChoiceTaken>& choices) {
  if (actor >= actors_.size()) actors_.resize(actor + 1);
  Actor& who = actors_[actor];
  // It may have looked at its clock, at the begin of the step or at its end, and remember.
  const auto begun = static_cast<std::uint64_t>(core::nanoseconds_of(who.local_time));
  const auto when = static_cast<std::uint64_t>(core::nanoseconds_of(local_time));
  std::uint64_t all = mix_hash(who.history + 1, 1);
  const std::uint64_t before = all;
  for (const ChoiceTaken& choice : choices) all = mix_hash(all, choice.taken + 2);
  for (const Touch& touch : footprint.touches) all = learn(all, touch);
  if (!who.timeless) all = mix_hash(mix_hash(all, begun), when);
  const std::uint64_t history =
      footprint.forgettings.empty()
          ? all
          : remember(who, before, choices, footprint, mix_hash(begun, when));
  timeless_ = timeless_ || who.timeless;
  // Others may know the same.
  const std::uint64_t change_made = mix_hash(mix_hash(all, actor), timeless_ ? 0 : when);
  for (const Touch& touch : footprint.touches) change(touch, change_made);
  for (const core::ObjectId gone : footprint.gone) {
    const auto found = objects_.find(core::raw(gone));
    if (found == objects_.end()) continue;
    sum_ -= part_of(core::raw(gone), found->second.state);
    objects_.erase(found);
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
