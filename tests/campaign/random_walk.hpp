// Random programs in random schedules, looked at after every step.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "analysis/explore/execution.hpp"
#include "scenarios/runtime/world.hpp"
#include "tests/campaign/with_subject.hpp"

namespace fencelab::tests {

inline std::string pick(std::mt19937_64& random, const std::vector<std::string>& words) {
  return words[random() % words.size()];
}

/// At most so many steps of the scenario `text`, drawn by `random`: `look(world)` is called after
/// each. Calls `at_end(world)` and returns true if nothing was left to do by then, nobody being
/// stuck.
template <class Look, class End>
bool walk_randomly(const std::string& text, std::uint64_t seed, std::mt19937_64& random,
                   int steps_max, Look look, End at_end) {
  bool ended = false;
  with_subject(text, [&](campaign::ScenarioSubject& subject) {
    analysis::Execution execution(subject, {.seed = seed});
    auto& world =
        const_cast<scenarios::World&>(campaign::ScenarioSubject::world_of(execution.run()));
    for (int i = 0; i < steps_max && !execution.steps().empty(); ++i) {
      const auto& steps = execution.steps();
      execution.take_randomly(steps[random() % steps.size()], random);
      look(world);
    }
    ended = execution.simulation().unfinished() == 0 && execution.steps().empty();
    if (ended) at_end(world);
  });
  return ended;
}

}  // namespace fencelab::tests
