// What `fencelab run` and `check` are asked to do: scenarios with their stacks and seeds decided.
#pragma once

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

/// Adds to each plan its stacks once more with sync `oracle`, named as campaign::oracle_variant()
/// says. Left out: those that wait for true hazards only already, and those of user queues whose
/// eviction waits for fences, which the oracle does not publish.
void add_oracles(std::vector<Plan>& plans, const policies::Registry& registry);

/// One item per scenario, stack and seed. They refer to `plans`, which must outlive them.
std::vector<campaign::WorkItem> work_of(const std::vector<Plan>& plans);

}  // namespace fencelab::cli
