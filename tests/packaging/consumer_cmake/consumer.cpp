// Runs the scenario of a file under its first stack and prints the verdict.
#include <cstdio>

#include "campaign/run_one.hpp"
#include "scenarios/loader.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 63;
  const auto registry = fencelab::policies::Registry::built_in();
  const auto names = fencelab::scenarios::policy_names(registry, {});
  const auto scenario = fencelab::scenarios::load_scenario_file(argv[1], names);
  if (!scenario) return 1;
  const auto& first = scenario.value().stacks.front();
  const auto stack = fencelab::scenarios::resolve_stack(scenario.value(), first, registry);
  if (!stack) return 1;
  const auto record = fencelab::campaign::run_one(scenario.value(), stack.value(), 1);
  std::printf("%s: %s\n", stack->name.c_str(), record.verdict.c_str());
}
