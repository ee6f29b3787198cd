// What it costs to watch a run for orders: the workload of whole_engine with all that run_one
// observes, plain and watched in turns in one process. Prints the medians of processor time and
// their ratio.
//   bench_order_watch [SECONDS_OF_SIMULATED_TIME [TURNS]]
#include "analysis/lockdep/order_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "analysis/hazards/hazard_tracker.hpp"
#include "analysis/run/fingerprint.hpp"
#include "analysis/run/metrics.hpp"
#include "bench/measure.hpp"
#include "bench/whole_scenario.hpp"
#include "campaign/hardware.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/world.hpp"

namespace {

using namespace fencelab;

struct Measured {
  double seconds = 0;
  std::uint64_t jobs = 0, chains = 0, reports = 0, events = 0;
};

Measured run(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
             bool watched) {
  const double begun = bench::cpu_seconds();
  core::Simulation simulation({.seed = 1});
  models::platform::SharedHardware hardware(simulation,
                                            campaign::describe_hardware(scenario.platform));
  policies::RunState state(simulation);
  analysis::Fingerprint fingerprint;
  analysis::RunMetrics metrics;
  analysis::HazardTracker hazards;
  simulation.probe().subscribe(fingerprint, core::Probe::kFacts);
  simulation.probe().subscribe(metrics, core::Probe::kFacts);
  simulation.probe().subscribe(hazards, analysis::HazardTracker::kMask);
  analysis::OrderWatch watch(simulation);
  if (watched) simulation.probe().subscribe(watch, analysis::OrderWatch::kMask);
  scenarios::World world(simulation, hardware, scenario, stack, state);
  world.start();
  hardware.run(core::Time(scenario.horizon), [] { return false; });
  Measured measured;
  if (watched) {
    const analysis::OrderReport report = watch.report();
    measured.chains = report.work.chains;
    measured.reports = report.reports.size() + report.notes.size();
    measured.events = report.work.events;
  }
  measured.jobs = metrics.jobs_done;
  measured.seconds = bench::cpu_seconds() - begun;
  return measured;
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
      scenarios::load_scenario(bench::whole_scenario(10, 20, seconds * 60), "order-watch", {});
  if (!loaded) {
    fmt::print("{}", scenarios::format_diagnostics(loaded.diagnostics()));
    return 1;
  }
  const auto registry = policies::Registry::built_in();
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  std::vector<double> plain, watched;
  Measured last;
  for (int turn = 0; turn < turns; ++turn) {
    plain.push_back(run(*loaded, *stack, false).seconds);
    last = run(*loaded, *stack, true);
    watched.push_back(last.seconds);
  }
  fmt::print(
      "order_watch plain_s={:.4f} watched_s={:.4f} ratio={:.3f} jobs={} events={} chains={} "
      "predictions={}\n",
      median(plain), median(watched), median(watched) / median(plain), last.jobs, last.events,
      last.chains, last.reports);
  return 0;
}
