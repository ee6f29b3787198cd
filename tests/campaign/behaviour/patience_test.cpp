// Allocations that do not wait for reclaim, and shrinkers that do not wait for long.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/reclaim_run.hpp"

using namespace fencelab::tests;

namespace {

/// 56 MiB in four buffers of a GPU, in use from 0 to 200 ms.
const std::string kBusy =
    R"({"name": "game", "buffers": [{"name": "t", "size": "14 MiB", "gpu": "gpu0", "count": 4}],
        "contexts": [{"name": "c", "engine": "rcs0"}], "threads": [{"name": "main", "program": [
        {"id": "j", "submit": {"context": "c", "duration": "200 ms", "writes": ["t.0", "t.1", "t.2", "t.3"]}},
        {"wait": {"ops": ["j"]}}, {"think": "1 s"}]}]})";

/// Takes 10 MiB of kernel memory at 5 ms.
const std::string kTaker =
    R"({"name": "taker", "buffers": [{"name": "n", "size": "10 MiB", "memory": "kernel", "allocated": false}],
        "threads": [{"name": "main", "start": "5 ms", "program": [{"alloc": "n"}]}]})";

MemoryScenario with_patience(const std::string& time) {
  return {.memory = R"("disk": {"bandwidth": "1 GB/s", "swap": "1 GiB"})",
          .processes = kBusy + "," + kTaker,
          .axes = R"("reclaim": {"policy": "wait", "active_wait": ")" + time + R"("})"};
}

/// Two processes that have 4 MiB of a mempool for 1 ms each, one after the other.
MemoryScenario of_mempool(const std::string& mempool) {
  const auto writer = [](const std::string& name) {
    return R"({"name": ")" + name +
           R"(", "buffers": [{"name": "bio", "size": "4 MiB", "memory": "kernel", "allocated": false}],
        "threads": [{"name": "main", "start": "1 ms", "program": [
          {"alloc": {"buffer": "bio", "gfp": "mempool"}}, {"think": "1 ms"}, {"free": "bio"}]}]})";
  };
  const std::string hog =
      R"({"name": "hog", "buffers": [{"name": "slab", "size": "54 MiB", "memory": "kernel", "allocated": false}],
          "threads": [{"name": "main", "program": [{"alloc": "slab"}, {"think": "1 s"}]}]})";
  return {.memory = R"("mempool": ")" + mempool + "\"",
          .processes = hog + "," + writer("one") + "," + writer("two")};
}

}  // namespace

TEST_CASE("An impatient shrinker leaves a buffer in use to the GPU") {
  const auto waits = run_memory(with_patience("0 ns"));
  CHECK(number(waits, "direct_reclaim_time_ns") >= 195 * kMs);
  CHECK(number(waits, "timeouts_fired_count") == 0);
  // 10 jiffies at HZ=250 for each of the four, and no more.
  const auto impatient = run_memory(with_patience("10 ms"));
  CHECK(number(impatient, "direct_reclaim_time_ns") < 195 * kMs);
  CHECK(number(impatient, "jobs_done_count") == 1);
}

TEST_CASE("Of a mempool whoever finds none waits, and gets what comes back") {
  const auto both = run_memory(of_mempool("8 MiB"));
  CHECK(number(both, "makespan_ns") == 1000 * kMs);
  CHECK(number(both, "allocation_failures_count") == 0);
  CHECK(number(both, "direct_reclaims_count") == 0);
  const auto in_turn = run_memory(of_mempool("4 MiB"));
  CHECK(number(in_turn, "operations_count") == number(both, "operations_count"));
  CHECK(number(in_turn, "allocation_failures_count") == 0);
  // An element that is larger than the pool there is not.
  CHECK(number(run_memory(of_mempool("2 MiB")), "allocation_failures_count") == 2);
}
