// Doorbell and Fifo: how servers (queues, engines, workers) wait for work. An empty server is idle,
// not blocked: it is as ready to help as can be.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>

#include "core/shared.hpp"
#include "core/task.hpp"
#include "core/waitable.hpp"

namespace fencelab::core {

/// Auto-reset event: ring() wakes the waiter, or is remembered if nobody waits.
class Doorbell final : public Waitable {
 public:
  explicit Doorbell(Simulation& simulation) : Waitable(simulation) {}

  /// Wakes everybody who waits.
  void ring();
  /// Who rings it, for waits that count as blocked. Without this: hardware.
  void describe_by(std::function<GateIndex(WaitGraphBuilder&)> describe) {
    describe_ = std::move(describe);
  }
  /// Awaitable: until rung; the server is idle meanwhile.
  SingleWait wait() { return {*this, 0, {.reason = WaitReason::fifo, .idle = true}}; }
  /// Awaitable: until rung or `deadline`, whichever is first (a planned deadline).
  SingleWait wait_until(Time deadline, WaitReason reason) {
    return {*this, 0, {.reason = reason, .deadline = deadline}};
  }

  bool satisfied(std::uint64_t) const override { return std::exchange(rung_, false); }
  Time opened_at(std::uint64_t) const override { return rung_at_; }
  Access wait_access(std::uint64_t) const override { return Access::write; }
  bool hash_state(std::uint64_t& hash) const override {
    hash = rung_ ? 1 + simulation().hash_of(rung_at_) : 0;
    // Who was woken is told by not waiting any more: the bell itself remembers nothing then.
    for (const WaitLink* link = head_; link; link = link->next)
      hash += mix_hash(1, raw(link->process->id));
    return true;
  }
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  std::string describe() const override { return "doorbell"; }

 private:
  std::function<GateIndex(WaitGraphBuilder&)> describe_;
  mutable bool rung_ = false;
  Time rung_at_{};
};

/// Unbounded queue with one consumer. push() never blocks.
template <class T>
class Fifo {
 public:
  explicit Fifo(Simulation& simulation) : cell_(simulation), doorbell_(simulation) {}
  void push(T item) {
    cell_.write();
    items_.push_back(std::move(item));
    doorbell_.ring();
  }
  bool empty() const {
    cell_.read();
    return items_.empty();
  }
  std::size_t size() const {
    cell_.read();
    return items_.size();
  }
  T& front() {
    cell_.read();
    return items_.front();
  }
  std::deque<T>& items() {
    cell_.write();
    return items_;
  }
  const std::deque<T>& items() const {
    cell_.read();
    return items_;
  }

  /// Takes the head; waits (idle) while there is none.
  Task<T> pop() {
    while (empty()) co_await doorbell_.wait();
    co_return take();
  }
  /// Awaitable pieces for hot loops that avoid a frame per item: `while (empty()) co_await
  /// arrival();`
  SingleWait arrival() { return doorbell_.wait(); }
  T take() {
    cell_.write();
    T item = std::move(items_.front());
    items_.pop_front();
    return item;
  }

 private:
  std::deque<T> items_;
  Cell cell_;
  Doorbell doorbell_;
};

}  // namespace fencelab::core
