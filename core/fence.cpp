#include "core/fence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/assert.hpp"
#include "core/order_events.hpp"
#include "core/wait_graph_builder.hpp"

namespace fencelab::core {

FenceCallback::~FenceCallback() {
  if (fence_) {
    fence_->remove_callback(*this);
  } else if (simulation_ && simulation_->footprint()) [[unlikely]] {
    // That there is nothing to take back is told by the order with the signal.
    simulation_->note({.object = watched_, .access = Access::test, .ok = true, .result = 1});
  }
}

DmaFence::DmaFence(Simulation& simulation, FenceProducer* producer, std::uint64_t context,
                   std::uint64_t seqno)
    : Waitable(simulation), producer_(producer), context_(context), seqno_(seqno) {
  if (producer) order_class_ = producer->order_class();
  simulation.emit(ProbeKind::fence_created, id(), context, seqno, this);
}

void note_published(const DmaFence& fence) {
  fence.simulation().emit(ProbeKind::fence_published, fence.id(), 0, 0, &fence);
}

void note_dependency(const DmaFence& fence, const Waitable& on) {
  const FenceDependency dependency{&fence, &on};
  fence.simulation().emit(ProbeKind::fence_depends, fence.id(), raw(on.id()), 0, &dependency);
}

DmaFence::~DmaFence() {
  simulation().emit(ProbeKind::fence_destroyed, id(), context_, seqno_);
  for (FenceCallback* callback = callbacks_; callback; callback = callback->next_)
    callback->fence_ = nullptr;
}

bool DmaFence::poll_now() {
  if (!poll()) return false;
  signal();
  return true;
}

void DmaFence::set_error(int error) {
  FENCELAB_ASSERT(!signaled_ && error < 0, "signaled={} error={}", signaled_, error);
  error_ = error;
}

bool DmaFence::signal() {
  note(Access::signal, !signaled_, static_cast<std::uint64_t>(-error_));
  if (signaled_) return false;
  signaled_ = true;
  signaled_at_ = simulation().now();
  const FencePtr keep(this);  // callbacks may drop the last reference
  simulation().emit(ProbeKind::fence_signaled, id(), static_cast<std::uint64_t>(-error_), context_,
                    this);
  while (FenceCallback* callback = callbacks_) {
    callbacks_ = callback->next_;
    if (callbacks_)
      callbacks_->previous_ = nullptr;
    else
      last_callback_ = nullptr;
    callback->fence_ = nullptr;
    callback->on_signaled(*this);
  }
  while (WaitLink* link = head_) satisfy(*link);
  return true;
}

void DmaFence::arm() {
  if (armed_ || signaled_) return;
  armed_ = true;
  if (cares_about_waiting()) note(Access::subscribe);
  simulation().emit(ProbeKind::fence_armed, id());
  if (!enable_signaling()) signal();
}

// Where one explores, looking at members would be a touch, and the hint decides nothing.
void DmaFence::hint_deadline(Time at) {
  if (signaled_ || simulation().untimed()) return;
  deadline_hint_ = std::min(deadline_hint_, at);
  if (!is_container()) return;
  std::vector<FencePtr> members;
  leaves(members);
  for (const FencePtr& member : members)
    if (member.get() != this) member->hint_deadline(at);
}

bool DmaFence::enable_signaling() { return producer_ ? producer_->enable_signaling(*this) : true; }

bool DmaFence::add_callback(FenceCallback& callback) {
  arm();
  note(Access::subscribe, !signaled_, signaled_);
  if (signaled_) return false;
  FENCELAB_ASSERT(!callback.fence_, "callback already on fence {}", raw(callback.fence_->id()));
  callback.fence_ = this;
  if (simulation().untimed()) [[unlikely]]
    callback.simulation_ = &simulation(), callback.watched_ = id();
  callback.previous_ = last_callback_;
  callback.next_ = nullptr;
  (last_callback_ ? last_callback_->next_ : callbacks_) = &callback;
  last_callback_ = &callback;
  return true;
}

bool DmaFence::remove_callback(FenceCallback& callback) {
  note(Access::subscribe, callback.fence_ == this, callback.fence_ == this);
  if (callback.fence_ != this) return false;
  (callback.previous_ ? callback.previous_->next_ : callbacks_) = callback.next_;
  (callback.next_ ? callback.next_->previous_ : last_callback_) = callback.previous_;
  callback.fence_ = nullptr;
  return true;
}

bool DmaFence::hash_state(std::uint64_t& hash) const {
  // Who waits is part of the waiters' own state; which callbacks are queued is known to no hash.
  if (callbacks_) return false;
  const bool armed = armed_ && !signaled_ && cares_about_waiting();
  hash = mix_hash(signaled_ + 2u * armed, static_cast<std::uint64_t>(error_));
  if (signaled_) hash = mix_hash(hash, simulation().hash_of(signaled_at_));
  return true;
}

void DmaFence::add_waiter(WaitLink& link) {
  append(link);
  arm();
}

GateIndex DmaFence::describe_release(WaitGraphBuilder& builder, const WaitLink&) const {
  return describe_release(builder);
}

GateIndex DmaFence::describe_release(WaitGraphBuilder& builder) const {
  return builder.once(this, 0, [&] {
    if (signaled_) return builder.environment(describe(), id());
    return builder.all_of({describe_members(builder)}, describe(), id());
  });
}

GateIndex DmaFence::describe_members(WaitGraphBuilder& builder) const {
  if (!producer_) return builder.nobody("nobody will signal it", id());
  return producer_->describe_release(builder, *this);
}

std::string DmaFence::describe_name() const {
  return producer_ ? producer_->describe(*this) : fmt::format("{}:{}", context_, seqno_);
}

std::string DmaFence::describe() const { return "dma_fence " + describe_name(); }

FencePtr make_signaled_fence(Simulation& simulation) {
  auto fence = make_intrusive<DmaFence>(simulation, nullptr, 0, 0);
  fence->signal();
  return fence;
}

}  // namespace fencelab::core
