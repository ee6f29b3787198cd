// Sixty small bugs, each seeded into a policy of the product: every one must be found by at least
// one strength, in a scenario where the right policy is free at all of them.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "campaign/run_one.hpp"
#include "models/submission/reservations.hpp"
#include "tests/mutation/kernel_ioctl.hpp"
#include "tests/mutation/table.hpp"
#include "tests/mutation/trial.hpp"
#include "tests/sampling.hpp"

using namespace fencelab;
using namespace fencelab::mutation;

namespace {

/// Where each step costs many times as much, schedules are left out.
constexpr bool kExplores = !tests::kSanitized;

/// Scenarios and stacks that have mutants, in order of names.
std::set<std::pair<std::string, std::string>> places_of(const std::vector<Mutant>& mutants) {
  std::set<std::pair<std::string, std::string>> places;
  for (const Mutant& mutant : mutants) places.emplace(mutant.scenario, mutant.stack);
  return places;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void check_right(const Result& result) {
  INFO(result.scenario << " under " << result.stack << ": " << result.failure);
  CHECK(result.failure.empty());
  CHECK(result.answers.observed == "");
  CHECK(result.answers.predicted == "");
  CHECK(result.answers.explored == "");
  CHECK(result.answers.proved == "");
}

void check_mutant(const Mutant& mutant, const Result& result) {
  INFO(mutant.name << " in " << mutant.scenario << ": " << result.failure);
  CHECK(result.failure.empty());  // found by a crash or an assertion is not found
  if (mutant.missed.empty())
    CHECK((result.answers.any() || !kExplores));
  else
    CHECK_FALSE(result.answers.any());  // then it belongs to those that are found
}

/// The steps of the product's ioctl in the right order.
class RightIoctl final : public KernelIoctl {
 public:
  using KernelIoctl::KernelIoctl;
  core::Task<> submit(models::JobPtr job) override {
    co_await begin(job);
    models::Reservations reservations(simulation(), *job, models::ReservationLocks::ww);
    const bool resident = co_await reservations.lock_and_place(memory(*job), request(*job));
    if (resident) {
      synchronise(*job);
      publish_and_queue(job);
    }
    reservations.unlock();
    if (!resident) policies::fail_submission(job);
  }
};

}  // namespace

TEST_CASE(
    "Each seeded bug is found, the right policies are free, and the table says which found what") {
  const Scenarios scenarios = load_scenarios();
  const std::vector<Mutant> mutants = all_mutants();
  const Budget budget{.explores = kExplores};
  Trial right(scenarios, {.executions = 20'000, .steps = 300'000, .explores = kExplores});
  for (const auto& [scenario, stack] : places_of(mutants)) right.add_right(scenario, stack);
  Trial broken(scenarios, budget);
  for (const Mutant& mutant : mutants) broken.add(mutant);
  const std::vector<Result> free = right.run(), found = broken.run();
  for (const Result& result : free) check_right(result);
  for (std::size_t i = 0; i < mutants.size(); ++i) check_mutant(mutants[i], found[i]);
  CHECK(std::count_if(mutants.begin(), mutants.end(),
                      [](const Mutant& mutant) { return mutant.missed.empty(); }) >= 40);
  if (!kExplores) return;
  const std::string path = FENCELAB_SOURCE_DIR "/docs/reference/mutations.md";
  const std::string table = render_table(mutants, found, free, budget);
  if (std::getenv("FENCELAB_UPDATE_GOLDENS")) std::ofstream(path, std::ios::binary) << table;
  INFO(
      "after a change that is meant, set FENCELAB_UPDATE_GOLDENS=1, run this test, and review the "
      "difference like code");
  CHECK(text_of(path) == table);
}

TEST_CASE("Mutants have names of their own, and the product knows none of them") {
  const auto built_in = policies::Registry::built_in();
  std::set<std::string> names;
  for (const Mutant& mutant : all_mutants()) {
    INFO(mutant.name);
    CHECK(names.insert(mutant.name).second);
    CHECK(built_in.find(mutant.axis, mutant.name) == nullptr);
    CHECK_FALSE(mutant.bug.empty());
  }
}

TEST_CASE(
    "The steps of an ioctl that mutants are put together from are the product's, in its order") {
  const Scenarios scenarios = load_scenarios();
  const Mutant none{.name = "none",
                    .axis = "submission",
                    .scenario = {},
                    .stack = {},
                    .bug = "none",
                    .seed = [](models::DriverPolicies& set, const policies::ParameterValues&,
                               policies::RunState& run) {
                      set.submission = std::make_unique<RightIoctl>(run.simulation);
                    }};
  for (const auto& [scenario, stack] : {std::pair{"frame-relay", "linux-implicit"},
                                        {"frame-relay", "vulkan-explicit"},
                                        {"two-buffers", "linux-implicit"},
                                        {"out-of-memory", "linux-implicit"},
                                        {"bind-and-draw", "async"},
                                        {"value-before-submit", "linux-implicit"}}) {
    INFO(scenario << " under " << stack);
    Trial trial(scenarios, {});
    trial.add_right(scenario, stack);
    Mutant same = none;
    same.scenario = scenario;
    same.stack = stack;
    trial.add(same);
    const auto product = campaign::run_one(scenarios.at(scenario), trial.stack(0), 1);
    const auto composed = campaign::run_one(scenarios.at(scenario), trial.stack(1), 1);
    for (const char* column : {"makespan_ns", "jobs_done_count", "job_latency_max_ns",
                               "dependencies_needed_count", "dependencies_false_count"})
      CHECK(product.values.at(column) == composed.values.at(column));
  }
}
