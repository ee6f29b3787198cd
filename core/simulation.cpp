#include "core/simulation.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "core/recovery.hpp"
#include "core/waitable.hpp"

namespace fencelab::core {

namespace {

Task<void>::promise_type& root_promise(const Process& process) {
  return Task<void>::Handle::from_address(process.root.address()).promise();
}

}  // namespace

// ---------------------------------------------------------------- Timer

Timer::Timer(Simulation& simulation, std::function<void()> action, bool recovery)
    : simulation_(simulation), action_(std::move(action)), recovery_(recovery) {
  slot_ = simulation_.take_timer_slot(*this);
  if (!simulation_.untimed()) return;
  id_ = simulation_.new_object_id();
  actor_ = simulation_.name_actor();
  last_object_ = (std::uint64_t{actor_} + 1) << 32;
}

Timer::~Timer() {
  if (simulation_.firing_ == this) simulation_.firing_ = nullptr;
  simulation_.free_timer_slot(slot_);
}

void Timer::arm(Time at) {
  due_ = at;
  const std::uint32_t generation = ++simulation_.timer_slot(slot_).generation;
  if (simulation_.untimed()) return note_change();
  if (at != kNever) simulation_.queue_.push(at, {slot_, generation});
}

void Timer::disarm() {
  if (simulation_.untimed()) armed() ? note_change() : note_look();
  due_ = kNever;
  ++simulation_.timer_slot(slot_).generation;
}

// Setting, stopping and going off do not commute; going off also needs that it was set.
void Timer::note_change() {
  Footprint* const footprint = simulation_.footprint();
  if (!footprint) return;
  footprint->touches.push_back({.object = id_, .access = Access::write});
  footprint->woken.push_back(actor_);
}

// Whether there was anything to stop is told by the order of the two.
void Timer::note_look() const {
  if (Footprint* const footprint = simulation_.footprint())
    footprint->touches.push_back({.object = id_, .access = Access::read});
}

void Timer::fire() {
  due_ = kNever;
  ++simulation_.timer_slot(slot_).generation;
  action_();
}

// ---------------------------------------------------------------- Simulation

Simulation::Simulation(SimulationOptions options)
    : random_(options.seed),
      choice_(options.choice ? options.choice : &preferred_choice_),
      untimed_(options.untimed),
      timers_mode_(options.timers),
      rivals_(options.untimed ? options.rivals : nullptr),
      memory_(options.memory) {
  if (!memory_) return;
  processes_ = std::move(memory_->processes);
  order_classes_ = std::move(memory_->order_classes);
}

void Simulation::abandon_processes() {
  // Newest first: later processes may wait on objects that live in frames of earlier ones.
  current_ = nullptr;
  footprint_ = nullptr;
  for (Process* process = processes_.last(); process; process = process->previous)
    if (auto root = std::exchange(process->root, nullptr)) root.destroy();
}

Simulation::~Simulation() {
  abandon_processes();
  if (!memory_) return;
  processes_.clear();
  memory_->processes = std::move(processes_);
  memory_->order_classes = std::move(order_classes_);
}

std::uint32_t Simulation::take_timer_slot(Timer& timer) {
  if (free_timers_.empty()) {
    timers_.push_back({&timer});
    return static_cast<std::uint32_t>(timers_.size() - 1) | kTimerSlot;
  }
  const std::uint32_t slot = free_timers_.back();
  free_timers_.pop_back();
  timer_slot(slot).timer = &timer;
  return slot;
}

void Simulation::free_timer_slot(std::uint32_t slot) {
  timer_slot(slot).timer = nullptr;
  ++timer_slot(slot).generation;
  free_timers_.push_back(slot);
}

Process& Simulation::spawn(ProcessSpec spec, Task<void> body) {
  Process& process = processes_.take();
  if (untimed_) {
    process.actor = name_actor();
    process.last_object = (std::uint64_t{process.actor} + 1) << 32;
    delay(process, now_);
    if (footprint_) footprint_->woken.push_back(process.actor);
    process.id = ProcessId{process.actor + 1};
  } else {
    process.id = ProcessId{++last_process_};
  }
  process.spec = std::move(spec);
  process.resume_point = process.root = body.release();
  if (!process.spec.daemon) ++unfinished_;
  emit(ProbeKind::process_started, kNoObject, raw(process.id),
       static_cast<std::uint64_t>(process.spec.role), &process);
  if (!untimed_) ready_.push({process.slot, process.generation});
  return process;
}

// Whether it ends here or had ended just before is told by the order of the two, so that is noted
// even if nothing is left to end.
void Simulation::cancel(Process& process) {
  note_end(process);
  if (process.state == ProcessState::done) return;
  if (process.state == ProcessState::running) {
    process.cancel_requested = true;
    return;
  }
  finish(process, true);
}

void Simulation::interrupt(Process& process) {
  note_signal(process, Access::write);
  const bool waits = process.state == ProcessState::blocked && process.wait.interruptible;
  // What would have let it go no longer does; or had done so just before, and the signal stays.
  const bool is_let_go = process.state == ProcessState::ready && process.wait.interruptible;
  for (std::uint32_t i = 0; footprint_ && (waits || is_let_go) && i < process.wait.count; ++i) {
    Waitable& object = *process.wait.links[i].object;
    note({object.id(), Access::test, is_let_go, 0, 0, &object});
  }
  if (!waits) {
    process.signal_pending = process.state != ProcessState::done;
    return;
  }
  process.interrupted = true;
  wake(process);
  if (!untimed_) return;
  delay(process, now_);
  if (footprint_) footprint_->woken.push_back(process.actor);
}

void Simulation::wake(Process& process, bool timed_out) {
  if (process.state == ProcessState::ready || process.state == ProcessState::running ||
      process.state == ProcessState::done)
    return;
  process.state = ProcessState::ready;
  process.timed_out = timed_out;
  ++process.generation;
  if (!untimed_) return ready_.push({process.slot, process.generation});
  if (process.wait.count == 0) delay(process, now_);  // else the awaiter knows when
}

void Simulation::finish(Process& process, bool cancelled) {
  process.state = ProcessState::done;
  if (!process.spec.daemon) --unfinished_;
  emit(ProbeKind::process_ended, kNoObject, raw(process.id), cancelled ? 1 : 0, &process);
  std::exchange(process.root, nullptr).destroy();
  ++process.generation;
  // The record may still be in use by the caller up the stack; it is free at the next instant.
  if (process.spec.transient) retired_.push_back(&process);
}

void Simulation::resume(Process& process) {
  Process* const previous = std::exchange(current_, &process);
  process.state = ProcessState::running;
  process.resume_point.resume();
  current_ = previous;
  if (process.root.done()) {
    auto exception = root_promise(process).exception;
    finish(process, false);
    if (exception) std::rethrow_exception(exception);
  } else if (process.cancel_requested) {
    finish(process, true);
  }
}

// A wait that its recovery timer ends: analysis sees the state before anything moves.
void Simulation::announce_recovery(Process& process) {
  Process* const previous = std::exchange(current_, &process);
  const ObjectId guarded = process.wait.count ? process.wait.links[0].object->id() : kNoObject;
  emit(ProbeKind::recovery_expiring, guarded,
       static_cast<std::uint64_t>(RecoveryKind::wait_timeout));
  emit(ProbeKind::recovery_fired, guarded, static_cast<std::uint64_t>(RecoveryKind::wait_timeout));
  current_ = previous;
}

void Simulation::dispatch(Wakeup wakeup, bool from_heap) {
  if (wakeup.slot & kTimerSlot) return dispatch_timer(wakeup);
  Process& process = processes_.at(wakeup.slot);
  if (process.generation != wakeup.generation) return;
  ++events_;
  if (from_heap) {
    if (process.wait.recovery && process.state == ProcessState::blocked) announce_recovery(process);
    process.timed_out = true;
    ++process.generation;
  }
  resume(process);
}

void Simulation::dispatch_timer(Wakeup wakeup) {
  const TimerSlot slot = timer_slot(wakeup.slot);
  if (slot.generation != wakeup.generation) return;
  ++events_;
  slot.timer->fire();
}

// The next process to run is nearly always the one at the head now: fetch its record meanwhile.
inline void Simulation::prefetch_next() {
  if (queue_.empty()) return;
  const std::uint32_t slot = queue_.next().slot;
  if (!(slot & kTimerSlot)) __builtin_prefetch(&processes_.at(slot));
}

bool Simulation::run_instant(Time limit) {
  for (Process* process : std::exchange(retired_, {})) processes_.recycle(*process);
  const Time at = next_event_time();
  if (at == kNever || at > limit) return false;
  now_ = at;
  const std::uint64_t enough = events_ + std::min(instant_events_max_, ~events_);
  instant_uncounted_ = 0;
  // Heap events of this instant were scheduled before anything that is ready now.
  while (events_ + instant_uncounted_ < enough) {
    if (queue_.next_time() == now_) {
      const Wakeup wakeup = queue_.next();
      queue_.pop();
      prefetch_next();
      dispatch(wakeup, true);
    } else if (!ready_.empty()) {
      dispatch(ready_.pop(), false);
    } else {
      return true;
    }
  }
  return true;
}

void Simulation::run(Time limit) {
  while (run_instant(limit)) {
  }
}

void Simulation::advance_to(Time at) {
  FENCELAB_ASSERT(at >= now_ && at <= next_event_time(), "now={} at={} next={}",
                  nanoseconds_of(now_), nanoseconds_of(at), nanoseconds_of(next_event_time()));
  now_ = at;
}

}  // namespace fencelab::core
