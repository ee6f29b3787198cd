#include "analysis/explore/execution.hpp"

#include "analysis/explore/rivals.hpp"
#include "core/assert.hpp"
#include "core/wait_graph_builder.hpp"

namespace fencelab::analysis {

core::WaitGraph SubjectRun::snapshot(const core::Simulation& simulation) const {
  return core::WaitGraphBuilder(simulation).build();
}

// Of what the process itself was asked, so that it is the same in equivalent schedules.
std::uint32_t Execution::Chooser::first_answer(const core::ChoicePoint& point) {
  constexpr std::uint32_t kPatience = 8;
  if (!varies) return 0;
  const auto who = core::raw(point.process);
  if (who >= asked.size()) asked.resize(who + 1);
  const std::uint32_t number = ++asked[who];
  if (number <= kPatience) return 0;
  return static_cast<std::uint32_t>(core::mix_hash(who, number) % point.alternatives);
}

std::uint32_t Execution::Chooser::choose(const core::ChoicePoint& point) {
  if (point.alternatives <= 1) return 0;
  ChoiceTaken choice{0, point.alternatives, point.what};
  choice.taken = choice.first = first_answer(point);
  if (random) {
    choice.taken = static_cast<std::uint32_t>((*random)() % point.alternatives);
  } else if (made.size() < answers.size()) {
    // A shortened schedule may meet a smaller choice.
    choice.taken = answers[made.size()].taken % point.alternatives;
  }
  made.push_back(choice);
  const std::uint32_t answer = (point.preferred + choice.taken) % point.alternatives;
  if (names_wanted)
    names.push_back(point.name ? point.name(point.of, answer) : std::to_string(choice.taken));
  return answer;
}

Execution::Execution(Subject& subject, const ExecutionOptions& options)
    : subject_(subject), memory_(subject.lend_memory()) {
  simulation_.emplace(core::SimulationOptions{.seed = options.seed,
                                              .choice = &chooser_,
                                              .untimed = &subject.actors(),
                                              .timers = options.timers,
                                              .rivals = options.rivals,
                                              .memory = &memory_->simulation});
  run_ = subject.start(*simulation_);
}

Execution::~Execution() {
  simulation_->record_footprints(nullptr);
  run_.reset();
  simulation_.reset();
  subject_.return_memory(std::move(memory_));
}

const std::vector<core::Step>& Execution::steps() {
  if (!knows_steps_) simulation_->steps(memory_->steps);
  knows_steps_ = true;
  return memory_->steps;
}

const core::Step* Execution::find(std::uint32_t actor) {
  for (const core::Step& step : steps())
    if (step.actor == actor) return &step;
  return nullptr;
}

const core::Footprint& Execution::take(const core::Step& step,
                                       std::span<const ChoiceTaken> answers) {
  core::Footprint& footprint = memory_->footprint;
  footprint.clear();
  chooser_.answers = answers;
  chooser_.made.clear();
  chooser_.names.clear();
  const core::Step copy = step;  // the list may change meanwhile
  knows_steps_ = false;
  simulation_->record_footprints(&footprint);
  simulation_->take(copy);
  simulation_->record_footprints(nullptr);
  return footprint;
}

const core::Footprint& Execution::take_again(const core::Step& step,
                                             std::span<const ChoiceTaken> answers) {
  FENCELAB_ASSERT(
      step.kind == core::Step::Kind::fire || simulation_->process_at(step.slot).actor == step.actor,
      "actor {} cannot act when replayed", step.actor);
  return take(step, answers);
}

const core::Footprint& Execution::take_randomly(const core::Step& step, std::mt19937_64& random) {
  chooser_.random = &random;
  const core::Footprint& footprint = take(step);
  chooser_.random = nullptr;
  return footprint;
}

core::WaitGraph Execution::snapshot() { return run_->snapshot(*simulation_); }

}  // namespace fencelab::analysis
