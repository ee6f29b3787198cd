// Trial: mutants and the right policies they stand in for, all judged, in processes of their own.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "tests/mutation/judge.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

/// Scenarios of tests/mutation/scenarios by file name without ending.
using Scenarios = std::map<std::string, scenarios::Scenario>;
Scenarios load_scenarios();

/// What came of one scenario under one stack. `failure`: it crashed or ran out of time, in words.
struct Result {
  std::string scenario, stack;
  Answers answers;
  std::string failure;
};

/// Policies live here; stacks point to them.
class Trial {
 public:
  Trial(const Scenarios& scenarios, const Budget& budget);
  /// Adds what the scenario does with the right policies. Once for each scenario and stack.
  void add_right(const std::string& scenario, const std::string& stack);
  void add(const Mutant& mutant);
  /// All that was added, in that order.
  std::vector<Result> run() const;
  const scenarios::ResolvedStack& stack(std::size_t item) const { return items_[item].stack; }

 private:
  scenarios::ResolvedStack resolve(const std::string& scenario, const std::string& stack) const;
  struct Item {
    const scenarios::Scenario* scenario;
    scenarios::ResolvedStack stack;
  };
  const Scenarios& scenarios_;
  Budget budget_;
  policies::Registry registry_ = policies::Registry::built_in();
  std::deque<policies::PolicyInfo> broken_;
  std::vector<Item> items_;
};

}  // namespace fencelab::mutation
