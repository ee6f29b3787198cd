// Credits: how many jobs of kernel queues an engine takes at once. Waiters are served strictly by
// priority, then in order of arrival, as drm_sched's run queues are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/wait_graph_builder.hpp"
#include "core/waitable.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::models {

class Credits final : public core::Waitable {
 public:
  Credits(core::Simulation& simulation, std::string name, std::uint32_t credits)
      : Waitable(simulation), name_(std::move(name)), capacity_(credits), free_(credits) {}

  /// Awaitable: until one credit is the caller's. The queue itself is a server, so it counts as
  /// idle; the job that needs the credit describes the wait.
  core::SingleWait acquire(int priority) {
    return {*this, key(priority), {.reason = core::WaitReason::credit, .idle = true}};
  }
  void holds(Job& job) { holders_.push_back(&job); }
  void release(Job& job);
  std::uint32_t free() const { return free_; }
  const std::vector<Job*>& holders() const { return holders_; }

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
  static std::uint64_t key(int priority) {
    return static_cast<std::uint64_t>(1 << 20) - static_cast<std::uint64_t>(priority + (1 << 19));
  }
  /// Of those who wait: higher goes first.
  static std::uint64_t rank(std::uint64_t key) { return (1u << 20) - key; }
  bool claim(std::uint64_t key);
  std::string name_;
  std::uint32_t capacity_, free_;
  std::uint64_t granted_ = 0, given_back_ = 0;
  std::vector<core::Time> given_back_at_;  ///< untimed runs
  std::vector<Job*> holders_;
};

}  // namespace fencelab::models
