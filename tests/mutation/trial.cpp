#include "tests/mutation/trial.hpp"

#include <filesystem>
#include <stdexcept>

#include "campaign/worker_pool.hpp"
#include "scenarios/loader.hpp"

namespace fencelab::mutation {

Scenarios load_scenarios() {
  Scenarios loaded;
  const std::string folder = FENCELAB_SOURCE_DIR "/tests/mutation/scenarios";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    auto scenario = scenarios::load_scenario_file(entry.path().string(), {}, {});
    if (!scenario) throw std::runtime_error(scenarios::format_diagnostics(scenario.diagnostics()));
    loaded.emplace(entry.path().stem().string(), std::move(scenario).value());
  }
  return loaded;
}

Trial::Trial(const Scenarios& scenarios, const Budget& budget)
    : scenarios_(scenarios), budget_(budget) {}

scenarios::ResolvedStack Trial::resolve(const std::string& scenario,
                                        const std::string& stack) const {
  const scenarios::Scenario& found = scenarios_.at(scenario);
  for (const auto& candidate : found.stacks) {
    if (candidate.name != stack) continue;
    auto resolved = scenarios::resolve_stack(found, candidate, registry_);
    if (!resolved) throw std::runtime_error(scenarios::format_diagnostics(resolved.diagnostics()));
    return std::move(resolved).value();
  }
  throw std::runtime_error(scenario + " has no stack " + stack);
}

void Trial::add_right(const std::string& scenario, const std::string& stack) {
  items_.push_back({&scenarios_.at(scenario), resolve(scenario, stack)});
}

// The same stack, but for one policy of one axis, which has the parameters of the right one.
void Trial::add(const Mutant& mutant) {
  Item item{&scenarios_.at(mutant.scenario), resolve(mutant.scenario, mutant.stack)};
  auto& system = item.stack.system.at(mutant.axis);
  const policies::PolicyInfo* const right =
      mutant.gpu.empty() ? system.policy : item.stack.by_gpu.at(mutant.gpu).at(mutant.axis).policy;
  policies::PolicyInfo& broken = broken_.emplace_back(*right);
  broken.name = mutant.name;
  broken.make = [right, seed = mutant.seed](models::DriverPolicies& set,
                                            const policies::ParameterValues& values,
                                            policies::RunState& run) {
    right->make(set, values, run);
    seed(set, values, run);
  };
  item.stack.name = mutant.name;
  if (mutant.gpu.empty()) system.policy = &broken;
  for (auto& [gpu, axes] : item.stack.by_gpu) {
    auto& choice = axes.at(mutant.axis);
    const bool here = mutant.gpu.empty() ? choice.policy == right : gpu == mutant.gpu;
    if (here) choice.policy = &broken;
  }
  items_.push_back(std::move(item));
}

std::vector<Result> Trial::run() const {
  std::vector<campaign::WorkerTask> tasks;
  for (const Item& item : items_)
    tasks.emplace_back(
        [&item, this] { return to_text(judge(*item.scenario, item.stack, budget_)); });
  const auto done = campaign::run_tasks(
      tasks, {.jobs = 2, .limits = {.time = std::chrono::minutes(4), .memory = {}}},
      [](std::size_t, const campaign::WorkerResult&) {});
  std::vector<Result> results;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Result& result = results.emplace_back();
    result.scenario = items_[i].scenario->name;
    result.stack = items_[i].stack.name;
    if (done[i].status == campaign::WorkerResult::Status::ok)
      result.answers = from_text(done[i].text);
    else
      result.failure = done[i].text.empty() ? "out of time" : done[i].text;
  }
  return results;
}

}  // namespace fencelab::mutation
