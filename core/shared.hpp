// Shared<T> and Cell: model state that several processes touch outside core's own primitives. Their
// accessors note a read or a write in the running transition's footprint, from which an explorer
// derives which transitions commute. When nobody explores the cost is one predictable branch.
#pragma once

#include <concepts>
#include <functional>
#include <utility>

#include "core/footprint.hpp"
#include "core/simulation.hpp"

namespace fencelab::core {

/// The footprint of a piece of state that its owner keeps itself: call read() before looking at it
/// and write() before changing it. One Cell may stand for a whole object.
class Cell {
 public:
  /// `owner`: can tell the state that the cell stands for, all of it; lives as long as the run.
  explicit Cell(Simulation& simulation, const StateSource* owner = nullptr)
      : simulation_(simulation), owner_(owner), id_(simulation.new_cell_id()) {}
  void read() const {
    if (simulation_.footprint()) [[unlikely]]
      note(Access::read);
  }
  void write() const {
    if (simulation_.footprint()) [[unlikely]]
      note(Access::write);
  }
  /// Before an update that commutes with others of its kind.
  void add() const {
    if (simulation_.footprint()) [[unlikely]]
      note(Access::add);
  }
  ObjectId id() const { return id_; }

 private:
  // Who touches it goes on no earlier than whoever changed it last; who adds to it need not wait
  // for others who do.
  void note(Access access) const {
    simulation_.not_before(written_at_);
    Time& changed_at = access == Access::add ? added_at_ : written_at_;
    if (access != Access::add) simulation_.not_before(added_at_);
    if (access != Access::read && changed_at < simulation_.now()) changed_at = simulation_.now();
    Touch touch{.object = id_, .access = access, .source = owner_};
    // What whoever looks may learn; who only adds does not look.
    if (owner_ && access != Access::add) owner_->hash_state(touch.result);
    simulation_.note(touch);
  }
  Simulation& simulation_;
  const StateSource* owner_;
  ObjectId id_;
  mutable Time written_at_{}, added_at_{};
};

/// The footprint of an object that has accesses of its own (core/footprint.hpp) and can tell its
/// state. Part of that object, which notes every one of them.
class TouchPoint {
 public:
  TouchPoint(Simulation& simulation, const StateSource& owner)
      : simulation_(simulation), owner_(owner), id_(simulation.new_cell_id()) {}
  ~TouchPoint() {
    if (Footprint* footprint = simulation_.footprint()) [[unlikely]]
      footprint->drop(owner_, id_);
  }
  TouchPoint(const TouchPoint&) = delete;
  TouchPoint& operator=(const TouchPoint&) = delete;
  void note(Access access, std::uint64_t result = 0, bool ok = false,
            std::uint64_t before = 0) const {
    if (simulation_.footprint()) [[unlikely]]
      simulation_.note({id_, access, ok, result, before, &owner_});
  }

 private:
  Simulation& simulation_;
  const StateSource& owner_;
  ObjectId id_;
};

/// A value with such a footprint. What a reader learns (the value's hash, if it has one) enters its
/// process's history.
template <class T>
class Shared final : public StateSource {
 public:
  ~Shared() override {
    if (Footprint* footprint = simulation_.footprint()) [[unlikely]]
      footprint->drop(*this, id_);
  }
  explicit Shared(Simulation& simulation, T value = {})
      : simulation_(simulation), id_(simulation.new_object_id()), value_(std::move(value)) {}

  const T& read() const {
    note(Access::read);
    return value_;
  }
  T& write() {
    note(Access::write);
    return value_;
  }
  /// For updates whose order nobody can tell apart, e.g. adding to a counter.
  T& add() {
    note(Access::add);
    return value_;
  }
  ObjectId id() const { return id_; }

  bool hash_state(std::uint64_t& hash) const override {
    if constexpr (requires {
                    { std::hash<T>{}(value_) } -> std::convertible_to<std::size_t>;
                  }) {
      hash = std::hash<T>{}(value_);
      return true;
    }
    return false;
  }

 private:
  void note(Access access) const {
    if (!simulation_.footprint()) [[likely]]
      return;
    Touch touch{.object = id_, .access = access, .source = this};
    if (access == Access::read) hash_state(touch.result);
    simulation_.note(touch);
  }
  Simulation& simulation_;
  ObjectId id_;
  T value_;
};

}  // namespace fencelab::core
