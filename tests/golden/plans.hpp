// Scenarios of the library with all their stacks decided, run as campaigns are.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/run_record.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::tests {

/// A scenario with all its stacks decided.
struct Plan {
  scenarios::Scenario scenario;
  std::vector<scenarios::ResolvedStack> stacks;
};

/// Files of the library, in order.
std::vector<std::string> library_files();
/// What a file, or a text, says; fails the test if it does not load.
Plan plan_of_file(const std::string& file);
Plan plan_of_text(std::string_view text, const std::string& file);
std::vector<Plan> load_library();

/// Runs each stack with each seed, each in a process of its own, `jobs` at a time; in that order.
std::vector<campaign::RunRecord> run(const Plan& plan, unsigned jobs);

}  // namespace fencelab::tests
