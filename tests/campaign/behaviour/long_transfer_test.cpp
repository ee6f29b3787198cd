// A run goes on as long as something is under way, whether or not an event is ahead.
#include <catch2/catch.hpp>

#include "campaign/run_one.hpp"
#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

TEST_CASE("A move that takes longer than the progress bound is waited for") {
  // 40 MiB over 10 MB/s take 4.19 s; nothing else happens, and the bound is one second.
  const auto job = [](const std::string& buffer) {
    return R"({"id": ")" + buffer +
           R"(", "submit": {"context": "c", "duration": "1 ms", "writes": [")" + buffer +
           R"("]}}, {"wait": {"ops": [")" + buffer + R"("]}})";
  };
  const auto run = run_small(
      {.gpu = R"("vram": "64 MiB")",
       .resources =
           R"("buffers": [{"name": "old", "size": "40 MiB", "gpu": "gpu0"}, {"name": "new", "size": "40 MiB", "gpu": "gpu0"}],)",
       .processes = process("p", R"("engine": "rcs0")", job("old") + "," + job("new")),
       .stack = kFreeIoctls,
       .links = R"({"name": "pcie", "connects": ["gpu0", "memory"], "bandwidth": "10 MB/s"})"});
  CHECK(number(run, "jobs_done_count") == 2);
  CHECK(number(run, "makespan_ns") == 2 * kMs + std::int64_t{40 << 20} * 100);
}

TEST_CASE("So is a write to a slow disk") {
  const auto run = run_text(
      R"({"format": 1, "name": "small", "horizon": "60 s",
          "platform": {"memory": {"size": "64 MiB", "swap": "10 MB/s"}, "gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
          "buffers": [{"name": "old", "size": "40 MiB"}, {"name": "new", "size": "40 MiB", "allocated": false}],
          "processes": [{"name": "p", "contexts": [{"name": "c"}], "threads": [{"name": "main", "program": [
            {"id": "j", "submit": {"context": "c", "duration": "1 ms", "writes": ["old"]}},
            {"wait": {"ops": ["j"]}}, {"alloc": "new"}, {"think": "1 ms"}]}]}],
          "stacks": ["linux-implicit"]})",
      [](const auto& scenario, const auto& stack) {
        return fencelab::campaign::run_one(scenario, stack, 1);
      });
  CHECK(number(run, "evictions_count") == 1);
  CHECK(number(run, "makespan_ns") > std::int64_t{40 << 20} * 100);
}
