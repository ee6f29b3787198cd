// Nondeterminism that is not time: which victim, whether an allocation must reclaim, whether a
// fault strikes. A timed run takes the default answer; an explorer takes every one.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/ids.hpp"

namespace fencelab::core {

/// One question: `alternatives` > 1 numbered answers; `preferred` is what a timed run does.
struct ChoicePoint {
  std::string_view what;  ///< e.g. "eviction victim"; a literal
  ProcessId process{};
  std::uint32_t alternatives = 1;
  std::uint32_t preferred = 0;
};

class Choice {
 public:
  virtual ~Choice() = default;
  /// Returns a number below point.alternatives.
  virtual std::uint32_t choose(const ChoicePoint& point) = 0;
};

/// The timed run's chooser: always the model's preference (e.g. the LRU victim).
class PreferredChoice final : public Choice {
 public:
  std::uint32_t choose(const ChoicePoint& point) override { return point.preferred; }
};

}  // namespace fencelab::core
