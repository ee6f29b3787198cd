// The present execution as a sequence of events with their happens-before order (vector clocks),
// cut back and extended as a depth-first search goes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/explore/execution.hpp"
#include "core/footprint.hpp"

namespace fencelab::analysis {

class Trace {
 public:
  struct Event {
    std::uint32_t actor = 0;
    std::uint32_t touches_begin = 0, touches_end = 0;
    std::int32_t previous = -1;  ///< of the same actor
    bool after_all = false;      ///< happened because nothing else could
  };

  std::uint32_t size() const { return static_cast<std::uint32_t>(events_.size()); }
  const Event& event(std::uint32_t i) const { return events_[i]; }
  std::span<const core::Touch> touches(std::uint32_t i) const {
    return {touches_.data() + events_[i].touches_begin,
            events_[i].touches_end - events_[i].touches_begin};
  }
  /// Whether event `first` happens before event `second` (or is it).
  bool happens_before(std::uint32_t first, std::uint32_t second) const {
    return clock(second)[events_[first].actor] > first;
  }

  /// Forgets all events from `length` on.
  void cut(std::uint32_t length);
  /// Appends an event of `actor`. Fills `races` with the earlier events it races with, latest
  /// first: those that conflict with it, are not otherwise ordered before it, and could have come
  /// after it.
  void append(std::uint32_t actor, const core::Footprint& footprint, bool after_all,
              std::vector<std::uint32_t>& races);

  /// The first steps that can begin an execution in which everything that does not depend on event
  /// `from` happens before it, up to and including the last event: actors in order, `initials`.
  void initials(std::uint32_t from, std::vector<std::uint32_t>& initials);

 private:
  /// Clocks are joined by so many numbers at a time.
  static constexpr std::uint32_t kBlock = 4;
  struct Mention {
    std::uint32_t event, touch;
  };
  struct Enabler {
    std::uint32_t at, by;  ///< noted at event `at`: the actor's next event comes after `by`
  };
  struct ActorState {
    std::int32_t last = -1;
    std::vector<Enabler> enablers;
  };

  std::uint32_t* clock(std::uint32_t i) { return clocks_.data() + std::size_t{i} * stride_; }
  const std::uint32_t* clock(std::uint32_t i) const {
    return clocks_.data() + std::size_t{i} * stride_;
  }
  ActorState& actor_state(std::uint32_t actor);
  std::vector<Mention>& history(core::ObjectId object);
  void widen(std::uint32_t actors);
  void join(std::uint32_t into, std::uint32_t from);
  void begin_clock(std::uint32_t index, std::int32_t previous);
  void begin(std::uint32_t actor, const core::Footprint& footprint, bool after_all);
  void collect_conflicts(std::uint32_t event);
  void note_touches(std::uint32_t event);
  void note_gate(std::uint32_t event, const core::Touch& gate);
  bool could_do_without(std::uint32_t event, std::uint32_t candidate) const;
  bool is_opened_without(const core::Touch& gate, std::uint32_t candidate) const;

  std::vector<Event> events_;
  std::vector<core::Touch> touches_;
  std::vector<std::uint32_t> clocks_;  ///< `stride_` numbers for each event, and some to spare
  std::uint32_t stride_ = kBlock;
  std::vector<ActorState> actors_;
  std::vector<std::vector<std::vector<Mention>>> histories_;  ///< [creator + 1][number]
  std::vector<std::vector<Mention>> tickets_;  ///< [0]: kTickets; then ticket_order()
  std::vector<std::uint32_t> candidates_;
  std::vector<std::uint32_t> first_of_;  ///< scratch of initials()
  std::vector<std::uint32_t> seen_;
};

}  // namespace fencelab::analysis
