// Whole engine: 10 clients at 60 frames a second with 20 jobs a frame share buffers with a
// compositor under implicit sync, all metrics on. Prints simulated jobs per second and peak memory.
//   bench_whole_engine [SECONDS_OF_SIMULATED_TIME]
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

#include "bench/whole_scenario.hpp"
#include "campaign/run_one.hpp"
#include "scenarios/loader.hpp"

int main(int argc, char** argv) {
  using namespace fencelab;
  const long seconds = argc > 1 ? std::atol(argv[1]) : 80;
  const auto loaded =
      scenarios::load_scenario(bench::whole_scenario(10, 20, seconds * 60), "whole-engine", {});
  if (!loaded) {
    fmt::print("{}", scenarios::format_diagnostics(loaded.diagnostics()));
    return 1;
  }
  const auto registry = policies::Registry::built_in();
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  const auto begun = std::chrono::steady_clock::now();
  const auto record = campaign::run_one(*loaded, *stack, 1);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
  const double jobs = std::stod(record.values.at("jobs_done_count"));
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "whole_engine jobs={:.0f} verdict={} wall_s={:.3f} jobs_per_s={:.0f} peak_rss_kib={}\n", jobs,
      record.verdict, wall.count(), jobs / wall.count(), usage.ru_maxrss);
  return 0;
}
