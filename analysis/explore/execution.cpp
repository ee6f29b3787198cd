#include "analysis/explore/execution.hpp"

#include "core/wait_graph_builder.hpp"

namespace fencelab::analysis {

core::WaitGraph SubjectRun::snapshot(const core::Simulation& simulation) const {
  return core::WaitGraphBuilder(simulation).build();
}

std::uint32_t Execution::Chooser::choose(const core::ChoicePoint& point) {
  if (point.alternatives <= 1) return 0;
  ChoiceTaken choice{0, point.alternatives, point.what};
  if (random) {
    choice.taken = static_cast<std::uint32_t>((*random)() % point.alternatives);
  } else if (made.size() < answers.size()) {
    // A shortened schedule may meet a smaller choice.
    choice.taken = answers[made.size()].taken % point.alternatives;
  }
  made.push_back(choice);
  return (point.preferred + choice.taken) % point.alternatives;
}

Execution::Execution(Subject& subject, const ExecutionOptions& options) {
  simulation_.emplace(core::SimulationOptions{.seed = options.seed,
                                              .choice = &chooser_,
                                              .untimed = &subject.actors(),
                                              .timers = options.timers});
  run_ = subject.start(*simulation_);
}

Execution::~Execution() {
  simulation_->record_footprints(nullptr);
  run_.reset();
}

const std::vector<core::Step>& Execution::steps() {
  simulation_->steps(steps_);
  return steps_;
}

const core::Step* Execution::find(std::uint32_t actor) {
  for (const core::Step& step : steps())
    if (step.actor == actor) return &step;
  return nullptr;
}

const core::Footprint& Execution::take(const core::Step& step,
                                       std::span<const ChoiceTaken> answers) {
  footprint_.clear();
  chooser_.answers = answers;
  chooser_.made.clear();
  const core::Step copy = step;  // steps_ may change meanwhile
  simulation_->record_footprints(&footprint_);
  simulation_->take(copy);
  simulation_->record_footprints(nullptr);
  return footprint_;
}

const core::Footprint& Execution::take_randomly(const core::Step& step, std::mt19937_64& random) {
  chooser_.random = &random;
  const core::Footprint& footprint = take(step);
  chooser_.random = nullptr;
  return footprint;
}

core::WaitGraph Execution::snapshot() { return run_->snapshot(*simulation_); }

}  // namespace fencelab::analysis
