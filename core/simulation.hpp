// One run's clock, event set, processes and probe bus. There is exactly one event loop in Fencelab.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/choice.hpp"
#include "core/event_queue.hpp"
#include "core/footprint.hpp"
#include "core/order_class.hpp"
#include "core/probe.hpp"
#include "core/process_table.hpp"
#include "core/random.hpp"
#include "core/task.hpp"
#include "core/untimed.hpp"

namespace fencelab::core {

struct WaitGraph;

/// A callback at an instant, owned by whoever arms it; disarmed when destroyed.
class Timer {
 public:
  /// `recovery`: it repairs, nobody planned it.
  Timer(Simulation& simulation, std::function<void()> action, bool recovery = false);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Fires at `at`; replaces an earlier setting.
  void arm(Time at);
  void disarm();
  bool armed() const { return due_ != kNever; }
  Time due() const { return due_; }

 private:
  friend class Simulation;
  void fire();
  Simulation& simulation_;
  std::function<void()> action_;
  void note_change();
  void note_look() const;
  Time due_ = kNever;
  std::uint32_t slot_ = 0;  ///< with kTimerSlot set
  bool recovery_;
  // Untimed runs only.
  ObjectId id_{};
  std::uint64_t last_object_ = 0;
  std::uint32_t actor_ = 0;
  std::uint32_t children_ = 0;
};

/// What a run leaves to the next one over like objects: memory of its processes' records, and the
/// names of its order classes. Who makes many short runs has less to do then.
struct SimulationMemory {
  ProcessTable processes;
  OrderClasses order_classes;
};

struct SimulationOptions {
  std::uint64_t seed = 1;
  Choice* choice = nullptr;             ///< nullptr: PreferredChoice
  ActorNames* untimed = nullptr;        ///< set: an untimed run, driven by steps() and take()
  TimerMode timers = TimerMode::never;  ///< untimed runs: which recovery timers may go off
  TicketRivals* rivals = nullptr;       ///< untimed runs; nullptr: everybody is everybody's
  SimulationMemory* memory = nullptr;   ///< of an earlier run; this one returns it at its end
};

class Simulation {
 public:
  explicit Simulation(SimulationOptions options = {});
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  Time now() const { return now_; }
  const Random& random() const { return random_; }
  std::uint32_t choose(const ChoicePoint& point) { return choice_->choose(point); }
  Probe& probe() { return probe_; }
  OrderClasses& order_classes() { return order_classes_; }

  /// Publishes an event of the running process, if anyone wants it.
  void emit(ProbeKind kind, ObjectId object, std::uint64_t a = 0, std::uint64_t b = 0,
            const void* subject = nullptr) {
    if (probe_.wanted(kind)) [[unlikely]]
      probe_.publish({kind, current_ ? current_->id : kNoProcess, now_, object, a, b, subject});
  }

  // ---- processes

  /// Starts `body` as a process; it first runs at the present instant, after what is due already.
  Process& spawn(ProcessSpec spec, Task<void> body);
  /// The end of the run: destroys the frames of all processes, before what the guards in them name
  /// is destroyed. No process runs after it.
  void abandon_processes();

  /// Ends a process wherever it is suspended: its frames are destroyed, its waits unlinked. What it
  /// holds stays held (as after a kill); use the owner's release path first. A running process ends
  /// at its next suspension.
  void cancel(Process& process);

  /// A signal that is not fatal: `process` leaves the wait it is in, if that is interruptible, and
  /// else sees it when it begins one (-EINTR).
  void interrupt(Process& process);
  /// Footprint of whether `process` has a signal.
  void note_signal(const Process& process, Access access) {
    if (footprint_) [[unlikely]]
      note({.object = ObjectId{(std::uint64_t{process.actor} + 1) << 32}, .access = access});
  }

  /// Notes that the running step decides on the end of `process`, for those who do not cancel it
  /// but let it end by itself later. Nothing to do where nobody explores.
  void note_end(const Process& process);

  Process* current() const { return current_; }
  /// All records in order of creation, finished ones included unless transient.
  ProcessRange processes() const { return ProcessRange(processes_.first()); }

  /// The process in slot `slot` (of a Step).
  const Process& process_at(std::uint32_t slot) { return processes_.at(slot); }

  /// Processes that are neither done nor daemons.
  std::uint64_t unfinished() const { return unfinished_; }
  std::uint64_t events() const { return events_; }
  std::size_t pending_events() const { return queue_.size(); }
  ObjectId new_object_id() { return ObjectId{++last_object_}; }
  /// An id for a Cell; none in a timed run, where nobody asks for it.
  ObjectId new_cell_id() { return untimed_ ? new_object_id() : kNoObject; }
  /// Tickets of ww transactions: who draws first is older. `use`, below 4, tells tickets apart that
  /// one process has at one time.
  std::uint64_t new_ticket(std::uint64_t use = 0);
  /// Whether `ticket` was drawn before `other`. Nobody finds that out in any other way.
  bool is_older(std::uint64_t ticket, std::uint64_t other) const {
    if (rivals_) [[unlikely]]
      note_comparison(ticket, other);
    return ticket < other;
  }
  /// Says that it may be asked for, though it is not.
  void may_compare(std::uint64_t ticket, std::uint64_t other) const {
    if (rivals_) [[unlikely]]
      note_comparison(ticket, other);
  }

  // ---- the loop

  /// Instant of the earliest pending event; the present if something is ready; kNever if none.
  Time next_event_time() const { return ready_.empty() ? queue_.next_time() : now_; }
  /// Runs every event of the next instant. Returns false if there was none, or it is after `limit`.
  bool run_instant(Time limit = kNever);
  /// Runs until no event at or before `limit` is left or `stop` (checked between instants) says so.
  void run(Time limit = kNever);
  /// From here on run_instant() comes back after so many events, though the instant goes on: else
  /// two that wake each other without taking time would never let anybody look.
  void limit_instant(std::uint64_t events) { instant_events_max_ = events; }
  /// Counts towards that limit what was done at this instant without an event of its own.
  void count_in_instant(std::uint64_t done) { instant_uncounted_ += done; }
  /// Moves an otherwise idle clock forward; an external engine (models/platform) drives time so.
  void advance_to(Time at);

  // ---- for awaiters and primitives

  /// Wakes a suspended process now; its pending wake-ups become stale.
  void wake(Process& process, bool timed_out = false);
  /// Lets `process` be woken at `at` unless something wakes it before.
  void wake_at(Process& process, Time at) {
    if (!untimed_) queue_.push(at, {process.slot, process.generation});
  }

  // ---- for explorers
  bool untimed() const { return untimed_ != nullptr; }
  Footprint* footprint() const { return footprint_; }
  void record_footprints(Footprint* footprint) { footprint_ = footprint; }
  /// Notes a touch of the running transition. Callers check footprint() first.
  void note(const Touch& touch) { footprint_->touches.push_back(touch); }
  /// The running process goes on no earlier than `at`.
  void not_before(Time at) { now_ = now_ < at ? at : now_; }
  /// Untimed runs: `process` goes on no earlier than `at`.
  void delay(Process& process, Time at);
  /// Promises that what the running process does from here on depends on `tag` only, and on nothing
  /// it saw before: servers call it at the head of their loop, so that a search that stores states
  /// can close it. Loops that are left again have RetryLoop.
  void forget(std::uint64_t tag) {
    if (footprint_) [[unlikely]]
      note_forgetting({.tag = tag});
  }
  /// `at` as far as it tells states apart: not where a process has promised that time does not
  /// matter to it, since whoever it meets then goes by its clock.
  std::uint64_t hash_of(Time at) const {
    return timeless_ ? 0 : static_cast<std::uint64_t>(nanoseconds_of(at));
  }
  /// Untimed runs: whether a wait ends in one way only, if it ends: neither its deadline nor a
  /// signal can end it.
  bool is_certain(const WaitRecord& wait) const {
    if (wait.interruptible) return false;
    return wait.deadline == kNever || (wait.recovery && timers_mode_ != TimerMode::any);
  }
  /// Untimed runs: all that can happen next, in order of creation; at quiescence recovery timers,
  /// if they may go off then.
  void steps(std::vector<Step>& into) const;
  /// Lets one of them happen, up to the next scheduling point.
  void take(const Step& step);

 private:
  friend class Timer;
  friend class RetryLoop;
  /// Who has tickets, in the order of their latest draws: all that matters of the numbers.
  struct Tickets final : StateSource {
    std::vector<std::uint64_t> order;
    std::vector<std::uint32_t> drawn_by;  ///< actors, by number of the ticket
    std::uint64_t last = 0;
    bool hash_state(std::uint64_t& hash) const override;
  };
  void note_forgetting(Footprint::Forgetting forgetting);
  void note_comparison(std::uint64_t ticket, std::uint64_t other) const;
  /// A wake-up for a timer has this bit set in its slot; the rest is an index of timers_.
  static constexpr std::uint32_t kTimerSlot = 1u << 31;
  struct TimerSlot {
    Timer* timer = nullptr;        ///< nullptr: free
    std::uint32_t generation = 0;  ///< survives its occupants, so that a stale wake-up finds nobody
  };
  TimerSlot& timer_slot(std::uint32_t slot) { return timers_[slot & ~kTimerSlot]; }
  std::uint32_t take_timer_slot(Timer& timer);
  void free_timer_slot(std::uint32_t slot);
  void announce_recovery(Process& process);
  void take_run(Process& process);
  void take_fire(Timer& timer);
  bool can_run(const Process& process) const;
  std::uint32_t name_actor();
  void dispatch(Wakeup wakeup, bool from_heap);
  void dispatch_timer(Wakeup wakeup);
  void prefetch_next();
  void resume(Process& process);
  void finish(Process& process, bool cancelled);

  Time now_{};
  EventQueue queue_;
  ReadyRing ready_;
  ProcessTable processes_;
  std::vector<Process*> retired_;  ///< recycled when the next instant begins
  std::vector<TimerSlot> timers_;
  std::vector<std::uint32_t> free_timers_;
  Process* current_ = nullptr;
  Probe probe_;
  OrderClasses order_classes_;
  Random random_;
  PreferredChoice preferred_choice_;
  Choice* choice_;
  Footprint* footprint_ = nullptr;
  ActorNames* untimed_ = nullptr;
  TimerMode timers_mode_ = TimerMode::never;
  TicketRivals* rivals_ = nullptr;
  SimulationMemory* memory_ = nullptr;
  std::uint64_t events_ = 0;
  std::uint64_t unfinished_ = 0;
  std::uint64_t last_object_ = 0;
  std::uint64_t instant_events_max_ = ~std::uint64_t{0};
  std::uint64_t instant_uncounted_ = 0;
  std::uint32_t last_process_ = 0;
  // Untimed runs only.
  std::uint32_t made_at_set_up_ = 0;
  Timer* firing_ = nullptr;
  bool timeless_ = false;
  Tickets tickets_;
  std::vector<std::uint32_t> retry_loops_;  ///< by actor: in how many it is
};

/// A loop that tries the same again until it works out. Each again() promises that what the process
/// does from there on depends on `tag` and on what it knew when the loop began, and on nothing that
/// it saw since: so earlier tries make no difference, and a search that stores states can close the
/// loop. All that lives on from one try to the next must be in the tag. A timed run only counts
/// (Process::tries).
///
///     core::RetryLoop tries(simulation);
///     for (;;) {
///       tries.again();
///       if (try_it()) co_return;
///     }
class RetryLoop {
 public:
  explicit RetryLoop(Simulation& simulation);
  ~RetryLoop();
  RetryLoop(const RetryLoop&) = delete;
  RetryLoop& operator=(const RetryLoop&) = delete;
  void again(std::uint64_t tag = 0) {
    if (process_)
      ++process_->tries.rounds;
    else if (simulation_.footprint())
      simulation_.note_forgetting(
          {.kind = Footprint::Forgetting::Kind::loop_again, .loop = depth_, .tag = tag});
  }

 private:
  Simulation& simulation_;
  Process* process_ = nullptr;  ///< timed runs only
  std::uint32_t actor_ = 0;
  std::uint32_t depth_ = 0;
};

/// Awaitable: suspend the running process until `at` (a plain planned delay).
class SleepUntil {
 public:
  SleepUntil(Simulation& simulation, Time at, WaitReason reason = WaitReason::sleep)
      : simulation_(simulation), at_(at), reason_(reason) {}
  bool await_ready() const { return at_ <= simulation_.now(); }
  void await_suspend(std::coroutine_handle<> handle) const {
    Process& process = *simulation_.current();
    process.resume_point = handle;
    process.state = ProcessState::sleeping;
    process.wait.plan_sleep(reason_, simulation_.now(), at_);
    simulation_.wake_at(process, at_);
  }
  void await_resume() const {}

 private:
  Simulation& simulation_;
  Time at_;
  WaitReason reason_;
};

/// Awaitable: a planned delay of `delay` for `reason`. Zero or negative delays do not suspend.
inline SleepUntil sleep_for(Simulation& simulation, Duration delay,
                            WaitReason reason = WaitReason::sleep) {
  return {simulation, saturating_add(simulation.now(), delay), reason};
}

/// Awaitable: real code could be interrupted here in a way that matters. Free in a timed run.
struct Point {
  Simulation& simulation;
  bool await_ready() const noexcept { return !simulation.untimed(); }
  void await_suspend(std::coroutine_handle<> handle) const {
    Process& process = *simulation.current();
    process.resume_point = handle;
    process.state = ProcessState::sleeping;
    process.wait.plan_sleep(WaitReason::sleep, simulation.now(), simulation.now());
  }
  void await_resume() const noexcept {}
};
inline Point point(Simulation& simulation) { return {simulation}; }

}  // namespace fencelab::core
