#include "campaign/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "campaign/clients.hpp"
#include "campaign/expected_cycle.hpp"

namespace fencelab::campaign {

namespace {

bool is_deadlock(const std::string& verdict) {
  return verdict == "deadlock" || verdict == "orphan" || verdict == "masked" ||
         verdict == "livelock";
}

std::string where(const scenarios::Scenario& scenario, const scenarios::Place& place) {
  return fmt::format("{}:{}:{}", scenario.file, place.line, place.column);
}

void check_core(const scenarios::ExpectSpec& expect, const RunRecord& record, const std::string& at,
                std::vector<Failure>& failures) {
  if (expect.core.empty()) return;
  auto wanted = expect.core;
  std::sort(wanted.begin(), wanted.end());
  for (const IncidentRecord& incident : record.incidents) {
    auto members = incident.members;
    std::sort(members.begin(), members.end());
    if (members == wanted) return;
  }
  failures.push_back(
      {fmt::format("{}: no finding has just the core {}", at, fmt::join(expect.core, ", ")),
       false});
}

// What completes as expected has no cycle to show: then it is one that `check` must predict or
// find.
void check_cycle(const scenarios::ExpectSpec& expect, const RunRecord& record,
                 const std::string& at, std::vector<Failure>& failures) {
  if (expect.cycle.empty() || record.verdict == "complete") return;
  std::vector<std::vector<analysis::WaitEdge>> findings;
  for (const IncidentRecord& incident : record.incidents) findings.push_back(incident.edges);
  for (const std::string& difference : cycle_differences(expect.cycle, findings))
    failures.push_back({fmt::format("{}: cycle: {}", at, difference), false});
}

}  // namespace

std::vector<Failure> check(const scenarios::Scenario& scenario, const RunRecord& record) {
  std::vector<Failure> failures;
  const std::string run =
      fmt::format("{} under {} (seed {})", record.scenario, record.stack, record.seed);
  if (record.status != "ok")
    return {{fmt::format("{}: {}: {}", run, record.status, record.message), false}};
  const auto found = scenario.expect.find(record.stack);
  if (found == scenario.expect.end()) {
    if (is_deadlock(record.verdict))
      failures.push_back(
          {fmt::format("{}: verdict {}, and nothing says that it may", run, record.verdict), true});
    return failures;
  }
  const scenarios::ExpectSpec& expect = found->second;
  const std::string at = fmt::format("{}: {}", where(scenario, expect.place), run);
  if (!expect.verdicts.empty() && std::find(expect.verdicts.begin(), expect.verdicts.end(),
                                            record.verdict) == expect.verdicts.end())
    failures.push_back({fmt::format("{}: expected verdict {}, got {}", at,
                                    fmt::join(expect.verdicts, " or "), record.verdict),
                        is_deadlock(record.verdict)});
  for (const auto& [column, bound] : expect.metrics) {
    const std::string* const value = find_metric(record, column);
    if (!value) {
      failures.push_back({fmt::format("{}: no column {}", at, column), false});
      continue;
    }
    if (value->empty()) {
      failures.push_back({fmt::format("{}: {} has no value in this run", at, column), false});
      continue;
    }
    const double number = std::stod(*value);
    if (bound.min && number < *bound.min)
      failures.push_back(
          {fmt::format("{}: {} = {} is below {}", at, column, *value, *bound.min), false});
    if (bound.max && number > *bound.max)
      failures.push_back(
          {fmt::format("{}: {} = {} is above {}", at, column, *value, *bound.max), false});
  }
  check_core(expect, record, at, failures);
  check_cycle(expect, record, at, failures);
  return failures;
}

}  // namespace fencelab::campaign
