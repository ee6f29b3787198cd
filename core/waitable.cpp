#include "core/waitable.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "core/order_events.hpp"

namespace fencelab::core {

Waitable::~Waitable() {
  // Waiters of a destroyed object can only be left at teardown; their frames die with the run.
  for (WaitLink* link = head_; link != nullptr; link = link->next) link->linked = false;
  if (Footprint* footprint = simulation_->footprint()) [[unlikely]]
    footprint->drop(*this, id_);
}

void Waitable::append(WaitLink& link) { insert_before(link, nullptr); }

void Waitable::insert_before(WaitLink& link, WaitLink* position) {
  FENCELAB_ASSERT(!link.linked, "object {} link inserted twice", raw(id_));
  link.linked = true;
  link.next = position;
  link.previous = position ? position->previous : tail_;
  (link.previous ? link.previous->next : head_) = &link;
  (position ? position->previous : tail_) = &link;
}

void Waitable::unlink(WaitLink& link) {
  if (!link.linked) return;
  (link.previous ? link.previous->next : head_) = link.next;
  (link.next ? link.next->previous : tail_) = link.previous;
  link.linked = false;
}

void Waitable::satisfy(WaitLink& link) {
  unlink(link);
  link.done = true;
  Process& process = *link.process;
  if (process.wait.need == 0) return;
  --process.wait.need;
  // Where it needs them all the last one in time counts, not the last one in the schedule. Where
  // some suffice it looks again when it goes on (note_outcome).
  if (simulation_->untimed() && process.wait.is_for_all) [[unlikely]]
    simulation_->delay(process, std::max(simulation_->now(), link.object->opened_at(link.value)));
  if (Footprint* footprint = simulation_->footprint()) [[unlikely]] {
    std::uint32_t open = 0;
    for (std::uint32_t i = 0; i < process.wait.count; ++i) open += !process.wait.links[i].done;
    if (simulation_->is_certain(process.wait) && open == process.wait.need)
      footprint->woken.push_back(process.actor);
  }
  if (process.wait.need == 0) simulation_->wake(process);
}

void WaitAwaiterBase::announce() const {
  const WaitAsk ask{simulation_->current(), links_.data(),
                    static_cast<std::uint32_t>(links_.size()), need_, options_.idle};
  simulation_->emit(ProbeKind::wait_asked, links_.front().object->id(),
                    static_cast<std::uint64_t>(options_.reason), links_.size(), &ask);
}

bool WaitAwaiterBase::await_ready() {
  if (simulation_->probe().wanted(ProbeKind::wait_asked) && !links_.empty()) [[unlikely]]
    announce();
  if (simulation_->untimed()) [[unlikely]]
    return false;  // every wait ends a step, satisfied or not, so that steps do not depend on order
  std::uint32_t satisfied = 0;
  for (WaitLink& link : links_) {
    link.done = link.object->satisfied(link.value);
    satisfied += link.done;
  }
  interrupted_ = satisfied < need_ && is_interrupted(*simulation_->current());
  return satisfied >= need_ || interrupted_;
}

// Who was let go before it got to run keeps what it waited for, and the signal for later.
bool WaitAwaiterBase::is_over_by_signal(Process& process) const {
  if (!std::exchange(process.interrupted, false)) return false;
  if (simulation_->footprint())
    for (const WaitLink& link : links_)
      simulation_->note({link.object->id(), Access::test, link.done, link.value, 0, link.object});
  process.signal_pending = process.wait.need == 0;
  return process.wait.need > 0;
}

// Looked at after the condition, as wait_event_interruptible() does (include/linux/wait.h).
bool WaitAwaiterBase::is_interrupted(Process& process) const {
  if (!options_.interruptible) return false;
  simulation_->note_signal(process, Access::read);
  return std::exchange(process.signal_pending, false);
}

void WaitAwaiterBase::begin(Process& process, std::coroutine_handle<> handle,
                            std::uint32_t links_done) {
  suspended_ = true;
  process.resume_point = handle;
  process.state = options_.idle ? ProcessState::idle : ProcessState::blocked;
  process.timed_out = false;
  process.wait = {.since = simulation_->now(),
                  .deadline = options_.deadline,
                  .count = static_cast<std::uint32_t>(links_.size()),
                  .need = need_ - links_done,
                  .reason = options_.reason,
                  .recovery = options_.recovery,
                  .is_for_all = need_ == links_.size(),
                  .interruptible = options_.interruptible,
                  .links = links_.data()};
  if (!links_.empty())
    simulation_->emit(ProbeKind::wait_begin, links_.front().object->id(),
                      static_cast<std::uint64_t>(options_.reason), links_.size(), &process);
}

void WaitAwaiterBase::await_suspend(std::coroutine_handle<> handle) {
  Process& process = *simulation_->current();
  if (simulation_->untimed()) [[unlikely]] {
    begin(process, handle, 0);
    if (!asks()) return engage(process);
    process.state = ProcessState::asking;
    process.asking = this;
    return;
  }
  std::uint32_t satisfied = 0;
  for (const WaitLink& link : links_) satisfied += link.done;
  begin(process, handle, satisfied);
  if (options_.deadline != kNever) simulation_->wake_at(process, options_.deadline);
  for (WaitLink& link : links_) {
    if (link.done) continue;
    link.process = &process;
    link.object->add_waiter(link);  // may satisfy it on the spot (lazy signalling)
  }
}

WaitResult WaitAwaiterBase::await_resume() {
  if (!suspended_) return interrupted_ ? WaitResult::interrupted : WaitResult::satisfied;
  Process& process = *simulation_->current();
  const bool interrupted = is_over_by_signal(process);
  const bool timed_out = process.timed_out && process.wait.need > 0;
  if (simulation_->footprint()) [[unlikely]] {
    if (options_.interruptible) simulation_->note_signal(process, Access::read);  // no longer
    note_outcome();
  }
  const auto waited = (simulation_->now() - process.wait.since).count();
  if (!links_.empty())
    simulation_->emit(ProbeKind::wait_end, links_.front().object->id(),
                      static_cast<std::uint64_t>(options_.reason),
                      static_cast<std::uint64_t>(waited), &process);
  release_links();
  process.wait.count = 0;
  if (interrupted) return WaitResult::interrupted;
  return timed_out ? WaitResult::timed_out : WaitResult::satisfied;
}

// ---------------------------------------------------------------- untimed

bool WaitAwaiterBase::asks() const {
  for (const WaitLink& link : links_) switch (link.object->wait_access(link.value)) {
      case Access::observe:
      case Access::write: break;  // a doorbell: registering is part of the step before
      default: return true;
    }
  return false;
}

void WaitAwaiterBase::engage(Process& process) {
  const bool certain = need_ == links_.size() && simulation_->is_certain(process.wait);
  // Which of them begin to be waited for depends on which have come already.
  const bool matters = simulation_->footprint() &&
                       std::any_of(links_.begin(), links_.end(),
                                   [](const auto& link) { return link.object->waiting_matters(); });
  std::uint32_t done = 0;
  for (WaitLink& link : links_) {
    link.done = link.object->satisfied(link.value);
    done += link.done;
    if (link.done && process.wait.is_for_all)
      simulation_->not_before(link.object->opened_at(link.value));
    if (!simulation_->footprint()) continue;
    if (matters)
      simulation_->note({link.object->id(), Access::test, link.done, link.value, 0, link.object});
    const Access access = link.object->wait_access(link.value);
    const bool noted =
        access == Access::acquire || access == Access::claim;  // by the object itself
    if (access != Access::observe && !noted)
      simulation_->note({link.object->id(), access, link.done, link.value, 0, link.object});
    if (const auto gate = link.object->gate_passed(link.value); gate && link.done && certain)
      simulation_->note({link.object->id(), Access::observe, true, *gate, 0, link.object});
  }
  process.wait.need = need_ - std::min(need_, done);
  block(process);
}

void WaitAwaiterBase::block(Process& process) {
  process.state = options_.idle ? ProcessState::idle : ProcessState::blocked;
  // What a signal does depends on whether it comes before or after the wait began, and one that is
  // there already on whether what is waited for has come.
  if (options_.interruptible) simulation_->note_signal(process, Access::read);
  const bool is_signalled = options_.interruptible && process.signal_pending;
  if (is_signalled && simulation_->footprint())
    for (const WaitLink& link : links_)
      simulation_->note({link.object->id(), Access::test, link.done, link.value, 0, link.object});
  const bool is_over = process.wait.need == 0;
  if (is_over) {
    process.state = ProcessState::ready;
  } else if (is_signalled) {
    process.signal_pending = false;
    process.interrupted = true;
    process.state = ProcessState::ready;
    return;
  }
  for (WaitLink& link : links_) {
    if (link.done || (is_over && !link.object->lists_all_waits())) continue;
    link.process = &process;
    link.object->add_waiter(link);
  }
}

// A wait that any of several could end, or a deadline, has learned which of them it was.
void WaitAwaiterBase::note_outcome() const {
  const Process& process = *simulation_->current();
  if (!process.timed_out && need_ == links_.size() && simulation_->is_certain(process.wait)) return;
  const bool certain = simulation_->is_certain(process.wait);
  for (WaitLink& link : links_) {
    // As it is now, whether or not it came in time to be waited for.
    if (link.object->wait_access(link.value) == Access::observe)
      link.done = link.done || link.object->satisfied(link.value);
    simulation_->note({link.object->id(), certain ? Access::any_of : Access::test, link.done,
                       link.value, need_, link.object});
  }
  if (!process.wait.is_for_all && !process.timed_out) wait_for_the_earliest();
}

// It goes on when as many as it needs had come, whatever order the schedule had them in.
void WaitAwaiterBase::wait_for_the_earliest() const {
  std::vector<Time> times;
  for (const WaitLink& link : links_)
    if (link.done) times.push_back(link.object->opened_at(link.value));
  std::sort(times.begin(), times.end());
  if (need_ > 0 && times.size() >= need_) simulation_->not_before(times[need_ - 1]);
}

void WaitAwaiterBase::release_links() {
  if (!suspended_) return;
  for (WaitLink& link : links_)
    if (link.linked) link.object->remove_waiter(link);
}

MultiWait::MultiWait(Simulation& simulation, std::span<const WaitItem> items, std::uint32_t need,
                     const WaitOptions& options)
    : WaitAwaiterBase(simulation, options), links_(items.size()) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    links_[i].object = items[i].object;
    links_[i].value = items[i].value;
  }
  FENCELAB_ASSERT(need <= items.size(), "need {} of {}", need, items.size());
  set_links(links_, need);
}

std::size_t MultiWait::first_satisfied() const {
  for (std::size_t i = 0; i < links_.size(); ++i)
    if (links_[i].done) return i;
  return links_.size();
}

}  // namespace fencelab::core
