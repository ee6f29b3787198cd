// Verdicts that are not found in the graph of waits.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

/// Work without a pause on one engine, and one job of somebody else behind it.
fencelab::campaign::RunRecord crowd_and_one(int priority_of_crowd, const std::string& stack) {
  const std::string crowd = R"("engine": "rcs0", "priority": )" + std::to_string(priority_of_crowd);
  return run_small(
      {.gpu = R"("timeslice": "1 ms")",
       .resources = {},
       .processes =
           process(
               "crowd", crowd,
               R"({"queue_depth": 2}, {"loop": {"times": 2000, "body": [{"submit": {"context": "c", "duration": "2 ms"}}]}})") +
           "," +
           process(
               "one", R"("engine": "rcs0")",
               R"({"id": "j", "submit": {"context": "c", "duration": "2 ms"}}, {"wait": {"ops": ["j"]}})",
               "1 ms"),
       .stack = stack,
       .links = {}});
}

}  // namespace

TEST_CASE(
    "A job that others of higher priority keep from its engine for longer than the bound starves") {
  for (const std::string& stack : {kFreeIoctls, std::string(R"("preset": "xe-long-running")")}) {
    INFO(stack);
    const auto starved = crowd_and_one(10, stack);
    CHECK(starved.verdict == "starved");
    REQUIRE(starved.incidents.size() == 1);
    CHECK(starved.incidents[0].text.find("job j#0 of one") != std::string::npos);
    CHECK(starved.incidents[0].text.find("gpu0/rcs0") != std::string::npos);
    CHECK(number(starved, "jobs_done_count") == 2001);  // late, but not never
    CHECK(crowd_and_one(0, stack).verdict == "complete");
  }
}

TEST_CASE("A job longer than the bound starves nobody where it is alone, and is no livelock") {
  const auto run = run_small(
      {.gpu = {},
       .resources = {},
       .processes = process(
           "p", R"("engine": "rcs0")",
           R"({"id": "j", "submit": {"context": "c", "duration": "10 s"}}, {"wait": {"ops": ["j"]}})"),
       .stack = free_ioctls_with(R"("hang": "none")"),
       .links = {}});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "makespan_ns") == 10'000 * kMs);
}

TEST_CASE("Whoever tries again and again is in a livelock once nobody else gets anything done") {
  // 80 MiB in 64 for one process, restored every `retry`; the other one's job needs no memory.
  const auto run = [](const std::string& retry, const std::string& job) {
    return run_small(
        {.gpu = R"("vram": "64 MiB")",
         .resources = R"("buffers": [{"name": "a", "size": "40 MiB", "gpu": "gpu0"},)"
                      R"( {"name": "b", "size": "40 MiB", "gpu": "gpu0"}],)",
         .processes = process("greedy", R"("engine": "ccs0")",
                              R"({"id": "j", "submit": {"context": "c", "duration": "1 ms",)"
                              R"( "reads": ["a"], "writes": ["b"]}}, {"wait": {"ops": ["j"]}})") +
                      "," +
                      process("other", R"("engine": "rcs0")",
                              R"({"id": "k", "submit": {"context": "c", "duration": ")" + job +
                                  R"("}}, {"wait": {"ops": ["k"]}})"),
         .stack =
             R"("preset": "kfd", "axes": {"residency": {"restore_retry": ")" + retry + R"("}})",
         .links = {}});
  };
  for (const char* retry : {"1 ms", "100 ms"}) {
    INFO(retry);
    CHECK(run(retry, "1 ms").verdict == "livelock");
    // An engine is at work all the time, or for the first 5 s.
    CHECK(run(retry, "200 s").verdict == "complete");
    const auto after = run(retry, "5 s");
    CHECK(after.verdict == "livelock");
    REQUIRE(after.incidents.size() == 1);
    CHECK(after.incidents[0].text.find("LIVELOCK from 5") != std::string::npos);
  }
}

namespace {

/// A thread that makes a fence and signals it under a lock, and one that waits for it under that
/// lock or does not; or the first ends without a signal.
fencelab::campaign::RunRecord wait_for_thread(const std::string& then, const std::string& waiter) {
  return run_small(
      {.gpu = R"("vram": "1 GiB")",
       .resources = R"("locks": ["l"],)",
       .processes =
           R"({"name": "p", "threads": [{"name": "maker", "program": [{"id": "f", "sw_fence": {}}, )"
           R"({"fork": "waiter"}, {"think": "1 ms"}, )" +
           then + R"(]}, {"name": "waiter", "forked": true, "program": [)" + waiter + "]}]}",
       .stack = kFreeIoctls,
       .links = {}});
}

}  // namespace

TEST_CASE("A software fence is its thread's to signal: who holds that thread up waits for itself") {
  const std::string locked = R"({"lock": "l"}, {"sw_signal": "f"}, {"unlock": "l"})";
  const std::string wait = R"({"wait": {"ops": ["f"]}})";
  CHECK(wait_for_thread(locked, wait).verdict == "complete");
  const auto stuck = wait_for_thread(locked, R"({"lock": "l"}, )" + wait + R"(, {"unlock": "l"})");
  CHECK(stuck.verdict == "deadlock");
  REQUIRE(stuck.incidents.size() == 1);
  CHECK(stuck.incidents[0].members == std::vector<std::string>{"p/maker", "p/waiter"});
  REQUIRE(stuck.incidents[0].edges.size() == 2);
  CHECK(stuck.incidents[0].edges[1].on == std::vector<std::string>{"dma_fence f of p/maker"});
  CHECK(stuck.incidents[0].edges[1].by == std::vector<std::string>{"p/maker"});
}

TEST_CASE("A software fence whose thread has ended is nobody's") {
  const auto run = wait_for_thread(R"({"think": "1 ms"})", R"({"wait": {"ops": ["f"]}})");
  CHECK(run.verdict == "orphan");
  REQUIRE(run.incidents.size() == 1);
  CHECK(run.incidents[0].members == std::vector<std::string>{"p/waiter"});
}
