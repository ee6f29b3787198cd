// Records, scenarios and judgements that the tests of checks start from.
#pragma once

#include <string>

#include "campaign/check_record.hpp"
#include "campaign/judgement.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::tests {

inline campaign::CheckFinding finding_of(const std::string& kind, const std::string& rule) {
  campaign::CheckFinding finding;
  finding.kind = kind;
  finding.rule = rule;
  finding.signature = kind + ": lock mutex a <- lock mutex b";
  finding.text = kind + " at 1 ms\n core\n";
  finding.place = {"dir/s.json", 7, 3, "/processes/0"};
  finding.members = {"p", "q"};
  return finding;
}

/// A check of scenario "s" under "stack" that observed `verdict`, with no findings.
inline campaign::CheckRecord record_of(const std::string& verdict) {
  campaign::CheckRecord record;
  record.scenario = "s";
  record.stack = "stack";
  record.file = "dir/s.json";
  record.seeds = {1};
  record.verdict = verdict;
  record.work.executions = 1;
  record.assumptions = {"one interleaving"};
  return record;
}

inline campaign::CheckRecord deadlocked() {
  campaign::CheckRecord record = record_of("deadlock");
  record.findings = {finding_of("deadlock", "deadlock")};
  return record;
}

/// The scenario "s" with an expectation for "stack" in line 9, if there are verdicts.
inline scenarios::Scenario scenario_expecting(const std::vector<std::string>& verdicts) {
  scenarios::Scenario scenario;
  scenario.name = "s";
  scenario.file = "dir/s.json";
  if (verdicts.empty()) return scenario;
  scenario.expect["stack"].verdicts = verdicts;
  scenario.expect["stack"].place = {9, 5, "/expect/stack"};
  return scenario;
}

}  // namespace fencelab::tests
