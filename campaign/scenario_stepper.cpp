#include "campaign/scenario_stepper.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

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

// "B0", or "B0+fails" where a step asks twice. Names, so that they mean the same after a change.
std::string name_of(const Execution& execution) {
  return fmt::format("{}", fmt::join(execution.choice_names(), "+"));
}

/// "eviction victim, 1 of 2", by the model's preference.
std::string question_of(const std::vector<ChoiceTaken>& answers) {
  std::string words;
  for (const ChoiceTaken& answer : answers)
    words += fmt::format("{}{}, {} of {}", words.empty() ? "" : "; ", answer.what, answer.taken + 1,
                         answer.alternatives);
  return words;
}

using Answer = ScenarioStepper::Answer;

// What may be chosen within a step is known once it has been taken: tried on executions apart.
std::vector<Answer> answers_to(ScenarioSubject& subject, const analysis::ExecutionOptions& options,
                               const analysis::Schedule& before, std::uint32_t actor) {
  std::vector<Answer> all;
  std::vector<ChoiceTaken> answers;
  do {
    Execution trial(subject, options);
    for (const analysis::ScheduledStep& taken : before)
      trial.take(*trial.find(taken.actor), taken.choices);
    trial.name_choices();
    trial.take(*trial.find(actor), answers);
    answers = trial.choices();
    if (answers.empty()) return {};
    all.push_back({answers, name_of(trial)});
  } while (all.size() < kMostAnswers && analysis::next_answer(answers));
  return all;
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

std::vector<analysis::EnabledStep> ScenarioStepper::enabled() {
  present_.clear();
  std::vector<analysis::EnabledStep> steps;
  for (const core::Step& step : std::vector<core::Step>(execution_->steps())) {
    present_.push_back({step, answers_to(subject_, options_, taken_, step.actor)});
    analysis::EnabledStep named{analysis::actor_name(*execution_, step),
                                analysis::operation_name(*execution_, step),
                                {},
                                {}};
    for (const Answer& answer : present_.back().answers) named.alternatives.push_back(answer.name);
    named.place = place_of(*execution_, step, scenario_.file);
    steps.push_back(std::move(named));
  }
  return steps;
}

std::string ScenarioStepper::take(std::size_t step, std::size_t alternative) {
  const Option option = present_.at(step);
  std::vector<ChoiceTaken> answers;
  if (alternative < option.answers.size()) answers = option.answers[alternative].choices;
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
  execution.name_choices();
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
    name.choice = name_of(execution);
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
  analysis::Schedule taken;
  for (const analysis::TakenStep& wanted : steps)
    for (const core::Step& step : std::vector<core::Step>(execution.steps())) {
      if (analysis::actor_name(execution, step) != wanted.process ||
          analysis::operation_name(execution, step) != wanted.operation)
        continue;
      std::vector<ChoiceTaken> choices;
      if (!wanted.choice.empty())
        for (Answer& answer : answers_to(subject, options, taken, step.actor))
          if (answer.name == wanted.choice) choices = std::move(answer.choices);
      execution.take(step, choices);
      taken.push_back({step.actor, execution.choices()});
      break;
    }
  return analysis::find_deadlocks(execution.snapshot());
}

}  // namespace fencelab::campaign
