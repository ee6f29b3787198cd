// The key of a state: what all objects are in, and what each process has seen and done. Two states
// of equal key go on alike. Objects that can tell their state count by it; others by their history.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "analysis/explore/execution.hpp"

namespace fencelab::analysis {

class StateHash {
 public:
  void reset() {
    objects_.clear();
    actors_.clear();
    sum_ = 0;
    timeless_ = false;
  }
  /// Takes in the step that `actor` just took.
  void step(std::uint32_t actor, core::Time local_time, const core::Footprint& footprint,
            const std::vector<ChoiceTaken>& choices);
  std::uint64_t key() const { return core::mix_hash(sum_, 0x5EED); }

 private:
  struct Object {
    std::uint64_t state = 0;  ///< by its own account, or its history
    bool counted = false;
  };
  struct Actor {
    std::uint64_t history = 0;
    core::Time local_time{};
    bool timeless = false;  ///< it promised that time does not matter to it
    bool counted = false;
    std::uint64_t part = 0;
    std::vector<std::uint64_t>
        loops;  ///< what it knew when each of its loops began, outermost first
  };
  std::uint64_t remember(Actor& who, std::uint64_t history, const std::vector<ChoiceTaken>& choices,
                         const core::Footprint& footprint, std::uint64_t times);
  std::uint64_t learn(std::uint64_t history, const core::Touch& touch);
  void change(const core::Touch& touch, std::uint64_t history);
  void count(std::uint32_t number);
  void count(core::ObjectId id, Object& object, std::uint64_t state);

  std::unordered_map<std::uint64_t, Object> objects_;
  std::vector<Actor> actors_;
  bool timeless_ = false;  ///< somebody has: the others meet its clock
  std::uint64_t sum_ = 0;  ///< of all parts, so that order does not matter
};

}  // namespace fencelab::analysis
