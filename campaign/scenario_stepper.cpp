#include "campaign/scenario_stepper.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "analysis/explore/minimise.hpp"
#include "analysis/explore/search_parts.hpp"
#include "analysis/explore/step_names.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::campaign {

using analysis::ChoiceTaken;
using analysis::Execution;

namespace {

/// Steps with more answers than this are no counterexample anybody reads.
constexpr std::size_t kMostAnswers = 64;

// "2", or "1+0" where a step asks twice. Counted from the model's preference, which is 0.
std::string name_of(const std::vector<ChoiceTaken>& answers) {
  std::string name;
  for (const ChoiceTaken& answer : answers)
    name += (name.empty() ? "" : "+") + std::to_string(answer.taken);
  return name;
}

/// "eviction victim, 1 of 2", by the model's preference.
std::string question_of(const std::vector<ChoiceTaken>& answers) {
  std::string words;
  for (const ChoiceTaken& answer : answers)
    words += fmt::format("{}{}, {} of {}", words.empty() ? "" : "; ", answer.what, answer.taken + 1,
                         answer.alternatives);
  return words;
}

std::vector<ChoiceTaken> answers_in(const std::string& name) {
  std::vector<ChoiceTaken> answers;
  for (std::size_t at = 0; at < name.size();) {
    answers.push_back({static_cast<std::uint32_t>(std::strtoul(&name[at], nullptr, 10)), 1, ""});
    at = std::min(name.find('+', at), name.size() - 1) + 1;
  }
  return answers;
}

/// "file:line" of the operation; empty for what stands in no file.
std::string place_of(Execution& execution, const core::Step& step, const std::string& file) {
  const core::Process* const process = analysis::process_of(execution, step);
  const scenarios::World& world = ScenarioSubject::world_of(execution.run());
  if (!process || process->place >= world.place_count()) return {};
  return fmt::format("{}:{}", file, world.place(process->place).line);
}

core::ProcessId id_of(Execution& execution, const core::Step& step) {
  const core::Process* const process = analysis::process_of(execution, step);
  return process ? process->id : core::kNoProcess;
}

/// What came of a step of that process: where it is, if it cannot go on.
std::string note_on(Execution& execution, core::ProcessId id) {
  for (const core::Process& after : execution.simulation().processes()) {
    if (after.id != id) continue;
    const bool waits = after.state == core::ProcessState::blocked;
    return waits || after.state == core::ProcessState::done ? analysis::whereabouts(after) : "";
  }
  return {};
}

}  // namespace

ScenarioStepper::ScenarioStepper(const scenarios::Scenario& scenario,
                                 const scenarios::ResolvedStack& stack,
                                 const analysis::ExecutionOptions& options)
    : scenario_(scenario),
      subject_(scenario, stack),
      options_(options),
      execution_(std::make_unique<Execution>(subject_, options_)) {}

// What may be chosen within a step is known once it has been taken: tried on executions apart.
std::vector<std::vector<ChoiceTaken>> ScenarioStepper::answers_to(const core::Step& step) {
  std::vector<std::vector<ChoiceTaken>> all;
  std::vector<ChoiceTaken> answers;
  do {
    Execution trial(subject_, options_);
    for (const analysis::ScheduledStep& taken : taken_)
      trial.take(*trial.find(taken.actor), taken.choices);
    trial.take(*trial.find(step.actor), answers);
    answers = trial.choices();
    if (answers.empty()) return {};
    all.push_back(answers);
  } while (all.size() < kMostAnswers && analysis::next_answer(answers));
  return all;
}

std::vector<analysis::EnabledStep> ScenarioStepper::enabled() {
  present_.clear();
  std::vector<analysis::EnabledStep> steps;
  for (const core::Step& step : std::vector<core::Step>(execution_->steps())) {
    present_.push_back({step, answers_to(step)});
    analysis::EnabledStep named{analysis::actor_name(*execution_, step),
                                analysis::operation_name(*execution_, step),
                                {},
                                {}};
    for (const auto& answers : present_.back().answers)
      named.alternatives.push_back(name_of(answers));
    named.place = place_of(*execution_, step, scenario_.file);
    steps.push_back(std::move(named));
  }
  return steps;
}

std::string ScenarioStepper::take(std::size_t step, std::size_t alternative) {
  const Option option = present_.at(step);
  std::vector<ChoiceTaken> answers;
  if (alternative < option.answers.size()) answers = option.answers[alternative];
  const core::ProcessId id = id_of(*execution_, option.step);
  execution_->take(option.step, answers);
  taken_.push_back({option.step.actor, execution_->choices()});
  return note_on(*execution_, id);
}

bool ScenarioStepper::finished() { return execution_->is_settled(); }

std::vector<std::string> ScenarioStepper::stuck_for_good() {
  return analysis::stuck_now(*execution_);
}

std::string ScenarioStepper::whereabouts(const std::string& name) {
  for (const core::Process& process : execution_->simulation().processes())
    if (process.spec.name == name) return analysis::whereabouts(process);
  return {};
}

std::vector<analysis::TakenStep> name_schedule(ScenarioSubject& subject,
                                               const analysis::ExecutionOptions& options,
                                               const analysis::Schedule& schedule) {
  std::vector<analysis::TakenStep> named;
  Execution execution(subject, options);
  for (const analysis::ScheduledStep& scheduled : schedule) {
    const core::Step* const found = execution.find(scheduled.actor);
    if (!found) break;
    const core::Step step = *found;
    analysis::TakenStep name{analysis::actor_name(execution, step),
                             analysis::operation_name(execution, step),
                             {},
                             place_of(execution, step, subject.scenario().file),
                             {}};
    const core::ProcessId id = id_of(execution, step);
    execution.take(step, scheduled.choices);
    name.choice = name_of(execution.choices());
    name.question = question_of(execution.choices());
    name.note = note_on(execution, id);
    named.push_back(std::move(name));
  }
  return named;
}

std::vector<analysis::Finding> stuck_along(ScenarioSubject& subject,
                                           const analysis::ExecutionOptions& options,
                                           const std::vector<analysis::TakenStep>& steps) {
  Execution execution(subject, options);
  for (const analysis::TakenStep& wanted : steps)
    for (const core::Step& step : std::vector<core::Step>(execution.steps())) {
      if (analysis::actor_name(execution, step) != wanted.process ||
          analysis::operation_name(execution, step) != wanted.operation)
        continue;
      execution.take(step, answers_in(wanted.choice));
      break;
    }
  return analysis::find_deadlocks(execution.snapshot());
}

}  // namespace fencelab::campaign
