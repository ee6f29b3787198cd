// A value fence: a monotonic 64-bit value that anyone with the mapping may advance, and waits for
// `value >= v`. Unbounded: nothing promises that a value is ever reached.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/fifo.hpp"
#include "core/waitable.hpp"

namespace fencelab::core {

class ValueTimeline;

/// Somebody who may yet advance a timeline. Registered while that is so.
class ValueProducer {
 public:
  virtual ~ValueProducer() = default;
  /// Highest value it can still reach by itself.
  virtual std::uint64_t reachable(const ValueTimeline& timeline) const = 0;
  /// What must happen for it to reach `value` (<= reachable()).
  virtual GateIndex describe_release(WaitGraphBuilder& builder, const ValueTimeline& timeline,
                                     std::uint64_t value) const = 0;
};

class ValueTimeline final : public Waitable {
 public:
  /// `order_class`: what it is for, where the name says which one it is; the name if empty.
  ValueTimeline(Simulation& simulation, std::string name, std::uint64_t initial = 0,
                std::string_view order_class = {})
      : Waitable(simulation), name_(std::move(name)), value_(initial), initial_(initial) {
    order_class_ = simulation.order_classes().intern(OrderKind::value,
                                                     order_class.empty() ? name_ : order_class);
  }

  const std::string& name() const { return name_; }
  std::uint64_t value() const {
    note(Access::query, true, value_);
    return value_;
  }

  /// Whether it has reached `value`, for those who act differently then. Only the advance that
  /// reaches it makes a difference to them.
  bool at_least(std::uint64_t value) const {
    note(Access::query, value_ >= value, value_ >= value, value);
    if (value_ >= value) simulation().emit(ProbeKind::timeline_polled, id(), value, 0, this);
    return value_ >= value;
  }

  /// The same for hardware, which learns nothing that others could learn from it.
  bool passed(std::uint64_t value) const {
    note(Access::query, value_ >= value, value_ >= value, value);
    return value_ >= value;
  }

  /// Polling whose answer saves a wait and changes nothing else: no explorer need try both.
  /// (Where one does the answer is always no, so that the wait is a step in every schedule.)
  bool reached(std::uint64_t value) const {
    if (value_ < value || simulation().untimed()) return false;
    simulation().emit(ProbeKind::timeline_polled, id(), value, 0, this);
    return true;
  }

  /// Raises the value to `value`; lower values change nothing (monotonic).
  void advance(std::uint64_t value);

  /// Awaitable: until value() >= value.
  SingleWait wait(std::uint64_t value, WaitReason reason = WaitReason::value) {
    return {*this, value, {.reason = reason}};
  }
  SingleWait wait(std::uint64_t value, const WaitOptions& options) {
    return {*this, value, options};
  }

  /// Rings `bell` once when the value reaches `value` (engines watch semaphores so). The bell
  /// outlives it.
  void watch(std::uint64_t value, Doorbell& bell) {
    note(Access::query, value_ >= value, value_ >= value, value);
    watchers_.emplace(value, &bell);
  }

  void add_producer(ValueProducer& producer) { producers_.push_back(&producer); }
  void remove_producer(ValueProducer& producer);

  bool satisfied(std::uint64_t value) const override { return value_ >= value; }
  bool hash_state(std::uint64_t& hash) const override {
    hash = mix_hash(value_, reached_.empty() ? 0 : simulation().hash_of(reached_.back().at));
    return watchers_.empty();
  }
  Time opened_at(std::uint64_t value) const override;
  std::optional<std::uint64_t> gate_passed(std::uint64_t value) const override {
    if (value <= initial_) return std::nullopt;
    return value;
  }
  void add_waiter(WaitLink& link) override;
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  /// The gate `value() >= value`, for jobs that wait on a value.
  GateIndex describe_release(WaitGraphBuilder& builder, std::uint64_t value) const;
  std::string describe() const override;
  OrderClassId order_class() const override { return order_class_; }

 private:
  std::string name_;
  std::uint64_t value_, initial_;
  OrderClassId order_class_;
  struct Reached {
    std::uint64_t value;
    Time at;
  };
  std::vector<Reached> reached_;  ///< untimed runs: when which value was
  std::vector<ValueProducer*> producers_;
  std::multimap<std::uint64_t, Doorbell*> watchers_;  ///< by value, equal ones in order of arrival
};

}  // namespace fencelab::core
