#include "tests/mutation/table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fencelab::mutation {

namespace {

std::string cell(const std::string& words) { return words.empty() ? "-" : words; }

std::string render_found(const std::vector<Mutant>& mutants, const std::vector<Result>& found) {
  std::string text =
      "| mutant | bug | happened, or described, in | observed | predicted | explored | proved |\n"
      "|---|---|---|---|---|---|---|\n";
  for (std::size_t i = 0; i < mutants.size(); ++i) {
    const Answers& answers = found[i].answers;
    if (!mutants[i].missed.empty()) continue;
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} | {} |\n", mutants[i].name, mutants[i].bug,
                        mutants[i].source, cell(answers.observed), cell(answers.predicted),
                        cell(answers.explored), cell(answers.proved));
  }
  return text;
}

std::string render_counts(const std::vector<Result>& found) {
  const auto count = [&](auto finds) {
    return std::count_if(found.begin(), found.end(),
                         [&](const Result& result) { return finds(result.answers); });
  };
  return fmt::format(
      "Of {} seeded bugs {} are found: {} in the observed run, {} by what it predicts, {} by "
      "random "
      "schedules, {} by a prover. {} are found by prediction alone, {} by no timed run but by "
      "schedules.\n",
      found.size(), count([](const Answers& a) { return a.any(); }),
      count([](const Answers& a) { return !a.observed.empty(); }),
      count([](const Answers& a) { return !a.predicted.empty(); }),
      count([](const Answers& a) { return !a.explored.empty(); }),
      count([](const Answers& a) { return !a.proved.empty(); }), count([](const Answers& a) {
        return !a.predicted.empty() && a.observed.empty() && a.explored.empty() && a.proved.empty();
      }),
      count([](const Answers& a) {
        return a.observed.empty() && a.predicted.empty() &&
               !(a.explored.empty() && a.proved.empty());
      }));
}

std::string render_missed(const std::vector<Mutant>& mutants) {
  std::string text = "| mutant | bug | why it is not found |\n|---|---|---|\n";
  for (const Mutant& mutant : mutants)
    if (!mutant.missed.empty())
      text += fmt::format("| `{}` | {} | {} |\n", mutant.name, mutant.bug, mutant.missed);
  return text;
}

std::string render_places(const std::vector<Mutant>& mutants, const std::vector<Result>& right) {
  std::string text =
      "| scenario | stack | free, at strength | policy exchanged |\n|---|---|---|---|\n";
  for (const Result& result : right) {
    std::string names;
    for (const Mutant& mutant : mutants)
      if (mutant.scenario == result.scenario && mutant.stack == result.stack)
        names += fmt::format("{}{}: `{}`", names.empty() ? "" : ", ", mutant.axis, mutant.name);
    text += fmt::format("| {} | {} | {} | {} |\n", result.scenario, result.stack,
                        result.answers.exhausted ? "proved" : "explored", names);
  }
  return text;
}

}  // namespace

std::string render_table(const std::vector<Mutant>& mutants, const std::vector<Result>& found,
                         const std::vector<Result>& right, const Budget& budget) {
  return fmt::format(
      "<!-- Written by the test in tests/mutation; do not edit. -->\n"
      "# Seeded bugs, and which strength finds which\n\n"
      "Each mutant is a policy of this project with one bug that the author of a driver could "
      "write. "
      "It stands in for the right policy in a small scenario (tests/mutation/scenarios) under "
      "which the right one is "
      "free at every strength. *Observed*: verdict and hazards of one timed run. *Predicted*: the "
      "rule "
      "that its orders break. *Explored*: {} random schedules. *Proved*: a counterexample within "
      "{} executions of prover A, "
      "or else {} steps of prover B. A dash means that the strength finds nothing.\n\n"
      "Races, absent memory and undrawn frames are judged in timed runs only: no search over "
      "schedules looks for them. "
      "*Masked* is a deadlock that a recovery timer would break.\n\n"
      "{}\n{}\n## Not found\n\n{}\n## Where\n\n{}",
      budget.walks, budget.executions, budget.steps, render_counts(found),
      render_found(mutants, found), render_missed(mutants), render_places(mutants, right));
}

}  // namespace fencelab::mutation
