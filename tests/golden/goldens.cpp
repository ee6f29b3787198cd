#include "tests/golden/goldens.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "campaign/columns.hpp"
#include "campaign/files.hpp"
#include "campaign/run_one.hpp"
#include "campaign/worker_pool.hpp"
#include "scenarios/loader.hpp"
#include "tests/cli/program.hpp"

namespace fencelab::golden {

namespace {

// As a user in the checkout writes it: paths in messages do not depend on where that lies.
std::string scenario_path(const std::string& name) { return "scenarios/library/" + name + ".json"; }

const std::string kRoot = FENCELAB_SOURCE_DIR "/";

scenarios::Scenario load(const std::string& name, const policies::Registry& registry) {
  std::vector<std::string> metrics;
  for (const campaign::Column& column : campaign::columns()) metrics.push_back(column.name);
  auto loaded =
      scenarios::load_scenario(testing::read_file(kRoot + scenario_path(name)), scenario_path(name),
                               scenarios::policy_names(registry, metrics));
  if (!loaded) throw std::runtime_error(scenarios::format_diagnostics(loaded.diagnostics()));
  return std::move(loaded).value();
}

}  // namespace

std::vector<std::string> library() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kRoot + "scenarios/library"))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<campaign::RunRecord> run_scenario(const std::string& name,
                                              const std::string& only_stack) {
  const auto registry = policies::Registry::built_in();
  const scenarios::Scenario scenario = load(name, registry);
  std::vector<campaign::WorkItem> items;
  for (const scenarios::StackSpec& spec : scenario.stacks) {
    if (!only_stack.empty() && spec.name != only_stack) continue;
    auto stack = scenarios::resolve_stack(scenario, spec, registry);
    if (!stack) throw std::runtime_error(scenarios::format_diagnostics(stack.diagnostics()));
    for (const std::uint64_t seed : scenario.seeds) {
      campaign::RunRecord identity;
      identity.scenario = scenario.name;
      identity.stack = spec.name;
      identity.file = scenario.file;
      identity.seed = seed;
      items.push_back({identity, [&scenario, resolved = stack.value(), seed] {
                         return campaign::run_one(scenario, resolved, seed);
                       }});
    }
  }
  return campaign::run_all(items, 2, [](const campaign::RunRecord&) {});
}

std::string golden_path(const std::string& name) { return kRoot + "tests/golden/data/" + name; }

std::string read_golden(const std::string& name) {
  if (std::filesystem::exists(golden_path(name))) return testing::read_file(golden_path(name));
  throw std::runtime_error(fmt::format("no tests/golden/data/{}; {}", name, kAdvice));
}

bool is_regenerating() { return std::getenv("FENCELAB_REGENERATE_GOLDENS") != nullptr; }

void write_golden(const std::string& name, const std::string& text) {
  if (const auto failure = campaign::write_file(golden_path(name), text))
    throw std::runtime_error(*failure);
}

}  // namespace fencelab::golden
