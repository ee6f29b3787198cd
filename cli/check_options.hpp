// What `fencelab check` is asked to do, and where its results go.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "campaign/check_all.hpp"
#include "cli/plan.hpp"

namespace fencelab::cli {

struct CheckCommand : PlanOptions {
  std::string strength, budget = "60 s", timers = "never", explain = "failures";
  std::optional<std::uint64_t> steps_max;
  std::size_t fixes = 4;
  bool paranoid = false, one_fence_class = false;
  std::optional<std::uint32_t> preemptions;
  std::string out, junit, sarif, baseline, write_baseline;  ///< empty: not asked for
  bool has_out = false, has_timers = false;
  unsigned jobs = 1;
  RunLimits limits;  ///< memory only: time is the budget
  bool quiet = false, repeat = false;
};

/// Adds `check` and its options to the program; the words are checked when they are parsed.
CLI::App* add_check_options(CLI::App& app, CheckCommand& command);

/// The limits of each check; strength is decided per stack. Nothing, after a complaint, when the
/// budget is no length of time.
std::optional<campaign::CheckOptions> limits_of(const CheckCommand& command);

/// Makes the folders that results go to. False, after a complaint, when one cannot be written or
/// two results have one name.
bool prepare_outputs(const CheckCommand& command);

}  // namespace fencelab::cli
