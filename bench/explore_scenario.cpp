// Explores one scenario under one stack up to the verdict (a deadlock is one) and prints one line:
// verdict, executions, states, processor time of the exploration.
//   bench_explore_scenario FILE STACK dpor|states never|quiescent [SECONDS]
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/state_search.hpp"
#include "bench/measure.hpp"
#include "campaign/scenario_subject.hpp"
#include "scenarios/loader.hpp"

int main(int argc, char** argv) {
  using namespace fencelab;
  if (argc < 5) {
    fmt::print(stderr, "usage: {} FILE STACK dpor|states never|quiescent [SECONDS]\n", argv[0]);
    return 63;
  }
  const auto registry = policies::Registry::built_in();
  const auto loaded = scenarios::load_scenario_file(argv[1], scenarios::policy_names(registry, {}));
  if (!loaded) {
    fmt::print(stderr, "{}", scenarios::format_diagnostics(loaded.diagnostics()));
    return 1;
  }
  for (const auto& spec : loaded->stacks) {
    const auto stack = scenarios::resolve_stack(*loaded, spec, registry);
    if (!stack || stack->name != argv[2]) continue;
    campaign::ScenarioSubject subject(*loaded, *stack);
    analysis::ExecutionOptions options;
    if (argv[4] == std::string_view("quiescent")) options.timers = core::TimerMode::quiescent;
    analysis::ExploreLimits limits{.stop_at_first = true};
    if (argc > 5) limits.time = std::chrono::duration<double>(std::atof(argv[5]));
    const double begun = bench::cpu_seconds();
    const auto result = argv[3] == std::string_view("states")
                            ? analysis::explore_states(subject, options, limits)
                            : analysis::explore_dpor(subject, options, limits);
    const double took = bench::cpu_seconds() - begun;
    fmt::print("verdict={} executions={} blocked={} states={} steps={} seconds={:.6f}\n",
               result.found_deadlock() ? "deadlock"
               : result.exhausted      ? "free"
                                       : "open",
               result.executions, result.blocked, result.states, result.steps + result.replayed,
               took);
    return 0;
  }
  fmt::print(stderr, "no stack {} in {}\n", argv[2], argv[1]);
  return 1;
}
