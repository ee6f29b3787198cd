// One run's clock, event set, processes and probe bus. There is exactly one event loop in Fencelab.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/choice.hpp"
#include "core/event_queue.hpp"
#include "core/order_class.hpp"
#include "core/probe.hpp"
#include "core/process_table.hpp"
#include "core/random.hpp"
#include "core/task.hpp"

namespace fencelab::core {

struct Footprint;
struct WaitGraph;

/// A callback at an instant, owned by whoever arms it; disarmed when destroyed.
class Timer {
 public:
  Timer(Simulation& simulation, std::function<void()> action);
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
  Time due_ = kNever;
  std::uint32_t slot_ = 0;  ///< with kTimerSlot set
};

struct SimulationOptions {
  std::uint64_t seed = 1;
  Choice* choice = nullptr;  ///< nullptr: PreferredChoice
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

  /// Ends a process wherever it is suspended: its frames are destroyed, its waits unlinked. What it
  /// holds stays held (as after a kill); use the owner's release path first. A running process ends
  /// at its next suspension.
  void cancel(Process& process);

  Process* current() const { return current_; }
  /// All records in order of creation, finished ones included unless transient.
  ProcessRange processes() const { return ProcessRange(processes_.first()); }

  /// Processes that are neither done nor daemons.
  std::uint64_t unfinished() const { return unfinished_; }
  std::uint64_t events() const { return events_; }
  std::size_t pending_events() const { return queue_.size(); }
  ObjectId new_object_id() { return ObjectId{++last_object_}; }

  // ---- the loop

  /// Instant of the earliest pending event; the present if something is ready; kNever if none.
  Time next_event_time() const { return ready_.empty() ? queue_.next_time() : now_; }
  /// Runs every event of the next instant. Returns false if there was none, or it is after `limit`.
  bool run_instant(Time limit = kNever);
  /// Runs until no event at or before `limit` is left or `stop` (checked between instants) says so.
  void run(Time limit = kNever);
  /// Moves an otherwise idle clock forward; an external engine (models/platform) drives time so.
  void advance_to(Time at);

  // ---- for awaiters and primitives

  /// Wakes a suspended process now; its pending wake-ups become stale.
  void wake(Process& process, bool timed_out = false);
  /// Lets `process` be woken at `at` unless something wakes it before.
  void wake_at(Process& process, Time at) { queue_.push(at, {process.slot, process.generation}); }

  // ---- for explorers
  Footprint* footprint() const { return footprint_; }
  void record_footprints(Footprint* footprint) { footprint_ = footprint; }

 private:
  friend class Timer;
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
  std::uint64_t events_ = 0;
  std::uint64_t unfinished_ = 0;
  std::uint64_t last_object_ = 0;
  std::uint32_t last_process_ = 0;
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
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  void await_resume() const noexcept {}
};
inline Point point() { return {}; }

}  // namespace fencelab::core
