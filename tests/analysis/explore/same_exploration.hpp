// Two explorations that must be the same: every count, every dead state, and the way there.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "analysis/explore/exploration.hpp"

namespace fencelab::testing {

inline std::string words_of(const analysis::Schedule& schedule) {
  std::string words;
  for (const analysis::ScheduledStep& step : schedule) {
    words += std::to_string(step.actor);
    for (const analysis::ChoiceTaken& choice : step.choices)
      words += "=" + std::string(choice.what) + std::to_string(choice.taken) + "/" +
               std::to_string(choice.alternatives);
    words += " ";
  }
  return words;
}

inline void check_same(const analysis::Exploration& one, const analysis::Exploration& other) {
  CHECK(one.exhausted == other.exhausted);
  CHECK(one.executions == other.executions);
  CHECK(one.blocked == other.blocked);
  CHECK(one.dead_executions == other.dead_executions);
  CHECK(one.steps == other.steps);
  CHECK(one.replayed == other.replayed);
  CHECK(one.depth == other.depth);
  CHECK(one.bound_hits == other.bound_hits);
  CHECK(one.inconclusive == other.inconclusive);
  CHECK(one.out_of_time == other.out_of_time);
  CHECK(one.out_of_steps == other.out_of_steps);
  REQUIRE(one.dead.size() == other.dead.size());
  for (auto a = one.dead.begin(), b = other.dead.begin(); a != one.dead.end(); ++a, ++b) {
    CHECK(a->first == b->first);
    CHECK(words_of(a->second.schedule) == words_of(b->second.schedule));
    CHECK(a->second.findings().size() == b->second.findings().size());
  }
}

}  // namespace fencelab::testing
