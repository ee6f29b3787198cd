// Whole engine: 10 clients at 60 frames a second with 20 jobs a frame share buffers with a
// compositor under implicit sync, all metrics on. Prints simulated jobs per second and peak memory.
//   bench_whole_engine [SECONDS_OF_SIMULATED_TIME]
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "campaign/run_one.hpp"
#include "scenarios/loader.hpp"

namespace {

std::string scenario(int clients, int jobs, long frames) {
  std::string chains, processes, latches, reads;
  for (int client = 0; client < clients; ++client) {
    chains +=
        fmt::format(R"({}{{"name": "win{}", "images": 3, "size": "8 MiB", "mode": "mailbox"}})",
                    client ? "," : "", client);
    std::string body = fmt::format(R"({{"acquire": "win{}"}})", client);
    for (int job = 0; job < jobs; ++job)
      body += fmt::format(
          R"(,{{"submit": {{"context": "c", "duration": "20 us", "reads": ["tex"], "writes": ["@win{}"]}}}})",
          client);
    body += fmt::format(R"(,{{"present": "win{}"}})", client);
    processes += fmt::format(
        R"({{"name": "client{0}", "buffers": [{{"name": "tex", "size": "4 MiB"}}], "contexts": [{{"name": "c", "engine": "rcs{1}"}}],
            "threads": [{{"name": "main", "program": [{{"loop": {{"times": {2}, "period": "16667 us", "body": [{3}]}}}}]}}]}},)",
        client, client % 4, frames, body);
    latches += fmt::format(R"({{"latch": "win{}"}},)", client);
    reads += fmt::format(R"({}"@win{}")", client ? "," : "", client);
  }
  return fmt::format(
      R"({{"format": 1, "name": "whole-engine", "horizon": "100000 s", "progress_bound": "10 s",
          "platform": {{"gpus": [{{"name": "gpu0", "engines": ["rcs0", "rcs1", "rcs2", "rcs3", "rcs4"]}}]}},
          "displays": [{{"name": "d", "refresh": "60 Hz"}}], "swapchains": [{0}], "buffers": [{{"name": "scanout", "size": "8 MiB"}}],
          "processes": [{1}{{"name": "compositor", "contexts": [{{"name": "c", "engine": "rcs4"}}], "threads": [{{"name": "main",
            "program": [{{"loop": {{"times": {2}, "body": [{{"vblank": "d"}},{3}
              {{"submit": {{"context": "c", "duration": "1 ms", "reads": [{4}], "writes": ["scanout"]}}}},
              {{"flip": {{"display": "d", "planes": ["scanout"]}}}}]}}}}]}}]}}],
          "stacks": ["linux-implicit"]}})",
      chains, processes, frames, latches, reads);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace fencelab;
  const long seconds = argc > 1 ? std::atol(argv[1]) : 80;
  const auto loaded = scenarios::load_scenario(scenario(10, 20, seconds * 60), "whole-engine", {});
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
