// Counted, reusable units (credits, slots, bytes) with FIFO admission: a request at the head of the
// queue that does not fit holds back those behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/waitable.hpp"

namespace fencelab::core {

/// Explorers only: whether units of one store could run out in any order of steps. While the most
/// that each process ever had comes to no more than there is, none could: then taking commutes with
/// everything. Only what each process does by itself counts, so equivalent executions agree on it.
///
/// A step that is not sure of its answer commutes with no other that takes or gives back, before it
/// or after it. So no order reaches across it, and where nobody queues the count begins anew behind
/// it, with what is there then (renew()): equivalent executions agree on that, too.
class Bookings {
 public:
  explicit Bookings(std::uint64_t units) : spare_(static_cast<std::int64_t>(units)) {}
  /// Before the first step: what is there to begin with.
  void begin_with(std::uint64_t units) { spare_ = static_cast<std::int64_t>(units); }
  /// The running process takes `units`. Touch::before of that: 0 or 1 + the units to spare.
  std::uint64_t take(const Simulation& simulation, std::uint64_t units);
  void give_back(const Simulation& simulation, std::uint64_t units);
  /// The running step found too little.
  void fail(const Simulation& simulation) { unsure_at_ = simulation.events(); }
  /// At the beginning of each of these, for stores without a queue: whether a step before this one
  /// was not sure, and the count begins anew with `units`, which are free.
  bool renew(const Simulation& simulation, std::uint64_t units);

 private:
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  /// What one process has taken less what it gave back, now and at most.
  struct Account {
    std::uint32_t actor;
    std::int64_t now = 0, most = 0;
  };
  Account& account_of_current(const Simulation& simulation);
  std::vector<Account> accounts_;
  std::int64_t spare_;               ///< units if everybody had at once the most they ever had
  std::uint64_t unsure_at_ = kNone;  ///< the step that was last not sure, since the count began
};

class CountedResource final : public Waitable {
 public:
  /// How the holdings that belong to no process are described (jobs in flight, busy pages).
  using DescribeHoldings = std::function<void(WaitGraphBuilder&, WaitPool&)>;

  CountedResource(Simulation& simulation, std::string name, std::uint64_t units)
      : Waitable(simulation),
        name_(std::move(name)),
        capacity_(units),
        free_(units),
        bookings_(units) {}

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
  Access wait_access(std::uint64_t) const override { return Access::acquire; }
  /// What was there at once need not have been given back by anybody; where it must, Touch::before
  /// says so.
  std::optional<std::uint64_t> gate_passed(std::uint64_t) const override { return std::nullopt; }
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
  Bookings bookings_;
};

}  // namespace fencelab::core
