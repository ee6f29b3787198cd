// Tries small changes against findings: each changed scenario is checked again, in the same way and
// at the same strength, and what came out is all that is said about it.
#pragma once

#include <vector>

#include "campaign/check_all.hpp"
#include "campaign/scenario_variant.hpp"

namespace fencelab::campaign {

/// A finding, with the check that found it.
struct ExplainedFinding {
  const CheckItem* item = nullptr;
  const CheckRecord* record = nullptr;  ///< `finding` is one of its findings
  CheckFinding* finding = nullptr;
};

struct FixOptions {
  std::size_t fixes_max = 4;          ///< kept per finding, the best
  std::size_t trials_max = 32;        ///< per finding
  std::uint64_t steps_max = 200'000;  ///< of exploration, per trial: equal on every machine
  /// Against a livelock: the graph of all states is larger, and gets a quarter of it.
  std::uint64_t livelock_steps_max = 2'000'000;
};

/// Fills in `fixes` and `fixes_tried` of each.
void try_fixes(const std::vector<ExplainedFinding>& findings, const ScenarioReading& reading,
               const CheckAllOptions& pool, const FixOptions& options);

/// What a check of a changed scenario says about the finding that it was made for.
FixTrial judge_trial(const CheckRecord& before, const CheckFinding& finding,
                     const CheckRecord& after);

}  // namespace fencelab::campaign
