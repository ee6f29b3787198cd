// What `fencelab run` and `check` are asked to do: scenarios with their stacks and seeds decided.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/trace/trace_options.hpp"
#include "campaign/narrow.hpp"
#include "cli/limits.hpp"
#include "cli/regression.hpp"
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
  std::string point;                   ///< the only point of sweeps; empty: all
  scenarios::DocumentLimits document;  ///< of each file
};

/// Which stored runs are made anew.
enum class Rerun : std::uint8_t { none, failed, all };

struct RunOptions : PlanOptions {
  std::string out;
  unsigned jobs = 1;
  bool quiet = false, repeat = false;
  bool oracle = false;               ///< each stack also with sync `oracle`, as a yardstick
  bool report = true;                ///< write report.html
  bool list = false, count = false;  ///< only say which runs there would be
  std::uint64_t max_runs = 100'000;
  Rerun rerun = Rerun::none;
  RunLimits limits;
  std::uint64_t shard = 1, shards = 1;      ///< this part of the runs, from 1
  std::vector<campaign::Narrowness> until;  ///< seeds are added until all of them are met
  std::uint64_t max_seeds = 1000;           ///< of a point, when seeds are added
  analysis::TraceOptions trace;             ///< of the only run
  RegressionOptions regression;
};

/// A loaded scenario, or one point of its sweep, with its stacks decided.
struct Plan {
  scenarios::Scenario scenario;
  std::vector<scenarios::ResolvedStack> stacks;
  std::vector<std::uint64_t> seeds;
  std::string point;  ///< SweepPoint::name(); empty where nothing is swept, or not yet
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
                                               const scenarios::DocumentLimits& limits,
                                               const policies::Registry& registry);

/// Adds to the plan its stacks once more with sync `oracle`, named as campaign::oracle_variant()
/// says. Left out: those that wait for true hazards only already, and those of user queues whose
/// eviction waits for fences, which the oracle does not publish.
void add_oracles(Plan& plan, const policies::Registry& registry);

/// Stacks with their oracle variants, if `options` ask for them. For one point of a sweep: `base`
/// is the plan of its scenario. Nothing after every mistake has been printed.
std::optional<Plan> plan_of_point(const Plan& base, const scenarios::SweepPoint& point,
                                  const PlanOptions& options, bool oracle,
                                  const policies::Registry& registry);

/// Puts the point that `options` name in the place of each sweep. False, after a complaint, where
/// they name none: for commands that look at one machine at a time.
bool choose_points(std::vector<Plan>& plans, const PlanOptions& options,
                   const policies::Registry& registry);
/// The `--point` option of such commands.
void add_point_option(CLI::App& command, PlanOptions& options);

}  // namespace fencelab::cli
