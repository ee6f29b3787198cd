// Credits: how much work of kernel queues an engine takes at once, and the run queue of those who
// wait for that: who is next, the order of the run queue says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/axes/gpu_policies.hpp"
#include "models/gpu/credit_queue.hpp"
#include "models/gpu/fair_order.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::models {

/// An entity that wants to have a job run.
struct CreditRequest {
  int priority = 0;
  std::uint32_t credits = 1;  ///< Credits::cost_of() its job
  core::Time submitted{};
  const FairShare* share = nullptr;  ///< with the fair order
};

class Credits final : public CreditQueue {
 public:
  Credits(core::Simulation& simulation, std::string name, std::uint32_t credits,
          RunQueueOrder order, bool changes_priorities)
      : CreditQueue(simulation, std::move(name), credits, changes_priorities), order_(order) {}

  /// Awaitable: until the credits are the caller's. The queue itself is a server, so it counts as
  /// idle; the job that needs them describes the wait.
  core::SingleWait acquire(const CreditRequest& request) {
    return CreditQueue::acquire(key(request));
  }
  /// What it costs to run `job`.
  std::uint32_t cost_of(const Job& job) const;
  /// From here on `job` has them. Its share is told how long it was on the GPU.
  void holds(Job& job, FairShare* share = nullptr);
  /// The order of its entities, if that is fair and time counts; else nullptr.
  FairOrder* fair() {
    return order_ == RunQueueOrder::fair && !simulation().untimed() ? &fair_ : nullptr;
  }
  /// `waiter`, which waits for its credits, asks with another priority.
  void rerank(const core::Process& waiter, const CreditRequest& request) {
    move_to(waiter, key(request));
  }
  void release(Job& job);

  bool hash_state(std::uint64_t& hash) const override;
  core::GateIndex describe_turn(core::WaitGraphBuilder& builder) const override;

 private:
  struct Holder {
    Job* job;
    std::uint32_t credits;
    core::Time since;
    FairShare* share;
  };
  std::uint64_t key(const CreditRequest& request) const;
  RunQueueOrder order_;
  FairOrder fair_;
  core::Time last_finish_{};
  std::vector<Holder> holders_;
};

}  // namespace fencelab::models
