#include "tests/mutation/judge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <sstream>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/random_walk.hpp"
#include "analysis/explore/state_search.hpp"
#include "campaign/predict_run.hpp"
#include "campaign/run_one.hpp"
#include "campaign/scenario_subject.hpp"

namespace fencelab::mutation {

namespace {

using Words = std::set<std::string>;

std::string join(const Words& words) { return fmt::format("{}", fmt::join(words, ", ")); }

/// The verdict of the timed run, its hazards, and who was made to pay for nothing.
std::string words_of(const campaign::RunRecord& run) {
  if (run.status != "ok") return run.status + ": " + run.message;
  Words words;
  if (run.verdict != "complete") words.insert(run.verdict);
  const auto look = [&](const char* column, const char* word) {
    if (run.values.at(column) != "0") words.insert(word);
  };
  look("races_count", "race");
  look("absences_count", "absent memory");
  look("undrawn_count", "undrawn frame");
  const bool recovered =
      run.values.at("resets_count") != "0" || run.values.at("timeouts_fired_count") != "0";
  if (recovered) look("jobs_lost_innocent_count", "innocent job reset");
  return join(words);
}

std::string words_of(const campaign::PredictedRun& run) {
  Words words;
  for (const auto& prediction : run.report.reports) words.insert(prediction.rule);
  return join(words);
}

std::string words_of(const analysis::Exploration& exploration) {
  Words words;
  for (const auto& [key, dead] : exploration.dead)
    for (const analysis::Finding& finding : dead.findings())
      words.insert(std::string(finding.rescue.exists ? "masked" : to_string(finding.kind)));
  return join(words);
}

analysis::ExploreLimits limits_of(const Budget& budget) {
  analysis::ExploreLimits limits;
  limits.time = std::chrono::hours(1);
  limits.executions = budget.executions;
  limits.steps = budget.steps;
  limits.depth = 2000;
  return limits;
}

}  // namespace

Answers judge(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
              const Budget& budget) {
  Answers answers;
  campaign::PredictedRun predicted;
  answers.observed = words_of(campaign::run_one(scenario, stack, 1, &predicted));
  answers.predicted = words_of(predicted);
  if (!budget.explores) return answers;
  campaign::ScenarioSubject subject(scenario, stack);
  analysis::ExploreLimits limits = limits_of(budget);
  limits.stop_at_first = true;
  answers.explored = words_of(explore_randomly(subject, {}, limits, {.executions = budget.walks}));
  const analysis::Exploration a = explore_dpor(subject, {}, limits_of(budget));
  answers.exhausted = a.exhausted;
  answers.proved = words_of(a);
  if (a.exhausted || !answers.proved.empty()) return answers;
  analysis::ExploreLimits second = limits_of(budget);
  second.executions = ~std::uint64_t{0};
  const analysis::Exploration b = explore_states(subject, {}, second);
  answers.exhausted = b.exhausted;
  answers.proved = words_of(b);
  return answers;
}

std::string to_text(const Answers& answers) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n", answers.observed, answers.predicted, answers.explored,
                     answers.proved, answers.exhausted ? "all" : "");
}

Answers from_text(const std::string& text) {
  std::istringstream lines(text);
  Answers answers;
  std::string exhausted;
  for (std::string* line :
       {&answers.observed, &answers.predicted, &answers.explored, &answers.proved, &exhausted})
    std::getline(lines, *line);
  answers.exhausted = !exhausted.empty();
  return answers;
}

}  // namespace fencelab::mutation
