// Nondeterminism that is not time: which victim, whether an allocation must reclaim, whether a
// fault strikes. A timed run takes the default answer; an explorer takes every one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/ids.hpp"

namespace fencelab::core {

/// One question: `alternatives` > 1 numbered answers; `preferred` is what a timed run does.
struct ChoicePoint {
  std::string_view what;  ///< e.g. "eviction victim"; a literal
  ProcessId process{};
  std::uint32_t alternatives = 1;
  std::uint32_t preferred = 0;
  /// Words for answer number `answer`, the same in all runs; null: the answers have no names.
  std::string (*name)(const void* of, std::uint32_t answer) = nullptr;
  const void* of = nullptr;  ///< what `name` is about, as long as the question is asked
};

/// Names of a question whether a fault strikes; the timed run's answer is that it does.
inline std::string name_of_strike(const void*, std::uint32_t answer) {
  return answer == 0 ? "strikes" : "spares";
}

/// Names of a question whether something fails that need not.
inline std::string name_of_failure(const void*, std::uint32_t answer) {
  return answer == 0 ? "fails" : "succeeds";
}

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
