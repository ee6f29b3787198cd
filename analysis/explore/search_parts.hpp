// What the depth-first searches over schedules have in common.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analysis/explore/actor_set.hpp"
#include "analysis/explore/exploration.hpp"
#include "core/assert.hpp"
#include "core/footprint.hpp"

namespace fencelab::analysis {

/// A step that need not be tried, with what it would touch.
struct Sleeper {
  std::uint32_t actor = 0;
  std::span<const core::Touch> touches;
};

/// Sleepers in order. All their touches lie in one list: nodes are made and left at every step, and
/// use the memory of earlier ones.
class Sleepers {
 public:
  void clear() {
    entries_.clear();
    touches_.clear();
  }
  /// Leaves out gates that were passed: they conflict with nothing.
  void add(std::uint32_t actor, std::span<const core::Touch> touches) {
    for (const core::Touch& touch : touches)
      if (touch.access != core::Access::observe) touches_.push_back(touch);
    entries_.push_back({actor, static_cast<std::uint32_t>(touches_.size())});
  }
  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  Sleeper operator[](std::size_t i) const {
    const std::uint32_t begin = i == 0 ? 0 : entries_[i - 1].end;
    return {entries_[i].actor, std::span(touches_).subspan(begin, entries_[i].end - begin)};
  }

 private:
  struct Entry {
    std::uint32_t actor, end;
  };
  std::vector<Entry> entries_;
  std::vector<core::Touch> touches_;
};

/// Whether a step that touched `touches` ended `actor` from outside: it does not commute with
/// anything that `actor` does.
bool ends(std::span<const core::Touch> touches, std::uint32_t actor);

/// Whether `sleeper` sleeps on after a step of `actor` that touched `touches`: it was another's,
/// neither ends the other, and they commute.
bool sleeps_on(const Sleeper& sleeper, std::uint32_t actor, std::span<const core::Touch> touches);

/// Counts the answers to the choices of a step up, last choice fastest. False after the last.
inline bool next_answer(std::vector<ChoiceTaken>& choices) {
  for (; !choices.empty(); choices.pop_back()) {
    if (!choices.back().is_last()) {
      choices.back().taken = (choices.back().taken + 1) % choices.back().alternatives;
      return true;
    }
  }
  return false;
}

/// Whether somebody can act whom no set of actors can hold: the execution is cut there.
inline bool has_too_many_actors(const std::vector<core::Step>& steps) {
  return std::any_of(steps.begin(), steps.end(),
                     [](const core::Step& step) { return step.actor >= ActorSet::kCapacity; });
}

/// Who can act. Asserts that a set can hold them.
inline ActorSet enabled_actors(const std::vector<core::Step>& steps) {
  ActorSet enabled;
  for (const core::Step& step : steps) {
    FENCELAB_ASSERT(step.actor < ActorSet::kCapacity, "{} actors", step.actor);
    enabled.insert(step.actor);
  }
  return enabled;
}

/// Whether a step is one of a service, which may go round for ever.
bool is_service(Execution& execution, const core::Step& step);

/// Ends a search by time and by steps.
class SearchClock {
 public:
  explicit SearchClock(const ExploreLimits& limits) : limits_(limits) {}
  /// Asked after each execution: whether its time is over, or as many steps were taken as it may,
  /// in all or after the first dead state; says so in `result`. Looks at the clock now and then
  /// only.
  bool look(Exploration& result);
  /// What was done so far counts for the limits, but the search begins anew.
  void begin_again(const Exploration& result);

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::uint64_t kStepsPerLook = 10'000;
  const ExploreLimits& limits_;
  Clock::time_point begun_ = Clock::now();
  std::uint64_t before_ = 0;                 ///< steps before it began again
  std::optional<std::uint64_t> first_dead_;  ///< steps when it was found
  std::uint64_t steps_ = 0;                  ///< at the last look
};

/// The steps of a path of nodes, each with `actor` and `choices`.
template <class Node>
Schedule schedule_of(std::span<const Node> path) {
  Schedule schedule;
  for (const Node& node : path) schedule.push_back({node.actor, node.choices});
  return schedule;
}

}  // namespace fencelab::analysis
