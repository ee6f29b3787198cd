// A number of credits and those who wait for some, each at its place in the queue: who is first
// gets as many as it asked for as soon as there are so many, and where there are not enough yet for
// that one nobody gets any. What credits are for, and who has them, Credits says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/shared.hpp"
#include "core/wait_graph_builder.hpp"
#include "core/waitable.hpp"

namespace fencelab::models {

class CreditQueue : public core::Waitable {
 public:
  /// Nobody asks for more, nor are there more to have.
  static constexpr std::uint32_t kMost = 255;

  std::uint32_t free() const { return free_; }

  bool satisfied(std::uint64_t key) const override {
    return const_cast<CreditQueue*>(this)->claim(key);
  }
  core::Access wait_access(std::uint64_t) const override { return core::Access::claim; }
  std::optional<std::uint64_t> gate_passed(std::uint64_t key) const override;
  core::Time opened_at(std::uint64_t key) const override;
  /// All but who has them.
  bool hash_state(std::uint64_t& hash) const override;
  void add_waiter(core::WaitLink& link) override;
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::WaitLink&) const override {
    return describe_turn(builder);
  }
  /// The gate "credits come free".
  virtual core::GateIndex describe_turn(core::WaitGraphBuilder& builder) const = 0;
  std::string describe() const override { return "credits of " + name_; }

 protected:
  /// `changes_places`: move_to() may be called.
  CreditQueue(core::Simulation& simulation, std::string name, std::uint32_t credits,
              bool changes_places)
      : Waitable(simulation),
        name_(std::move(name)),
        all_cell_(simulation),
        changes_places_(changes_places),
        capacity_(credits),
        free_(credits) {}
  ~CreditQueue() = default;

  // A key is the place in the queue, least first, and below that the credits asked for.
  static constexpr int kCreditBits = 8, kTimeBits = 45;
  static std::uint64_t key(std::uint64_t place, std::uint32_t credits) {
    return place << kCreditBits | credits;
  }
  /// In a queue by priority: -1023 to 1023, and `time` among equals.
  static std::uint64_t place_of(int priority, std::uint64_t time) {
    constexpr std::int64_t kZero = 1 << 10;
    return static_cast<std::uint64_t>(kZero - priority) << kTimeBits | time;
  }
  /// Awaitable: until the credits that `key` asks for are the caller's.
  core::SingleWait acquire(std::uint64_t key) {
    return {*this, key, {.reason = core::WaitReason::credit, .idle = true}};
  }
  void give_back(std::uint32_t credits);
  /// `waiter`, if it waits, asks with another key.
  void move_to(const core::Process& waiter, std::uint64_t key);

  std::uint32_t capacity() const { return capacity_; }
  /// What the first of those who wait asks for; 1 if nobody does.
  std::uint32_t wanted() const { return head_ ? credits(head_->value) : 1; }

 private:
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
  core::Cell all_cell_;  ///< footprint of all of it, where
  bool changes_places_;  ///< somebody may overtake others while he waits
  std::uint32_t capacity_, free_;
  std::uint64_t granted_ = 0, given_back_ = 0;
  /// The least rank of those who got, or wait for, a credit that was given back.
  std::uint64_t lowest_ = ~std::uint64_t{0};
  std::vector<core::Time> given_back_at_;  ///< untimed runs
};

}  // namespace fencelab::models
