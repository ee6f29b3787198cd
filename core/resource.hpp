// Counted, reusable units (credits, slots, bytes) with FIFO admission: a request at the head of the
// queue that does not fit holds back those behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/waitable.hpp"

namespace fencelab::core {

class CountedResource final : public Waitable {
 public:
  /// How the holdings that belong to no process are described (jobs in flight, busy pages).
  using DescribeHoldings = std::function<void(WaitGraphBuilder&, WaitPool&)>;

  CountedResource(Simulation& simulation, std::string name, std::uint64_t units)
      : Waitable(simulation), name_(std::move(name)), capacity_(units), free_(units) {}

  /// Awaitable: until `units` (<= capacity) are the caller's.
  SingleWait acquire(std::uint64_t units, WaitReason reason) {
    return {*this, units, {.reason = reason}};
  }
  bool try_acquire(std::uint64_t units);
  void release(std::uint64_t units);

  std::uint64_t capacity() const { return capacity_; }
  std::uint64_t free() const {
    note(Access::query, true, free_);
    return free_;
  }
  /// Who will give units back, for the snapshot. Without it the units come back by themselves.
  void describe_holdings_by(DescribeHoldings describe) { describe_holdings_ = std::move(describe); }

  bool satisfied(std::uint64_t units) const override {
    return const_cast<CountedResource*>(this)->request(units);
  }
  Access wait_access(std::uint64_t) const override { return Access::allocate; }
  bool hash_state(std::uint64_t& hash) const override;
  void remove_waiter(WaitLink& link) override;
  GateIndex describe_release(WaitGraphBuilder& builder, const WaitLink& link) const override;
  std::string describe() const override { return name_; }

 private:
  bool request(std::uint64_t units);
  bool grab(std::uint64_t units);
  void grant();
  std::string name_;
  std::uint64_t capacity_, free_;
  DescribeHoldings describe_holdings_;
};

}  // namespace fencelab::core
