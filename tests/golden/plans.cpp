#include "tests/golden/plans.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "campaign/run_all.hpp"
#include "campaign/run_one.hpp"
#include "scenarios/loader.hpp"

namespace fencelab::tests {

namespace fs = std::filesystem;

namespace {

const std::string kSource = FENCELAB_SOURCE_DIR;

/// Stacks point to its policies.
const policies::Registry& registry() {
  static const auto built_in = policies::Registry::built_in();
  return built_in;
}

Plan plan_of(scenarios::Loaded<scenarios::Scenario> loaded) {
  INFO(scenarios::format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded.ok());
  Plan plan{std::move(loaded).value(), {}};
  for (const auto& stack : plan.scenario.stacks) {
    auto resolved = scenarios::resolve_stack(plan.scenario, stack, registry());
    REQUIRE(resolved);
    plan.stacks.push_back(std::move(resolved).value());
  }
  return plan;
}

}  // namespace

std::vector<std::string> library_files() {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(kSource + "/scenarios/library"))
    if (entry.path().extension() == ".json") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

Plan plan_of_file(const std::string& file) {
  INFO(file);
  Plan plan = plan_of(scenarios::load_scenario_file(file, {}, {}));
  plan.scenario.file = file.substr(kSource.size() + 1);
  return plan;
}

Plan plan_of_text(std::string_view text, const std::string& file) {
  INFO(file);
  return plan_of(scenarios::load_scenario(text, file, {}, {}));
}

std::vector<Plan> load_library() {
  std::vector<Plan> plans;
  for (const std::string& file : library_files()) plans.push_back(plan_of_file(file));
  return plans;
}

std::vector<campaign::RunRecord> run(const Plan& plan, unsigned jobs) {
  std::vector<campaign::WorkItem> items;
  for (const auto& stack : plan.stacks)
    for (const std::uint64_t seed : plan.scenario.seeds)
      items.push_back(
          {{}, [&plan, &stack, seed] { return campaign::run_one(plan.scenario, stack, seed); }});
  return campaign::run_all(items, jobs, [](const auto&) {});
}

}  // namespace fencelab::tests
