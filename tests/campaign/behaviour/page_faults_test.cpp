// Page faults end to end: what moves, when, and what that costs, in numbers worked out by hand.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab;
using namespace fencelab::tests;

namespace {

const std::string kLongRunning = R"("engine": "ccs0", "long_running": true)";

/// Every cost is zero but those in `with`.
std::string faults(const std::string& with, const std::string& report = "0 ns") {
  return free_ioctls_with(
      R"("hang": "none", "residency": {"policy": "fault", "per_fault": "0 ns",
          "per_block": "0 ns", "per_folio": "0 ns", "copy_per_folio": "0 ns", "bind": "0 ns",
          "per_entry": "0 ns", "tlb_flush": "0 ns", "cpu_fault": "0 ns", "cpu_retry": "0 ns",
          "report": ")" +
      report + (with.empty() ? "\"" : "\", " + with) + "}");
}

std::string job(const std::string& accesses, const std::string& id = "j",
                const std::string& duration = "1 ms") {
  return R"({"id": ")" + id + R"(", "submit": {"context": "c", "duration": ")" + duration + "\", " +
         accesses + R"(}}, {"wait": {"ops": [")" + id + R"("]}})";
}

SmallScenario managed(const std::string& size, const std::string& vram, const std::string& program,
                      const std::string& with) {
  SmallScenario small;
  small.gpu = R"("vram": ")" + vram + "\"";
  small.resources =
      R"("buffers": [{"name": "data", "memory": "managed", "size": ")" + size + "\"}],";
  small.processes = process("p", kLongRunning, program);
  small.stack = faults(with);
  return small;
}

std::string touches(const std::string& pattern) {
  return R"("writes": [{"buffer": "data", "pages": {)" + pattern + "}}]";
}

}  // namespace

TEST_CASE("Every page of managed memory faults once, in batches as large as what is in flight") {
  const auto run = run_small(
      managed("1 MiB", "4 MiB", job(touches(R"("in_flight": 32)")), R"("prefetch": "none")"));
  CHECK(number(run, "page_faults_count") == 256);
  CHECK(number(run, "fault_batches_count") == 8);
  CHECK(number(run, "pages_to_gpu_count") == 256);
  CHECK(number(run, "pages_evicted_count") == 0);
}

TEST_CASE("A job takes its own time and that of the faults, which counts as waiting for memory") {
  SmallScenario small = managed("1 MiB", "4 MiB", job(touches(R"("in_flight": 32)")), "");
  small.stack = faults(R"("prefetch": "none")", "10 us");
  const auto run = run_small(small);
  CHECK(number(run, "job_time_running_ns") == 1 * kMs);
  CHECK(number(run, "job_time_memory_ns") == 8 * 10 * kUs);
}

TEST_CASE("What was prefetched does not fault") {
  const auto run = run_small(
      managed("1 MiB", "4 MiB", job(touches(R"("in_flight": 1)")), R"("prefetch": "sl64k")"));
  CHECK(number(run, "page_faults_count") == 16);
  CHECK(number(run, "pages_prefetched_count") == 240);
}

TEST_CASE("A page of untouched memory comes without a copy, one that a CPU wrote with it") {
  SmallScenario small = managed("64 KiB", "1 MiB", job(touches("")), "");
  small.links =
      R"({"name": "pcie", "connects": ["memory", "gpu0"], "bandwidth": "1 GB/s", "latency": "0 ns"})";
  CHECK(number(run_small(small), "moved_bytes") == 0);
  small.processes =
      process("p", kLongRunning, R"({"access": {"writes": ["data"]}}, )" + job(touches("")));
  CHECK(number(run_small(small), "moved_bytes") == 65536);
}

TEST_CASE("A CPU that touches pages of the GPU gets them back, with what else is in the block") {
  const auto run = run_small(managed(
      "64 KiB", "1 MiB",
      job(touches("")) + R"(, {"access": {"reads": [{"buffer": "data", "bytes": "4 KiB"}]}})", ""));
  CHECK(number(run, "cpu_faults_count") == 1);
  CHECK(number(run, "pages_to_cpu_count") == 16);
}

TEST_CASE("Memory that does not fit is evicted, and comes again") {
  const auto run = run_small(managed("4 MiB", "2 MiB", job(touches(R"("touches": 2048)")),
                                     R"("prefetch": "none", "evict": "lru2m")"));
  CHECK(number(run, "pages_to_gpu_count") == 2048);
  CHECK(number(run, "pages_evicted_count") == 1536);
  CHECK(number(run, "vram_peak_bytes") == 2 << 20);
}

TEST_CASE("Without room for a single page the GPU goes over the link") {
  SmallScenario small = managed("8 KiB", "8 KiB", "", "");
  small.resources =
      R"("buffers": [{"name": "data", "memory": "managed", "size": "8 KiB"},
                     {"name": "kept", "gpu": "gpu0", "size": "8 KiB"}],)";
  // The draw is first, and its fence is not waited for.
  small.processes =
      process("q", R"("engine": "rcs0")", job(R"("writes": ["kept"])", "draw", "50 ms")) + ", " +
      process("p", kLongRunning, job(touches("")), "1 ms");
  small.stack = faults(R"("isolation": "no-fence-in-handler")");
  const auto run = run_small(small);
  CHECK(run.verdict == "complete");
  CHECK(number(run, "pages_to_gpu_count") == 0);
  CHECK(number(run, "pages_remote_count") == 2);
  CHECK(number(run, "evictions_count") == 0);
}

TEST_CASE("Pages are reached over the link until they have been counted often enough") {
  const std::string program =
      R"({"access": {"writes": ["data"]}}, )" + job(touches(R"("touches": 64, "in_flight": 1)"));
  const auto run =
      run_small(managed("16 KiB", "1 MiB", program, R"("access_counter": 10, "prefetch": "none")"));
  CHECK(number(run, "pages_to_gpu_count") == 4);
  CHECK(number(run, "pages_remote_count") >= 10);
  CHECK(number(run, "pages_remote_count") < 20);
}

TEST_CASE("A job with a dma_fence that touches managed memory is refused") {
  SmallScenario small = managed("8 KiB", "1 MiB", job(touches("")), "");
  small.processes = process("p", R"("engine": "ccs0")", job(touches("")));
  CHECK(number(run_small(small), "jobs_lost_count") == 1);
}

TEST_CASE("Where GPUs cannot fault managed memory is like other buffers") {
  SmallScenario small = managed("8 KiB", "1 MiB", job(touches("")), "");
  small.stack = free_ioctls_with("");
  const auto run = run_small(small);
  CHECK(number(run, "jobs_done_count") == 1);
  CHECK(number(run, "page_faults_count") == 0);
  CHECK(number(run, "vram_peak_bytes") == 8192);
}

TEST_CASE("What a process leaves behind is given back, wherever its pages are") {
  SmallScenario small = managed("64 KiB", "64 KiB", job(touches("")), "");
  small.resources = "";
  small.processes =
      R"({"name": "p", "buffers": [{"name": "data", "memory": "managed", "size": "64 KiB"}],
          "contexts": [{"name": "c", "engine": "ccs0", "long_running": true}],
          "threads": [{"name": "main", "program": [)" +
      job(touches("")) + R"(]}]},
         {"name": "q", "buffers": [{"name": "all", "gpu": "gpu0", "size": "64 KiB"}],
          "contexts": [{"name": "c", "engine": "rcs0"}],
          "threads": [{"name": "main", "start": "50 ms", "program": [)" +
      job(R"("writes": ["all"])") + "]}]}";
  const auto run = run_small(small);
  CHECK(number(run, "jobs_done_count") == 2);
  CHECK(number(run, "pages_evicted_count") == 0);
}
