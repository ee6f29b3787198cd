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
  /// Forgets that it was rung: for a server that is about to look at all that rings were for. One
  /// from before then does not send it round once more for nothing.
  void clear();
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

/// How many items have arrived: a gate per item. One who waits for item n is held up by nothing
/// but its arrival, so that in an untimed run neither looking whether a queue is empty nor taking
/// its head competes with adding to its end.
class Arrivals final : public Waitable {
 public:
  explicit Arrivals(Simulation& simulation) : Waitable(simulation) {}

  /// One more has arrived.
  void add();
  std::uint64_t count() const { return count_; }
  /// Before looking at what has arrived, without having waited for it.
  void look() const { note(Access::query, true, count_); }
  /// Awaitable: until item `number`, counted from 1, has arrived; the server is idle meanwhile.
  SingleWait wait(std::uint64_t number) {
    return {*this, number, {.reason = WaitReason::fifo, .idle = true}};
  }

  bool satisfied(std::uint64_t number) const override { return count_ >= number; }
  Time opened_at(std::uint64_t number) const override { return at_[number - 1]; }
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  std::string describe() const override { return "queue"; }

 private:
  std::uint64_t count_ = 0;
  std::vector<Time> at_;  ///< untimed runs: when each of them did
};

/// Unbounded queue with one consumer, a server. push() never blocks.
///
///     for (;;) {
///       co_await queue.arrival();
///       use(queue.front());
///       queue.pop();
///     }
template <class T>
class Fifo {
 public:
  explicit Fifo(Simulation& simulation) : arrivals_(simulation), taken_cell_(simulation) {}
  void push(T item) {
    items_.push_back(std::move(item));
    arrivals_.add();
  }
  /// Awaitable: until there is a head. The server awaits it before each front(), in every schedule.
  SingleWait arrival() { return arrivals_.wait(taken_ + 1); }
  /// For the consumer, after arrival().
  const T& front() const { return items_.front(); }
  void pop() {
    taken_cell_.write();
    ++taken_;
    items_.pop_front();
  }
  /// The same for all, where what that may change is noted otherwise.
  const std::deque<T>& known_items() const { return items_; }
  /// For others, who see what it holds at this instant.
  const std::deque<T>& items() const {
    arrivals_.look();
    taken_cell_.read();
    return items_;
  }

 private:
  std::deque<T> items_;
  Arrivals arrivals_;
  Cell taken_cell_;
  std::uint64_t taken_ = 0;
};

}  // namespace fencelab::core
