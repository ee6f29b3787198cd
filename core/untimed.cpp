#include "core/untimed.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "core/recovery.hpp"
#include "core/waitable.hpp"

namespace fencelab::core {

std::uint32_t Simulation::name_actor() {
  if (firing_) return untimed_->actor(firing_->actor_, ++firing_->children_);
  if (current_) return untimed_->actor(current_->actor, ++current_->children);
  return untimed_->actor(kSetUp, ++made_at_set_up_);
}

bool Simulation::can_run(const Process& process) const {
  switch (process.state) {
    case ProcessState::ready:
    case ProcessState::asking:
    case ProcessState::sleeping: return true;
    default: return false;
  }
}

void Simulation::steps(std::vector<Step>& into) const {
  const TimerMode mode = timers_mode_;
  into.clear();
  for (const Process& process : processes()) {
    if (process.state == ProcessState::done) continue;
    if (can_run(process)) {
      into.push_back({Step::Kind::run, process.state == ProcessState::ready, false, process.actor,
                      process.slot});
    } else if (process.wait.deadline != kNever &&
               (!process.wait.recovery || mode == TimerMode::any)) {
      into.push_back(
          {Step::Kind::expire, false, process.wait.recovery, process.actor, process.slot});
    }
  }
  for (const TimerSlot& slot : timers_)
    if (slot.timer && slot.timer->armed() && (!slot.timer->recovery_ || mode == TimerMode::any))
      into.push_back(
          {Step::Kind::fire, false, slot.timer->recovery_, slot.timer->actor_, slot.timer->slot_});
  if (mode != TimerMode::quiescent || !into.empty()) return;
  for (const Process& process : processes())
    if (process.state == ProcessState::blocked && process.wait.recovery &&
        process.wait.deadline != kNever)
      into.push_back({Step::Kind::expire, false, true, process.actor, process.slot});
  for (const TimerSlot& slot : timers_)
    if (slot.timer && slot.timer->armed())
      into.push_back({Step::Kind::fire, false, true, slot.timer->actor_, slot.timer->slot_});
}

void Simulation::take(const Step& step) {
  ++events_;
  if (!retired_.empty())
    for (Process* process : std::exchange(retired_, {})) processes_.recycle(*process);
  if (step.kind == Step::Kind::fire) return take_fire(*timer_slot(step.slot).timer);
  Process& process = processes_.at(step.slot);
  now_ = process.local_time;
  if (step.kind == Step::Kind::expire) {
    not_before(process.wait.deadline);
    if (process.wait.recovery) announce_recovery(process);
    process.timed_out = true;
    ++process.generation;
  }
  take_run(process);
}

void Simulation::take_run(Process& process) {
  last_object_ = process.last_object;
  if (process.state == ProcessState::asking) {
    current_ = &process;
    std::exchange(process.asking, nullptr)->engage(process);
    current_ = nullptr;
  } else {
    if (process.state == ProcessState::sleeping) not_before(process.wait.deadline);
    resume(process);
  }
  process.last_object = last_object_;
  process.local_time = std::max(process.local_time, now_);
}

void Simulation::take_fire(Timer& timer) {
  firing_ = &timer;
  now_ = timer.due_;
  last_object_ = timer.last_object_;
  timer.note_change();
  timer.fire();
  // The action may have destroyed the timer together with its owner.
  if (firing_) firing_->last_object_ = last_object_;
  firing_ = nullptr;
}

void Simulation::delay(Process& process, Time at) {
  if (process.local_time >= at) return;
  process.local_time = at;
  if (footprint_) footprint_->delayed.push_back({process.actor, at});
}

// Who gives up waiting leaves a queue, or is no longer there to be let go: neither commutes with
// what would have let it go.
void Simulation::note_end(const Process& process) {
  if (!footprint_) return;
  not_before(process.local_time);
  note({.object = ObjectId{raw(process.id)}, .access = Access::cancel, .result = process.actor});
  const bool waits = process.state == ProcessState::blocked ||
                     process.state == ProcessState::idle || process.state == ProcessState::ready;
  if (!waits) return;
  for (std::uint32_t i = 0; i < process.wait.count; ++i) {
    Waitable& object = *process.wait.links[i].object;
    note({object.id(), Access::test, false, 0, 0, &object});
  }
}

std::uint64_t Simulation::new_ticket(std::uint64_t use) {
  if (!untimed_) return raw(new_object_id());
  FENCELAB_ASSERT(use < 4, "use={}", use);
  const std::uint32_t actor = firing_ ? firing_->actor_ : current_ ? current_->actor : kSetUp;
  tickets_.drawn_by.push_back(actor);
  // One counter for all: who draws first is older, so draws do not commute where that is asked.
  if (footprint_ && rivals_)
    rivals_->note_draw(actor, *footprint_);
  else if (footprint_)
    note({.object = kTickets, .access = Access::write, .source = &tickets_});
  const std::uint64_t who = (current_ ? raw(current_->id) : 0) * 4 + use;
  std::erase(tickets_.order, who);
  tickets_.order.push_back(who);
  return ++tickets_.last * 4 + use;
}

void Simulation::note_comparison(std::uint64_t ticket, std::uint64_t other) const {
  const auto drawn_by = [&](std::uint64_t number) {
    const std::uint64_t nth = number / 4 - 1;
    return nth < tickets_.drawn_by.size() ? tickets_.drawn_by[nth] : kSetUp;
  };
  const std::uint32_t one = drawn_by(ticket), two = drawn_by(other);
  if (one != two && one != kSetUp && two != kSetUp) rivals_->note_comparison(one, two);
}

bool Simulation::Tickets::hash_state(std::uint64_t& hash) const {
  hash = 0;
  for (const std::uint64_t who : order) hash = mix_hash(hash, who);
  return true;
}

// ---------------------------------------------------------------- what processes remember

void Simulation::note_forgetting(Footprint::Forgetting forgetting) {
  forgetting.touches = footprint_->touches.size();
  if (forgetting.kind != Footprint::Forgetting::Kind::loop_begins) {
    // Who tries again has all the time in the world, and those it meets go by its clock.
    timeless_ = true;
    // What it has made so far tells how the next things that it makes are named.
    forgetting.tag = mix_hash(mix_hash(forgetting.tag, last_object_), current_->children);
  }
  footprint_->forgettings.push_back(forgetting);
}

RetryLoop::RetryLoop(Simulation& simulation) : simulation_(simulation) {
  if (!simulation.untimed()) {
    process_ = simulation.current();
    if (process_->tries.depth++ == 0) process_->tries = {simulation.now(), 0, 1};
    return;
  }
  actor_ = simulation.current()->actor;
  auto& loops = simulation.retry_loops_;
  if (loops.size() <= actor_) loops.resize(actor_ + 1);
  depth_ = loops[actor_]++;
  if (simulation.footprint())
    simulation.note_forgetting({.kind = Footprint::Forgetting::Kind::loop_begins, .loop = depth_});
}

RetryLoop::~RetryLoop() {
  if (process_)
    --process_->tries.depth;
  else
    --simulation_.retry_loops_[actor_];
}

}  // namespace fencelab::core
