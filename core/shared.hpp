// Shared<T>: model state that several processes touch outside core's own primitives. Its accessors
// note a read or a write in the running transition's footprint, from which an explorer derives
// which transitions commute. When nobody explores the cost is one predictable branch.
#pragma once

#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/simulation.hpp"

namespace fencelab::core {

/// What one transition touched. Owned by whoever explores; see Simulation::record_footprints.
struct Footprint {
  struct Touch {
    ObjectId object;
    bool write;
  };
  std::vector<Touch> touches;
};

template <class T>
class Shared {
 public:
  explicit Shared(Simulation& simulation, T value = {})
      : simulation_(simulation), id_(simulation.new_object_id()), value_(std::move(value)) {}

  const T& read() const {
    note(false);
    return value_;
  }
  T& write() {
    note(true);
    return value_;
  }
  ObjectId id() const { return id_; }

 private:
  void note(bool write) const {
    if (Footprint* footprint = simulation_.footprint()) [[unlikely]]
      footprint->touches.push_back({id_, write});
  }
  Simulation& simulation_;
  ObjectId id_;
  T value_;
};

}  // namespace fencelab::core
