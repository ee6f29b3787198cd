// What `fencelab run` and `check` are asked to do: scenarios with their stacks and seeds decided.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/run_all.hpp"
#include "policies/registry.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::cli {

/// Which scenarios, stacks and seeds.
struct PlanOptions {
  std::vector<std::string> paths, stacks, sets;
  std::string rounds;  ///< "1/N": the part of its rounds that each loop makes; empty: all
  std::string seeds;
  bool has_seeds = false;
};

struct RunOptions : PlanOptions {
  std::string out;
  unsigned jobs = 1;
  bool quiet = false, repeat = false;
  bool oracle = false;  ///< each stack also with sync `oracle`, as a yardstick
};

/// A loaded scenario with its stacks decided.
struct Plan {
  scenarios::Scenario scenario;
  std::vector<scenarios::ResolvedStack> stacks;
  std::vector<std::uint64_t> seeds;
};

/// All scenarios of the command line, or nothing after every mistake has been printed.
std::optional<std::vector<Plan>> load_plans(const PlanOptions& options,
                                            const policies::Registry& registry);

/// Adds `--rounds` to a command that loads plans.
void add_rounds_option(CLI::App& command, PlanOptions& options);

/// What the scenario of `whole` expects of fewer rounds (`small`) under stacks of the plan: a plan
/// for each part of the rounds, named "scenario@1/N", whose expectations are those. Nothing after
/// every mistake has been printed. A plan of `--rounds` has none.
std::optional<std::vector<Plan>> smaller_plans(const Plan& whole,
                                               const policies::Registry& registry);

/// Adds to each plan its stacks once more with sync `oracle`, named as campaign::oracle_variant()
/// says. Left out: those that wait for true hazards only already, and those of user queues whose
/// eviction waits for fences, which the oracle does not publish.
void add_oracles(std::vector<Plan>& plans, const policies::Registry& registry);

/// One item per scenario, stack and seed. They refer to `plans`, which must outlive them.
std::vector<campaign::WorkItem> work_of(const std::vector<Plan>& plans);

}  // namespace fencelab::cli
