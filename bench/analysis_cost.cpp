// What the analyses of over-synchronisation and hazards cost together: the workload of whole_engine
// with metrics and fingerprint, without and with them in turns in one process. Prints the medians
// of processor time and their ratio.
//   bench_analysis_cost [SECONDS_OF_SIMULATED_TIME [TURNS]]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "analysis/hazards/hazard_tracker.hpp"
#include "analysis/oversync/oversync_tracker.hpp"
#include "analysis/run/fingerprint.hpp"
#include "analysis/run/metrics.hpp"
#include "bench/measure.hpp"
#include "bench/whole_scenario.hpp"
#include "campaign/hardware.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/world.hpp"

namespace {

using namespace fencelab;

enum Watched : unsigned { nothing = 0, hazards_only = 1, oversync_only = 2, both = 3 };

struct Measured {
  double seconds = 0;
  std::uint64_t jobs = 0, hazards = 0, dependencies = 0;
};

Measured run(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
             unsigned watched) {
  const double begun = bench::cpu_seconds();
  core::Simulation simulation({.seed = 1});
  models::platform::SharedHardware hardware(simulation,
                                            campaign::describe_hardware(scenario.platform));
  policies::RunState state(simulation);
  analysis::Fingerprint fingerprint;
  analysis::RunMetrics metrics;
  analysis::HazardTracker hazards;
  analysis::OversyncTracker oversync;
  simulation.probe().subscribe(fingerprint, core::Probe::kFacts);
  simulation.probe().subscribe(metrics, core::Probe::kFacts);
  if (watched & hazards_only) simulation.probe().subscribe(hazards, analysis::HazardTracker::kMask);
  if (watched & oversync_only)
    simulation.probe().subscribe(oversync, analysis::OversyncTracker::kMask);
  scenarios::World world(simulation, hardware, scenario, stack, state);
  world.start();
  hardware.run(core::Time(scenario.horizon), [] { return false; });
  return {bench::cpu_seconds() - begun, metrics.jobs_done, hazards.hazards(),
          oversync.needed() + oversync.unneeded()};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const long seconds = argc > 1 ? std::atol(argv[1]) : 20;
  const int turns = argc > 2 ? std::atoi(argv[2]) : 7;
  const auto loaded =
      scenarios::load_scenario(bench::whole_scenario(10, 20, seconds * 60), "analysis-cost", {});
  if (!loaded) {
    fmt::print("{}", scenarios::format_diagnostics(loaded.diagnostics()));
    return 1;
  }
  const auto registry = policies::Registry::built_in();
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  std::vector<double> times[4];
  Measured last;
  for (int turn = 0; turn < turns; ++turn)
    for (unsigned watched = nothing; watched <= both; ++watched) {
      last = run(*loaded, *stack, watched);
      times[watched].push_back(last.seconds);
    }
  const double plain = median(times[nothing]);
  fmt::print(
      "analysis_cost plain_s={:.4f} hazards_ratio={:.3f} oversync_ratio={:.3f} both_ratio={:.3f} "
      "jobs={} hazards={} dependencies={}\n",
      plain, median(times[hazards_only]) / plain, median(times[oversync_only]) / plain,
      median(times[both]) / plain, last.jobs, last.hazards, last.dependencies);
  return 0;
}
