#include "core/waitable.hpp"

#include "core/assert.hpp"
#include "core/order_events.hpp"

namespace fencelab::core {

Waitable::~Waitable() {
  // Waiters of a destroyed object can only be left at teardown; their frames die with the run.
  for (WaitLink* link = head_; link != nullptr; link = link->next) link->linked = false;
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
  std::uint32_t satisfied = 0;
  for (WaitLink& link : links_) {
    link.done = link.object->satisfied(link.value);
    satisfied += link.done;
  }
  return satisfied >= need_;
}

void WaitAwaiterBase::await_suspend(std::coroutine_handle<> handle) {
  Process& process = *simulation_->current();
  suspended_ = true;
  process.resume_point = handle;
  process.state = options_.idle ? ProcessState::idle : ProcessState::blocked;
  process.timed_out = false;
  std::uint32_t satisfied = 0;
  for (const WaitLink& link : links_) satisfied += link.done;
  process.wait = {.since = simulation_->now(),
                  .deadline = options_.deadline,
                  .count = static_cast<std::uint32_t>(links_.size()),
                  .need = need_ - satisfied,
                  .reason = options_.reason,
                  .recovery = options_.recovery,
                  .links = links_.data()};
  simulation_->emit(ProbeKind::wait_begin, links_.front().object->id(),
                    static_cast<std::uint64_t>(options_.reason), links_.size(), &process);
  if (options_.deadline != kNever) simulation_->wake_at(process, options_.deadline);
  for (WaitLink& link : links_) {
    if (link.done) continue;
    link.process = &process;
    link.object->add_waiter(link);  // may satisfy it on the spot (lazy signalling)
  }
}

WaitResult WaitAwaiterBase::await_resume() {
  if (!suspended_) return WaitResult::satisfied;
  Process& process = *simulation_->current();
  const bool timed_out = process.timed_out && process.wait.need > 0;
  const auto waited = (simulation_->now() - process.wait.since).count();
  simulation_->emit(ProbeKind::wait_end, links_.front().object->id(),
                    static_cast<std::uint64_t>(options_.reason), static_cast<std::uint64_t>(waited),
                    &process);
  release_links();
  process.wait.count = 0;
  return timed_out ? WaitResult::timed_out : WaitResult::satisfied;
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
