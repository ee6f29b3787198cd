// Vetting a policy: the library of scenarios under it, and under what it takes the place of.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "campaign/stop_signals.hpp"
#include "campaign/vet/vet_findings.hpp"

namespace fencelab::campaign {

struct VetOptions {
  unsigned jobs = 1;
  StopSignals* stop = nullptr;
  std::chrono::milliseconds run_time{std::chrono::seconds(60)};  ///< the most that a run may take
  /// Schedules are explored of scenarios whose run has so many events of the simulator at most.
  std::uint64_t explored_events_max = 1'000;
  std::uint64_t explored_steps_max = 20'000;
};

struct VetResult {
  std::uint64_t scenarios = 0, runs = 0, explored = 0;
  std::uint64_t schedules = 0;       ///< of the policy
  std::vector<VetFinding> findings;  ///< in the order of the cases
};

/// Steps that vet() takes for so many cases, at most.
std::uint64_t vet_steps(std::size_t cases);

/// `step` is called after each run and each exploration, with what it was of. When a signal arrives
/// at `stop` the result means nothing.
VetResult vet(const std::vector<std::unique_ptr<VetCase>>& cases, const VetOptions& options,
              const std::function<void(const std::string& label)>& step);

/// One page of Markdown. `passed_over`: scenarios in which the policy cannot take part.
std::string vet_report(const policies::PolicyInfo& policy, const VetResult& result,
                       std::size_t passed_over, const std::string& build);

}  // namespace fencelab::campaign
