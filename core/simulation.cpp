#include "core/simulation.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "core/recovery.hpp"
#include "core/waitable.hpp"

namespace fencelab::core {

// ---------------------------------------------------------------- Timer

Timer::Timer(Simulation& simulation, std::function<void()> action)
    : simulation_(simulation), action_(std::move(action)) {
  slot_ = simulation_.take_slot(Simulation::SlotKind::timer, this);
}

Timer::~Timer() { simulation_.free_slot(slot_); }

void Timer::arm(Time at) {
  due_ = at;
  const std::uint32_t generation = simulation_.bump(slot_);
  if (at != kNever) simulation_.queue_.push(at, {slot_, generation});
}

void Timer::disarm() {
  due_ = kNever;
  simulation_.bump(slot_);
}

void Timer::fire() {
  due_ = kNever;
  simulation_.bump(slot_);
  action_();
}

// ---------------------------------------------------------------- Simulation

Simulation::Simulation(SimulationOptions options)
    : random_(options.seed), choice_(options.choice ? options.choice : &preferred_choice_) {}

Simulation::~Simulation() {
  // Newest first: later processes may wait on objects that live in frames of earlier ones.
  current_ = nullptr;
  for (auto it = processes_.rbegin(); it != processes_.rend(); ++it) {
    delete (*it)->body;
    (*it)->body = nullptr;
  }
}

std::uint32_t Simulation::take_slot(SlotKind kind, void* target) {
  if (free_slots_.empty()) {
    slots_.push_back({target, 0, kind});
    return static_cast<std::uint32_t>(slots_.size() - 1);
  }
  const std::uint32_t slot = free_slots_.back();
  free_slots_.pop_back();
  slots_[slot].target = target;
  slots_[slot].kind = kind;
  return slot;
}

void Simulation::free_slot(std::uint32_t slot) {
  slots_[slot].target = nullptr;
  slots_[slot].kind = SlotKind::free;
  bump(slot);
  free_slots_.push_back(slot);
}

Process& Simulation::spawn(ProcessSpec spec, Task<void> body) {
  auto process = std::make_unique<Process>();
  process->id = ProcessId{++last_process_};
  process->spec = std::move(spec);
  process->body = new Task<void>(std::move(body));
  process->resume_point = process->body->handle();
  process->slot = take_slot(SlotKind::process, process.get());
  if (!process->spec.daemon) ++unfinished_;
  processes_.push_back(std::move(process));
  Process& spawned = *processes_.back();
  emit(ProbeKind::process_started, kNoObject, raw(spawned.id),
       static_cast<std::uint64_t>(spawned.spec.role));
  ready_.push({spawned.slot, slots_[spawned.slot].generation});
  return spawned;
}

void Simulation::cancel(Process& process) {
  if (process.state == ProcessState::done) return;
  if (process.state == ProcessState::running) {
    process.cancel_requested = true;
    return;
  }
  finish(process, true);
}

void Simulation::wake(Process& process, bool timed_out) {
  if (process.state == ProcessState::ready || process.state == ProcessState::running ||
      process.state == ProcessState::done)
    return;
  process.state = ProcessState::ready;
  process.timed_out = timed_out;
  ready_.push({process.slot, bump(process.slot)});
}

void Simulation::finish(Process& process, bool cancelled) {
  process.state = ProcessState::done;
  if (!process.spec.daemon) --unfinished_;
  emit(ProbeKind::process_ended, kNoObject, raw(process.id), cancelled ? 1 : 0);
  delete std::exchange(process.body, nullptr);
  free_slot(process.slot);
  if (process.spec.transient) retire(process);
}

void Simulation::retire(Process& process) {
  auto it = std::find_if(processes_.rbegin(), processes_.rend(),
                         [&](const auto& candidate) { return candidate.get() == &process; });
  FENCELAB_ASSERT(it != processes_.rend(), "process {} is not of this run", process.spec.name);
  // The record may still be in use by the caller up the stack; it dies at the next instant.
  retired_.push_back(std::move(*it));
  processes_.erase(std::next(it).base());
}

void Simulation::resume(Process& process) {
  Process* const previous = std::exchange(current_, &process);
  process.state = ProcessState::running;
  process.resume_point.resume();
  current_ = previous;
  if (process.body->handle().done()) {
    auto exception = process.body->handle().promise().exception;
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
  const Slot slot = slots_[wakeup.slot];
  if (slot.generation != wakeup.generation) return;
  if (slot.kind == SlotKind::process) {
    auto& process = *static_cast<Process*>(slot.target);
    ++events_;
    if (from_heap) {
      if (process.wait.recovery && process.state == ProcessState::blocked)
        announce_recovery(process);
      process.timed_out = true;
      bump(wakeup.slot);
    }
    resume(process);
  } else if (slot.kind == SlotKind::timer) {
    auto& timer = *static_cast<Timer*>(slot.target);
    ++events_;
    timer.fire();
  }
}

bool Simulation::run_instant(Time limit) {
  retired_.clear();
  const Time at = next_event_time();
  if (at == kNever || at > limit) return false;
  now_ = at;
  // Heap events of this instant were scheduled before anything that is ready now.
  for (;;) {
    if (queue_.next_time() == now_) {
      const Wakeup wakeup = queue_.next();
      queue_.pop();
      dispatch(wakeup, true);
    } else if (!ready_.empty()) {
      dispatch(ready_.pop(), false);
    } else {
      return true;
    }
  }
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
