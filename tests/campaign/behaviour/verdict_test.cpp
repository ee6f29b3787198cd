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
