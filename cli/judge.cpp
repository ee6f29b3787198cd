#include "cli/judge.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "campaign/tables.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"

namespace fencelab::cli {

std::string words_of(const std::string& scenario, const std::string& point) {
  return point.empty() ? scenario : fmt::format("{} [{}]", scenario, point);
}

void Judge::tell(const scenarios::Scenario& scenario, const campaign::RunRecord& record,
                 const std::vector<campaign::Failure>& failures) {
  // A yardstick is not what the scenario is about.
  if (campaign::is_oracle_variant(record.stack) && record.status == "ok") return;
  tell_rules(scenario, record);
  for (const campaign::Failure& failure : failures) {
    complain("{}\n", failure.message);
    for (const auto& incident : record.incidents)
      if (failure.deadlock) complain("{}\n", incident.text);
    worsen(failure.deadlock ? kExitDeadlock : kExitExpectation);
  }
  if (record.status == "crashed" || record.status == "overdue") worsen(kExitCrash);
}

void Judge::tell(const std::vector<campaign::Failure>& failures) {
  for (const campaign::Failure& failure : failures) {
    complain("{}\n", failure.message);
    worsen(kExitExpectation);
  }
}

void Judge::worsen(int code) { code_ = std::max(code_, code); }

/// What a context forbids and was done all the same, although nothing got stuck; each rule once
/// for a stack. A rule that the scenario says it breaks is no news.
void Judge::tell_rules(const scenarios::Scenario& scenario, const campaign::RunRecord& record) {
  const auto expect = scenario.expect.find(record.stack);
  for (const auto& [rule, text] : record.broken_rules) {
    const bool stated = expect != scenario.expect.end() &&
                        std::find(expect->second.rules.begin(), expect->second.rules.end(), rule) !=
                            expect->second.rules.end();
    if (stated || !told_.insert(record.file + record.stack + rule).second) continue;
    complain("{} under {} (seed {}): breaks {}\n{}\n", words_of(record.scenario, record.point),
             record.stack, record.seed, rule, text);
  }
}

}  // namespace fencelab::cli
