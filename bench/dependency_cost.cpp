// What one job costs as its buffers grow in number and as more jobs have been done: two clients on
// two engines take turns on N shared buffers, so that every access brings a dependency. Prints
// microseconds of processor time per job and nanoseconds per buffer, with and without the analyses
// of over-synchronisation and hazards.
//   bench_dependency_cost [SYNC_POLICY [MOST_BUFFERS]]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "analysis/hazards/hazard_tracker.hpp"
#include "analysis/oversync/oversync_tracker.hpp"
#include "analysis/run/metrics.hpp"
#include "bench/measure.hpp"
#include "campaign/hardware.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/world.hpp"

namespace {

using namespace fencelab;

std::string program(int client, int buffers, long jobs) {
  std::string accesses;
  for (int i = 0; i < buffers; ++i) accesses += fmt::format(R"({}"b{}")", i ? "," : "", i);
  return fmt::format(
      R"({{"name": "client{0}", "contexts": [{{"name": "c", "engine": "rcs{0}"}}],
          "threads": [{{"name": "main", "program": [{{"queue_depth": 2}}, {{"loop": {{"times": {1}, "body": [
            {{"submit": {{"context": "c", "duration": "10 us", "writes": [{2}]}}}}]}}}}]}}]}})",
      client, jobs, accesses);
}

std::string scenario(const std::string& policy, int buffers, long jobs) {
  std::string list;
  for (int i = 0; i < buffers; ++i)
    list += fmt::format(R"({}{{"name": "b{}", "size": "4 KiB"}})", i ? "," : "", i);
  return fmt::format(
      R"({{"format": 1, "name": "dependency-cost", "horizon": "100000 s", "progress_bound": "100 s",
          "platform": {{"gpus": [{{"name": "gpu0", "engines": ["rcs0", "rcs1"]}}]}},
          "buffers": [{}], "processes": [{}, {}],
          "stacks": [{{"name": "s", "preset": "linux-implicit", "axes": {{"sync": "{}"}}}}]}})",
      list, program(0, buffers, jobs), program(1, buffers, jobs), policy);
}

struct Measured {
  double seconds = 0;
  std::uint64_t jobs = 0, dependencies = 0;
};

Measured run(const scenarios::Scenario& what, const scenarios::ResolvedStack& stack, bool watched) {
  core::Simulation simulation({.seed = 1});
  models::platform::SharedHardware hardware(simulation, campaign::describe_hardware(what.platform));
  policies::RunState state(simulation);
  analysis::RunMetrics metrics;
  analysis::HazardTracker hazards;
  analysis::OversyncTracker oversync;
  simulation.probe().subscribe(metrics, core::Probe::kFacts);
  if (watched) {
    simulation.probe().subscribe(hazards, analysis::HazardTracker::kMask);
    simulation.probe().subscribe(oversync, analysis::OversyncTracker::kMask);
  }
  scenarios::World world(simulation, hardware, what, stack, state);
  world.start();
  const double begun = bench::cpu_seconds();
  hardware.run(core::Time(what.horizon), [] { return false; });
  return {bench::cpu_seconds() - begun, metrics.jobs_done, oversync.needed() + oversync.unneeded()};
}

void measure(const policies::Registry& registry, const std::string& policy, int buffers,
             long jobs) {
  const auto loaded =
      scenarios::load_scenario(scenario(policy, buffers, jobs), "dependency-cost", {});
  if (!loaded) {
    fmt::print("{}", scenarios::format_diagnostics(loaded.diagnostics()));
    std::exit(1);
  }
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  Measured plain, watched;
  // The shortest of some, in turns: other programs only ever add to it.
  for (int turn = 0; turn < 5; ++turn) {
    const Measured without = run(*loaded, *stack, false), with = run(*loaded, *stack, true);
    if (turn == 0 || without.seconds < plain.seconds) plain = without;
    if (turn == 0 || with.seconds < watched.seconds) watched = with;
  }
  const double count = static_cast<double>(watched.jobs);
  fmt::print(
      "dependency_cost policy={} buffers={} jobs={} plain_us_per_job={:.2f} "
      "watched_us_per_job={:.2f} "
      "plain_ns_per_buffer={:.1f} watched_ns_per_buffer={:.1f} dependencies={}\n",
      policy, buffers, watched.jobs, plain.seconds / count * 1e6, watched.seconds / count * 1e6,
      plain.seconds / count / buffers * 1e9, watched.seconds / count / buffers * 1e9,
      watched.dependencies);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string policy = argc > 1 ? argv[1] : "implicit";
  const int most = argc > 2 ? std::atoi(argv[2]) : 10000;
  const auto registry = policies::Registry::built_in();
  for (const int buffers : {10, 100, 1000, 10000})
    if (buffers <= most) measure(registry, policy, buffers, std::max(10, 100000 / buffers));
  for (const long jobs : {1000, 10000, 100000}) measure(registry, policy, 10, jobs);
  return 0;
}
