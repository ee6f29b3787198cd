#include "campaign/check_one.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "campaign/check_explored.hpp"
#include "campaign/check_rules.hpp"
#include "campaign/hazard_rules.hpp"
#include "campaign/run_one.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::campaign {

namespace {

CheckFinding finding_of(const IncidentRecord& incident) {
  CheckFinding finding;
  static_cast<IncidentRecord&>(finding) = incident;
  if (incident.kind.starts_with("masked")) finding.kind = "masked";
  finding.rule = rule_of_kind(finding.kind);
  return finding;
}

CheckFinding finding_of(const HazardRecord& hazard) {
  CheckFinding finding;
  static_cast<IncidentRecord&>(finding) = hazard;
  finding.text = hazard_words(hazard) + "\n";
  finding.rule = hazard.kind;
  finding.count = hazard.count;
  return finding;
}

/// What a timed run with this seed shows.
CheckRecord observe(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                    std::uint64_t seed, PredictedRun* predicted) {
  constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};  // the budget is what ends it
  const RunRecord run = run_one(scenario, stack, seed, predicted, {}, kUnlimited);
  CheckRecord record;
  record.scenario = run.scenario;
  record.stack = run.stack;
  record.file = run.file;
  record.seeds = {seed};
  record.status = run.status;
  record.message = run.message;
  if (run.status == "ok") record.verdict = run.verdict;
  record.strength = Strength::observed;
  record.work.executions = 1;
  record.assumptions = {
      "one interleaving per seed: that of the simulated clock",
      "recovery timers fire when the clock says so",
      fmt::format("nothing after the horizon of {}", scenarios::format_duration(scenario.horizon))};
  for (const IncidentRecord& incident : run.incidents)
    record.findings.push_back(finding_of(incident));
  for (const HazardRecord& hazard : run.hazards) record.findings.push_back(finding_of(hazard));
  for (const HazardRule& rule : hazard_rules())
    for (const std::string_view column : rule.columns) {
      const auto counted = run.values.find(std::string(column));
      if (counted != run.values.end())
        record.hazards[counted->first] = std::strtoull(counted->second.c_str(), nullptr, 10);
    }
  record.run = run.figures();
  const auto fingerprint = run.values.find("fingerprint");
  if (fingerprint != run.values.end()) record.fingerprint = fingerprint->second;
  return record;
}

}  // namespace

std::string_view to_string(TimerPolicy timers) {
  constexpr std::array<std::string_view, 3> kNames = {"never", "quiescent", "any"};
  return kNames[static_cast<std::size_t>(timers)];
}

core::TimerMode mode_of(TimerPolicy timers) {
  switch (timers) {
    case TimerPolicy::never: return core::TimerMode::never;
    case TimerPolicy::quiescent: return core::TimerMode::quiescent;
    case TimerPolicy::any: break;
  }
  return core::TimerMode::any;
}

const std::vector<Strength>& strengths_built_in() {
  static const std::vector<Strength> kBuiltIn = {Strength::observed, Strength::predicted,
                                                 Strength::explored, Strength::proved};
  return kBuiltIn;
}

CheckRecord check_one(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                      std::uint64_t seed, const CheckOptions& options) {
  PredictedRun predicted{.fences = options.fences};
  const bool predicts = options.strength >= Strength::predicted;
  CheckRecord record = observe(scenario, stack, seed, predicts ? &predicted : nullptr);
  if (record.status != "ok") return record;
  if (predicts) predict_into(record, predicted);
  if (options.strength >= Strength::explored) explore_into(record, scenario, stack, seed, options);
  if (options.paranoid) doubt(record, scenario, stack, seed, options);
  return record;
}

}  // namespace fencelab::campaign
