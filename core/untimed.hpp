// The untimed way to run the same models: the clock means nothing; at each step somebody outside
// (analysis/explore) picks which process makes its next visible operation. A step is the code from
// one scheduling point to the next. Scheduling points are every wait, every request for a lock or
// for units (before it is made), every sleep, and core::point().
//
// Time still passes, per process: who is woken is not earlier than who woke it, and a sleep ends at
// its deadline. That keeps durations meaningful and equal in equivalent schedules.
#pragma once

#include <cstdint>

#include "core/ids.hpp"

namespace fencelab::core {

struct Footprint;

/// Names actors (processes and timers) so that equal ones have equal numbers in every schedule: by
/// their creator and its count of creations, never by order in time.
class ActorNames {
 public:
  virtual ~ActorNames() = default;
  /// `parent`: an actor's number, or kSetUp. Dense numbers from 0.
  virtual std::uint32_t actor(std::uint32_t parent, std::uint32_t nth) = 0;
};

/// Creator of what is made before the first step.
inline constexpr std::uint32_t kSetUp = ~std::uint32_t{0};

/// The counter of ww tickets, as an object that draws touch.
inline constexpr ObjectId kTickets{~std::uint64_t{0}};
/// With TicketRivals: which of the pair number `index` has drawn first.
constexpr ObjectId ticket_order(std::uint32_t index) {
  return ObjectId{raw(kTickets) << 32 | index};
}
/// Whether it is one of these, or kTickets.
constexpr bool is_of_tickets(ObjectId object) { return raw(object) >> 32 == raw(kTickets) >> 32; }

/// Whose ww tickets are compared with whose: kept by whoever explores. Draws of those who never
/// meet on a lock may come in any order.
class TicketRivals {
 public:
  virtual ~TicketRivals() = default;
  /// Notes what a draw by `actor` touches: one object for each of its rivals.
  virtual void note_draw(std::uint32_t actor, Footprint& footprint) = 0;
  /// Which of the two has drawn first was asked.
  virtual void note_comparison(std::uint32_t actor, std::uint32_t other) = 0;
};

/// Which recovery timers may go off (checkers call it timer mode): intrinsic deadlocks are those
/// without; at quiescence shows what a watchdog breaks; any makes every timeout an alternative.
enum class TimerMode : std::uint8_t { never, quiescent, any };

/// Something that can happen next in an untimed run.
struct Step {
  enum class Kind : std::uint8_t {
    run,     ///< a process goes on
    expire,  ///< a wait ends by its deadline
    fire     ///< a timer goes off
  };
  Kind kind = Kind::run;
  bool goes_on = false;     ///< it only passes a gate: most often up to its next visible operation
  bool recovery = false;    ///< a recovery timer makes it possible, nothing else
  std::uint32_t actor = 0;  ///< who acts
  std::uint32_t slot = 0;   ///< of the process or timer, for Simulation::take
};

}  // namespace fencelab::core
