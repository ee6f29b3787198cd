// What the analyses cost: the workload of whole_engine with metrics and fingerprint, alone, with
// hazards, with over-synchronisation, with both (all that a run observes), and with both and the
// watch for orders (what a prediction observes), in turns in one process. Prints medians of
// processor time and their ratios: to the run alone, and of the watch to what a run observes.
//   bench_analysis_cost [SECONDS_OF_SIMULATED_TIME [TURNS]]
#include <fmt/format.h>

#include <cstdlib>
#include <vector>

#include "analysis/hazards/hazard_tracker.hpp"
#include "analysis/lockdep/order_watch.hpp"
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

enum Watched : unsigned { nothing, hazards_only, oversync_only, both, both_and_orders, kVariants };

struct Measured {
  double seconds = 0;
  std::uint64_t jobs = 0, hazards = 0, dependencies = 0;
  analysis::OrderReport orders;
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
  analysis::OrderWatch orders(simulation);
  simulation.probe().subscribe(fingerprint, core::Probe::kFacts);
  simulation.probe().subscribe(metrics, core::Probe::kFacts);
  if (watched != nothing && watched != oversync_only)
    simulation.probe().subscribe(hazards, analysis::HazardTracker::kMask);
  if (watched >= oversync_only)
    simulation.probe().subscribe(oversync, analysis::OversyncTracker::kMask);
  if (watched == both_and_orders) simulation.probe().subscribe(orders, analysis::OrderWatch::kMask);
  scenarios::World world(simulation, hardware, scenario, stack, state);
  world.start();
  hardware.run(core::Time(scenario.horizon), [] { return false; });
  Measured measured{
      0, metrics.jobs_done, hazards.hazards(), oversync.needed() + oversync.unneeded(), {}};
  if (watched == both_and_orders) measured.orders = orders.report();
  measured.seconds = bench::cpu_seconds() - begun;
  return measured;
}

}  // namespace

int main(int argc, char** argv) {
  const long seconds = argc > 1 ? std::atol(argv[1]) : 20;
  const int turns = argc > 2 ? std::atoi(argv[2]) : 7;
  const auto loaded = scenarios::load_scenario(
      bench::whole_scenario(10, 20, seconds * 60, "500 us"), "analysis-cost", {});
  if (!loaded) {
    fmt::print("{}", scenarios::format_diagnostics(loaded.diagnostics()));
    return 1;
  }
  const auto registry = policies::Registry::built_in();
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  std::vector<double> times[kVariants];
  Measured last;
  for (int turn = 0; turn < turns; ++turn)
    for (unsigned watched = nothing; watched < kVariants; ++watched) {
      last = run(*loaded, *stack, watched);
      times[watched].push_back(last.seconds);
    }
  double seconds_of[kVariants];
  for (unsigned watched = nothing; watched < kVariants; ++watched)
    seconds_of[watched] = bench::median(times[watched]);
  fmt::print(
      "analysis_cost plain_s={:.4f} hazards_ratio={:.3f} oversync_ratio={:.3f} both_ratio={:.3f} "
      "jobs={} hazards={} dependencies={}\n",
      seconds_of[nothing], seconds_of[hazards_only] / seconds_of[nothing],
      seconds_of[oversync_only] / seconds_of[nothing], seconds_of[both] / seconds_of[nothing],
      last.jobs, last.hazards, last.dependencies);
  fmt::print("order_watch plain_s={:.4f} ratio={:.3f} jobs={} events={} chains={} predictions={}\n",
             seconds_of[both], seconds_of[both_and_orders] / seconds_of[both], last.jobs,
             last.orders.work.events, last.orders.work.chains,
             last.orders.reports.size() + last.orders.notes.size());
  return 0;
}
