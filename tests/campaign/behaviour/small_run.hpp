// Small scenarios written in the test, run under a stack; what came of them as numbers.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "campaign/run_record.hpp"
#include "scenarios/runtime/stack_builder.hpp"

namespace fencelab::tests {

/// What a test gives: members of a scenario, as JSON texts.
struct SmallScenario {
  std::string
      gpu;  ///< members of the one GPU besides name and engines rcs0, ccs0, bcs0, worker kthread
  std::string resources;  ///< further top-level members, each ending in a comma
  std::string processes;  ///< elements of the list
  std::string stack;      ///< members of the stack besides name
  std::string links;      ///< elements of the list
  std::string cpus = {};  ///< members; none: CPU time is not shared
};

/// linux-implicit without the cost of ioctls, so that times can be added up by hand.
extern const std::string kFreeIoctls;
/// The same with another policy on one axis: `axis` is `"name": policy`.
std::string free_ioctls_with(const std::string& axis, const std::string& preset = "linux-implicit");

/// Runs it with seed 1 in a process of its own; fails the test if it does not load or does not run.
campaign::RunRecord run_small(const SmallScenario& scenario);

/// Runs what `text`, a whole scenario with one stack, says: `use` is called in a process of its
/// own. Fails the test if it does not load or does not run.
campaign::RunRecord run_text(
    const std::string& text,
    const std::function<campaign::RunRecord(const scenarios::Scenario&,
                                            const scenarios::ResolvedStack&)>& use);

/// A column of the run as a number.
std::int64_t number(const campaign::RunRecord& record, const std::string& column);

inline constexpr std::int64_t kUs = 1'000, kMs = 1'000'000;

/// A process with one thread and one context "c": name, members of the context, operations.
std::string process(const std::string& name, const std::string& context, const std::string& program,
                    const std::string& start = "0 s");

}  // namespace fencelab::tests
