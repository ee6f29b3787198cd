// Who waits for whom when memory is short: the dependency edges of reclaim, one test for each.
//
// Not here: E3' (KFD: user queues off the hardware) is tested with the notifier policies; E3''
// needs a fault mode, which no policy has; E7, E8 a model of mmap_lock and of get_user_pages(); E9
// to E15 are edges of eviction, preempt fences, schedulers, resets and commits, tested with those.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/reclaim_run.hpp"

using namespace fencelab::tests;

namespace {

/// 56 MiB in four buffers of a GPU, in use from 0 to 20 ms.
const std::string kBusy =
    R"({"name": "game", "buffers": [{"name": "t", "size": "14 MiB", "gpu": "gpu0", "count": 4}],
        "contexts": [{"name": "c", "engine": "rcs0"}], "threads": [{"name": "main", "program": [
        {"id": "j", "submit": {"context": "c", "duration": "20 ms", "writes": ["t.0", "t.1", "t.2", "t.3"]}},
        {"wait": {"ops": ["j"]}}, {"think": "1 s"}]}]})";
const std::string kSwap = R"("disk": {"bandwidth": "1 GB/s", "swap": "1 GiB"})";
constexpr std::int64_t kSwapOut = 14ll * 1024 * 1024;  // ns at 1 GB/s

/// Another process that takes 10 MiB of kernel memory at 5 ms.
std::string taker(const std::string& gfp) {
  return R"({"name": "taker", "buffers": [{"name": "n", "size": "10 MiB", "memory": "kernel", "allocated": false}],
            "threads": [{"name": "main", "start": "5 ms", "program": [{"alloc": {"buffer": "n", "gfp": ")" +
         gfp + R"("}}]}]})";
}

/// 48 MiB of process memory that a GPU uses until 20 ms.
std::string solver(const std::string& kind) {
  return R"({"name": "solver", "buffers": [{"name": "grid", "size": "56 MiB", "userptr": true, "memory": ")" +
         kind + R"(", "allocated": false}],
        "contexts": [{"name": "c", "engine": "ccs0"}], "threads": [{"name": "main", "program": [
        {"alloc": "grid"}, {"id": "j", "submit": {"context": "c", "duration": "20 ms", "reads": ["grid"]}},
        {"wait": {"ops": ["j"]}}, {"think": "1 s"}]}]})";
}

}  // namespace

TEST_CASE("E1: an allocation with GFP_KERNEL calls shrinkers, one with GFP_NOFS does not") {
  const auto idle = [](const std::string& gfp) {
    return run_memory(
        {.memory = kSwap, .processes = kBusy + "," + taker(gfp), .axes = R"("reclaim": "wait")"});
  };
  const auto kernel = idle("kernel");
  CHECK(number(kernel, "allocation_failures_count") == 0);
  CHECK(number(kernel, "direct_reclaim_time_ns") >= 15 * kMs);
  const auto nofs = idle("nofs");
  CHECK(number(nofs, "allocation_failures_count") == 0);
  CHECK(number(nofs, "direct_reclaim_time_ns") == 0);  // kswapd did it
}

TEST_CASE("E2: reclaim of mapped pages calls the MMU notifier, also without __GFP_IO") {
  for (const char* const gfp : {"kernel", "nofs", "noio"}) {
    INFO(gfp);
    const auto run = run_memory(
        {.processes = solver("file") + "," + taker(gfp), .axes = R"("userptr": "notifier-wait")"});
    CHECK(number(run, "evictions_count") == 1);
    CHECK(number(run, "oom_kills_count") == 0);
    CHECK(number(run, "direct_reclaims_count") >= 1);
  }
}

TEST_CASE("E3: the notifier waits for the fences of the range, and reclaim for the notifier") {
  const auto run = run_memory({.memory = kSwap,
                               .processes = solver("anonymous") + "," + taker("kernel"),
                               .axes = R"("userptr": "notifier-wait")"});
  CHECK(number(run, "evictions_count") == 1);
  CHECK(number(run, "eviction_max_ns") >= 15 * kMs);  // from 5 ms to the end of the job
  const auto pinned = run_memory({.memory = kSwap,
                                  .processes = solver("anonymous") + "," + taker("kernel"),
                                  .axes = R"("userptr": "pin")"});
  CHECK(number(pinned, "evictions_count") == 0);
}

TEST_CASE("E4: a shrinker waits for the fences of a buffer only where it may") {
  const auto under = [](const std::string& policy) {
    return run_memory({.memory = kSwap,
                       .processes = kBusy + "," + taker("kernel"),
                       .axes = R"("reclaim": ")" + policy + "\""});
  };
  const auto wait = under("wait");
  CHECK(number(wait, "eviction_max_ns") >= 15 * kMs);
  // No one waits: the buffers cannot be had before the job is over, and nobody's death would help.
  const auto nobody = under("no-gpu");
  CHECK(number(nobody, "evictions_count") == 0);
  CHECK(number(nobody, "allocation_failures_count") == 1);
}

TEST_CASE("E5: a shrinker only tries reservations") {
  const auto broken = rules_broken({.memory = kSwap, .processes = kBusy + "," + taker("kernel")});
  CHECK(broken.find("resv-lock-in-reclaim") == std::string::npos);
  CHECK(broken.find("resv-lock-in-notifier") == std::string::npos);
}

TEST_CASE("E6: a driver that holds reservations may allocate with GFP_KERNEL") {
  // The job of another process needs 10 MiB of system memory, under the lock of its reservation.
  const std::string second =
      R"({"name": "second", "buffers": [{"name": "f", "size": "10 MiB", "gpu": "gpu0"}],
          "contexts": [{"name": "c", "engine": "ccs0"}], "threads": [{"name": "main", "start": "5 ms", "program": [
          {"id": "j", "submit": {"context": "c", "duration": "1 ms", "writes": ["f"]}}, {"wait": {"ops": ["j"]}}]}]})";
  const auto run = run_memory({.memory = kSwap, .processes = kBusy + "," + second});
  CHECK(number(run, "jobs_done_count") == 2);
  CHECK(number(run, "evictions_count") >= 1);
  CHECK(number(run, "ioctl_max_ns") >= 15 * kMs + kSwapOut);
  CHECK(rules_broken({.memory = kSwap, .processes = kBusy + "," + second}).empty());
}

TEST_CASE("A shrinker that waits for a fence in a GFP_NOFS allocation is reported") {
  const MemoryScenario scenario{.memory = kSwap,
                                .processes = kBusy + "," + taker("nofs"),
                                .axes = R"("reclaim": "ignores-fs")"};
  CHECK(rules_broken(scenario) == "fence-wait-in-nofs-reclaim ");
  CHECK(rules_broken({.memory = kSwap, .processes = kBusy + "," + taker("kernel")}).empty());
}

TEST_CASE("Purgeable buffers go first, and need no disk") {
  const std::string game =
      R"({"name": "game", "buffers": [{"name": "t", "size": "14 MiB", "gpu": "gpu0", "count": 4}],
        "contexts": [{"name": "c", "engine": "rcs0"}], "threads": [{"name": "main", "program": [
        {"id": "j", "submit": {"context": "c", "duration": "1 ms", "writes": ["t.0", "t.1", "t.2", "t.3"]}},
        {"wait": {"ops": ["j"]}}, {"madvise": {"buffer": "t.2", "advice": "dontneed"}}, {"think": "1 s"}]}]})";
  const auto run = run_memory({.processes = game + "," + taker("kernel")});
  CHECK(number(run, "purges_count") == 1);
  CHECK(number(run, "evictions_count") == 1);
  CHECK(number(run, "moved_bytes") == 0);
  CHECK(number(run, "allocation_failures_count") == 0);
}

TEST_CASE("memalloc scopes narrow what an allocation may do") {
  const auto in = [](const std::string& scope) {
    return run_memory(
        {.memory = R"("page_cache": {"clean": "58 MiB"})",
         .processes =
             R"({"name": "p", "buffers": [{"name": "n", "size": "5 MiB", "memory": "kernel", "allocated": false},
             {"name": "m", "size": "5 MiB", "memory": "kernel", "allocated": false}],
             "threads": [{"name": "main", "program": [{"memalloc_save": ")" +
             scope + R"("}, {"alloc": "n"}, {"memalloc_restore": ")" + scope +
             R"("}, {"alloc": "m"}]}]})"});
  };
  // All of the reserve, and no reclaim, in the scope; after it the thread reclaims.
  const auto noreclaim = in("noreclaim");
  CHECK(number(noreclaim, "allocation_failures_count") == 0);
  const auto nofs = in("nofs");
  CHECK(number(nofs, "allocation_failures_count") == 0);
  CHECK(number(nofs, "direct_reclaims_count") >= 1);
}
