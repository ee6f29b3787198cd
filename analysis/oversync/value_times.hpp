// ValueTimes: when timelines reached which value, for the newest advances of each.
#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>

#include "core/ids.hpp"
#include "core/time.hpp"

namespace fencelab::analysis {

class ValueTimes {
 public:
  void advanced(core::ObjectId timeline, std::uint64_t value, core::Time at) {
    auto& steps = steps_[core::raw(timeline)];
    steps.push_back({value, at});
    if (steps.size() > kSteps) steps.pop_front();
  }
  /// When it reached `value`; kNever if it did not. What was too long ago counts as reached at the
  /// oldest step that is known.
  core::Time reached(core::ObjectId timeline, std::uint64_t value) const {
    const auto found = steps_.find(core::raw(timeline));
    if (found == steps_.end()) return core::kNever;
    for (const Step& step : found->second)
      if (step.value >= value) return step.at;
    return core::kNever;
  }

  static constexpr std::size_t kSteps = 64;

 private:
  struct Step {
    std::uint64_t value;
    core::Time at;
  };
  std::unordered_map<std::uint64_t, std::deque<Step>> steps_;  ///< looked up, never iterated
};

}  // namespace fencelab::analysis
