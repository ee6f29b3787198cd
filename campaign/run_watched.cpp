#include "campaign/run_watched.hpp"

#include "analysis/lockdep/rules.hpp"
#include "campaign/run_one.hpp"

namespace fencelab::campaign {

RunRecord run_watched(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                      std::uint64_t seed, const RunTelling& telling, std::uint64_t events_max) {
  PredictedRun predicted;
  RunRecord record = run_one(scenario, stack, seed, &predicted, telling, events_max);
  for (std::size_t i = 0; i < predicted.report.reports.size(); ++i) {
    const std::string& rule = predicted.report.reports[i].rule;
    if (analysis::is_about_contexts(rule)) record.broken_rules.emplace(rule, predicted.texts[i]);
  }
  return record;
}

}  // namespace fencelab::campaign
