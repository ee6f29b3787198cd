#include "analysis/explore/trace.hpp"

#include <algorithm>

#include "analysis/explore/dependency.hpp"

namespace fencelab::analysis {

using core::Access;
using core::Touch;

// ---------------------------------------------------------------- storage

inline Trace::ActorState& Trace::actor_state(std::uint32_t actor) {
  if (actor >= actors_.size()) actors_.resize(actor + 1);
  if (actor >= stride_) widen(actor + 1);
  return actors_[actor];
}

void Trace::widen(std::uint32_t actors) {
  const std::uint32_t wider = (actors + kBlock - 1) / kBlock * kBlock;
  std::vector<std::uint32_t> clocks(events_.size() * wider, 0);
  for (std::size_t i = 0; i < events_.size(); ++i)
    std::copy_n(clocks_.data() + i * stride_, stride_, clocks.data() + i * wider);
  clocks_ = std::move(clocks);
  stride_ = wider;
}

inline std::vector<Trace::Mention>& Trace::history(core::ObjectId object) {
  if (core::is_of_tickets(object)) {
    const std::uint32_t row = static_cast<std::uint32_t>(core::raw(object)) + 1;  // kTickets: 0
    if (row >= tickets_.size()) tickets_.resize(row + 1);
    return tickets_[row];
  }
  const std::size_t creator = core::raw(object) >> 32, number = core::raw(object) & 0xFFFFFFFFu;
  if (creator >= histories_.size()) histories_.resize(creator + 1);
  auto& row = histories_[creator];
  if (number >= row.size()) row.resize(number + 1);
  return row[number];
}

void Trace::cut(std::uint32_t length) {
  if (events_.size() <= length) return;
  const std::uint32_t touches = events_[length].touches_begin;
  for (std::uint32_t index = size(); index-- > length;) {
    const Event& event = events_[index];
    for (std::uint32_t t = event.touches_begin; t < event.touches_end; ++t) {
      if (touches_[t].access == Access::observe) continue;
      auto& mentions = history(touches_[t].object);
      while (!mentions.empty() && mentions.back().event >= index) mentions.pop_back();
    }
    actors_[event.actor].last = event.previous;
  }
  touches_.resize(touches);
  events_.resize(length);
  for (ActorState& actor : actors_)
    while (!actor.enablers.empty() && actor.enablers.back().at >= length) actor.enablers.pop_back();
}

inline void Trace::join(std::uint32_t into, std::uint32_t from) {
  std::uint32_t* target = clock(into);
  const std::uint32_t* source = clock(from);
  for (const std::uint32_t* const end = source + stride_; source != end;) {
    static_assert(kBlock == 4);
    target[0] = std::max(target[0], source[0]), target[1] = std::max(target[1], source[1]);
    target[2] = std::max(target[2], source[2]), target[3] = std::max(target[3], source[3]);
    target += kBlock, source += kBlock;
  }
}

// The clock of event `index` begins as that of `previous`; -1: as nothing.
inline void Trace::begin_clock(std::uint32_t index, std::int32_t previous) {
  const std::size_t place = std::size_t{index} * stride_;
  if (clocks_.size() < place + stride_) clocks_.resize(2 * place + stride_);
  std::uint32_t* const target = clock(index);
  const std::uint32_t* const source =
      previous >= 0 ? clock(static_cast<std::uint32_t>(previous)) : nullptr;
  for (std::uint32_t i = 0; i < stride_; ++i) target[i] = source ? source[i] : 0;
}

// ---------------------------------------------------------------- a new event

void Trace::begin(std::uint32_t actor, const core::Footprint& footprint, bool after_all) {
  ActorState& state = actor_state(actor);
  Event event;
  event.actor = actor;
  event.previous = state.last;
  event.after_all = after_all;
  event.touches_begin = static_cast<std::uint32_t>(touches_.size());
  for (const Touch& touch : footprint.touches) touches_.push_back(touch);  // few, often none
  event.touches_end = static_cast<std::uint32_t>(touches_.size());
  const std::uint32_t index = size();
  events_.push_back(event);
  begin_clock(index, event.previous);
  state.last = static_cast<std::int32_t>(index);
  for (auto it = state.enablers.rbegin(); it != state.enablers.rend(); ++it) {
    if (static_cast<std::int32_t>(it->at) < event.previous) break;
    if (!happens_before(it->by, index)) join(index, it->by);
  }
  if (after_all)
    for (std::uint32_t i = 0; i < index; ++i) join(index, i);
}

// Those that are not known to come before it: by its actor's earlier steps, or by whoever let it
// go.
void Trace::collect_conflicts(std::uint32_t index) {
  candidates_.clear();
  for (std::uint32_t t = events_[index].touches_begin; t < events_[index].touches_end; ++t) {
    const Touch& touch = touches_[t];
    if (touch.access == Access::cancel) {
      const auto& victim = actor_state(static_cast<std::uint32_t>(touch.result));
      if (victim.last >= 0) candidates_.push_back(static_cast<std::uint32_t>(victim.last));
      continue;
    }
    if (touch.access == Access::observe) continue;
    const auto& mentions = history(touch.object);
    const bool dominated = is_dominated_by_own_kind(touch.access);
    for (auto it = mentions.rbegin(); it != mentions.rend(); ++it) {
      const Touch& other = touches_[it->touch];
      if (!happens_before(it->event, index) && is_dependent(other, touch, Sequence::consecutive))
        candidates_.push_back(it->event);
      if (dominated && other.access == touch.access) break;
    }
  }
  if (candidates_.size() < 2) return;
  std::sort(candidates_.begin(), candidates_.end(), std::greater<>());
  candidates_.erase(std::unique(candidates_.begin(), candidates_.end()), candidates_.end());
}

// Whether some event other than `candidate`, and not after it, opened the gate.
bool Trace::is_opened_without(const Touch& gate, std::uint32_t candidate) const {
  const std::size_t creator = core::raw(gate.object) >> 32,
                    number = core::raw(gate.object) & 0xFFFFFFFFu;
  for (const Mention& mention : histories_[creator][number])
    if (opens(touches_[mention.touch], gate) && mention.event != candidate &&
        !happens_before(candidate, mention.event))
      return true;
  return false;
}

// A wait that any of several could end: whether it would have ended without `candidate`. What is no
// such wait needs none of them.
bool Trace::could_do_without(std::uint32_t index, std::uint32_t candidate) const {
  std::uint64_t need = 0, have = 0;
  for (const Touch& touch : touches(index)) {
    if (touch.access != Access::any_of) continue;
    need = touch.before;
    have += touch.ok && is_opened_without(touch, candidate);
  }
  return have >= need;
}

// What opened a gate orders the next event of whoever passed it.
void Trace::note_gate(std::uint32_t index, const Touch& gate) {
  auto& enablers = actors_[events_[index].actor].enablers;
  const auto& mentions = history(gate.object);
  std::int64_t found = -1;
  for (auto it = mentions.rbegin(); it != mentions.rend(); ++it) {
    const Touch& opener = touches_[it->touch];
    if (!opens(opener, gate)) continue;
    if (opener.access == Access::read_release) {
      enablers.push_back({index, it->event});
      continue;
    }
    const bool first_counts = opener.access == Access::signal || opener.access == Access::advance ||
                              opener.access == Access::give_back;
    found = it->event;
    if (!first_counts) break;
  }
  if (found >= 0) enablers.push_back({index, static_cast<std::uint32_t>(found)});
}

// All touches first: what opened a gate may be of the same event.
void Trace::note_touches(std::uint32_t index) {
  bool passed_gates = false;
  const std::uint32_t begin = events_[index].touches_begin, end = events_[index].touches_end;
  for (std::uint32_t t = begin; t < end; ++t) {
    if (touches_[t].access == Access::observe)
      passed_gates = true;
    else
      history(touches_[t].object).push_back({index, t});
  }
  for (std::uint32_t t = begin; passed_gates && t < end; ++t)
    if (touches_[t].access == Access::observe) note_gate(index, touches_[t]);
}

void Trace::append(std::uint32_t actor, const core::Footprint& footprint, bool after_all,
                   std::vector<std::uint32_t>& races) {
  begin(actor, footprint, after_all);
  const std::uint32_t index = size() - 1;
  if (!footprint.touches.empty()) {
    collect_conflicts(index);
    for (const std::uint32_t candidate : candidates_) {
      if (happens_before(candidate, index)) continue;
      if (could_do_without(index, candidate)) races.push_back(candidate);
      join(index, candidate);
    }
  }
  clock(index)[actor] = index + 1;
  if (!footprint.touches.empty()) note_touches(index);
  for (const std::uint32_t woken : footprint.woken)
    actor_state(woken).enablers.push_back({index, index});
}

void Trace::initials(std::uint32_t from, std::vector<std::uint32_t>& initials) {
  initials.clear();
  first_of_.assign(actors_.size(), ~std::uint32_t{0});
  seen_.clear();
  for (std::uint32_t i = from + 1; i < size(); ++i) {
    const std::uint32_t actor = events_[i].actor;
    if (i + 1 < size() && happens_before(from, i)) continue;
    if (first_of_[actor] != ~std::uint32_t{0}) continue;
    const std::uint32_t* const at = clock(i);
    const bool free = std::none_of(seen_.begin(), seen_.end(), [&](std::uint32_t other) {
      return at[other] > first_of_[other];
    });
    first_of_[actor] = i;
    seen_.push_back(actor);
    if (free) initials.push_back(actor);
  }
}

}  // namespace fencelab::analysis
