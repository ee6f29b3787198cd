// What each strength says about a scenario under a stack.
#pragma once

#include <string>

#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::mutation {

/// In executions and steps, so that every machine gets as far.
struct Budget {
  std::uint64_t walks = 100;         ///< explored: random schedules
  std::uint64_t executions = 3'000;  ///< proved: of prover A
  std::uint64_t steps = 100'000;     ///< proved: of prover B, if A did not finish
  bool explores = true;
};

/// One sentence fragment per strength, e.g. "deadlock"; empty: nothing found.
struct Answers {
  std::string observed, predicted, explored, proved;
  bool exhausted = false;  ///< a prover tried every schedule
  bool any() const {
    return !observed.empty() || !predicted.empty() || !explored.empty() || !proved.empty();
  }
};

/// In this process. Deterministic.
Answers judge(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
              const Budget& budget);

/// One line per member, for the way between processes.
std::string to_text(const Answers& answers);
Answers from_text(const std::string& text);

}  // namespace fencelab::mutation
