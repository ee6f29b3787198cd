// Credits: how much work of kernel queues an engine takes at once, and the run queue of those who
// wait for that: who is next, the order of the run queue says. Where that one has not enough yet,
// nobody gets anything.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/wait_graph_builder.hpp"
#include "core/waitable.hpp"
#include "models/axes/gpu_policies.hpp"
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

class Credits final : public core::Waitable {
 public:
  /// No job takes more (it then runs alone), nor is there more to have.
  static constexpr std::uint32_t kMost = 255;
  Credits(core::Simulation& simulation, std::string name, std::uint32_t credits,
          RunQueueOrder order, bool changes_priorities)
      : Waitable(simulation),
        name_(std::move(name)),
        order_(order),
        all_cell_(simulation),
        in_bulk_(changes_priorities),
        capacity_(credits),
        free_(credits) {}

  /// Awaitable: until the credits are the caller's. The queue itself is a server, so it counts as
  /// idle; the job that needs them describes the wait.
  core::SingleWait acquire(const CreditRequest& request) {
    return {*this, key(request), {.reason = core::WaitReason::credit, .idle = true}};
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
  void rerank(const core::Process& waiter, const CreditRequest& request);
  void release(Job& job);
  std::uint32_t free() const { return free_; }

  bool satisfied(std::uint64_t key) const override {
    return const_cast<Credits*>(this)->claim(key);
  }
  core::Access wait_access(std::uint64_t) const override { return core::Access::claim; }
  std::optional<std::uint64_t> gate_passed(std::uint64_t key) const override;
  core::Time opened_at(std::uint64_t key) const override;
  bool hash_state(std::uint64_t& hash) const override;
  void add_waiter(core::WaitLink& link) override;
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::WaitLink&) const override {
    return describe_turn(builder);
  }
  /// The gate "a credit comes free".
  core::GateIndex describe_turn(core::WaitGraphBuilder& builder) const;
  std::string describe() const override { return "credits of " + name_; }

 private:
  struct Holder {
    Job* job;
    std::uint32_t credits;
    core::Time since;
    FairShare* share;
  };
  // A key is the place in the run queue, least first, and below that the credits asked for.
  static constexpr int kCreditBits = 8, kTimeBits = 45;
  std::uint64_t key(const CreditRequest& request) const;
  static std::uint64_t place(std::uint64_t key) { return key >> kCreditBits; }
  static std::uint32_t credits(std::uint64_t key) { return key & kMost; }
  /// Of those who wait: higher goes first.
  static std::uint64_t rank(std::uint64_t key) {
    return (1u << 12) - (key >> (kCreditBits + kTimeBits));
  }
  bool claim(std::uint64_t key);
  void grant(std::uint32_t credits);
  void serve();
  std::string name_;
  RunQueueOrder order_;
  FairOrder fair_;
  core::Cell all_cell_;  ///< footprint of all of it, once a job takes more than one
  bool in_bulk_;         ///< or overtakes others while it waits
  std::uint32_t capacity_, free_;
  std::uint64_t granted_ = 0, given_back_ = 0;
  core::Time last_finish_{};
  std::vector<core::Time> given_back_at_;  ///< untimed runs
  std::vector<Holder> holders_;
};

}  // namespace fencelab::models
