// How fast recordings are read: text of gpu_scheduler, dma_fence and sched_switch events as
// trace-cmd prints it, made up, imported into a scenario. Prints seconds of processor time for the
// text and for the scenario, and lines per second.
//   bench_ftrace_import [MEGABYTES]
#include <fmt/format.h>

#include <cstdlib>
#include <sstream>

#include "bench/measure.hpp"
#include "scenarios/ftrace/importer.hpp"

namespace {

using namespace fencelab;

/// One job of one of eight clients, with what else happens around it: 13 lines.
void add_job(std::string& text, std::uint64_t job) {
  std::uint64_t us = job * 100;
  const auto stamp = [&us] {
    const std::uint64_t now = us++;
    return fmt::format("{}.{:06}", now / 1'000'000, now % 1'000'000);
  };
  const std::uint64_t client = job % 8, seqno = job / 8 + 1;
  const std::string fence = fmt::format("fence={}:{}", 100 + 2 * client, seqno);
  const std::string who =
      fmt::format("          game{}-{}   [{:03}]", client, 1000 + client, client);
  const std::string where =
      fmt::format("dev=0000:04:00.0, {}, ring=gfx_0.0.0, job count:0, hw job count:1, client_id:{}",
                  fence, client + 1);
  fmt::format_to(std::back_inserter(text), "{}  {}: drm_sched_job_queue: {}\n", who, stamp(),
                 where);
  fmt::format_to(std::back_inserter(text), "{}  {}: drm_sched_job_run: {}\n", who, stamp(), where);
  for (int i = 0; i < 8; ++i)
    fmt::format_to(std::back_inserter(text),
                   "{}  {}: sched_switch: game:{} [120] S ==> swapper/{}:0 [120]\n", who, stamp(),
                   1000 + client, client);
  fmt::format_to(std::back_inserter(text), "{}  {}: drm_sched_job_done: {} signaled\n", who,
                 stamp(), fence);
  fmt::format_to(
      std::back_inserter(text),
      "{}  {}: dma_fence_signaled: driver=drm_sched timeline=gfx_0.0.0 context={} seqno={}\n", who,
      stamp(), 100 + 2 * client, seqno);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t bytes = (argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 50) * 1'000'000;
  std::string text;
  for (std::uint64_t job = 0; text.size() < bytes; ++job) add_job(text, job);
  std::istringstream input(text);
  const double begun = bench::cpu_seconds();
  const auto recording = scenarios::ftrace::read_text(input, "made up", {});
  const double read = bench::cpu_seconds();
  if (!recording) return EXIT_FAILURE;
  const auto imported = scenarios::ftrace::import_recording(*recording, "made up", {"made-up", {}});
  const double written = bench::cpu_seconds();
  if (!imported) return EXIT_FAILURE;
  fmt::print(
      "{} MB, {} lines: read in {:.2f} s ({:.1f} million lines/s), scenario of {} MB in {:.2f} s\n",
      text.size() / 1'000'000, recording->lines, read - begun,
      static_cast<double>(recording->lines) / 1e6 / (read - begun),
      imported->scenario.size() / 1'000'000, written - read);
  return EXIT_SUCCESS;
}
