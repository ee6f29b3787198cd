#include "analysis/explore/search_parts.hpp"

#include <algorithm>

#include "analysis/explore/dependency.hpp"

namespace fencelab::analysis {

bool ends(std::span<const core::Touch> touches, std::uint32_t actor) {
  return std::any_of(touches.begin(), touches.end(), [actor](const core::Touch& touch) {
    return touch.access == core::Access::cancel && touch.result == actor;
  });
}

bool sleeps_on(const Sleeper& sleeper, std::uint32_t actor, std::span<const core::Touch> touches) {
  return sleeper.actor != actor && !ends(touches, sleeper.actor) && !ends(sleeper.touches, actor) &&
         !is_dependent(sleeper.touches, touches, Sequence::alternative);
}

bool is_service(Execution& execution, const core::Step& step) {
  return step.kind != core::Step::Kind::fire &&
         execution.simulation().process_at(step.slot).spec.daemon;
}

bool SearchClock::look(Exploration& result) {
  const std::uint64_t steps = before_ + result.steps + result.replayed;
  if (result.found_deadlock() && !first_dead_) first_dead_ = steps;
  if (steps >= limits_.steps || (first_dead_ && steps - *first_dead_ >= limits_.steps_after_dead))
    result.out_of_steps = result.out_of_time = true;
  if (!result.out_of_steps && steps - steps_ >= kStepsPerLook) {
    steps_ = steps;
    result.out_of_time = Clock::now() - begun_ > limits_.time;
  }
  return result.out_of_time;
}

void SearchClock::begin_again(const Exploration& result) {
  before_ += result.steps + result.replayed;
  first_dead_.reset();
}

}  // namespace fencelab::analysis
