// Faults of devices: firmware that stops answering, GPUs that are pulled out; and who gets a slot
// of the firmware.
#include <catch2/catch.hpp>

#include "campaign/clients.hpp"
#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;
using fencelab::campaign::find_metric;
using fencelab::campaign::RunRecord;

namespace {

const std::string kRcs = R"("engine": "rcs0")";
const std::string kUser = R"("preset": "user-queues-preempt-ctx")";

std::string job(const std::string& duration, const std::string& more = "") {
  return R"({"submit": {"context": "c", "duration": ")" + duration + "\"" +
         (more.empty() ? "" : ", " + more) + "}}";
}

std::string at(const std::string& kind, const std::string& when) {
  return R"("faults": [{"kind": ")" + kind + R"(", "gpu": "gpu0", "when": ")" + when + "\"}],";
}

std::int64_t longest(const RunRecord& run, const std::string& process) {
  const std::string* const value = find_metric(run, "job_latency_max_ns@" + process);
  REQUIRE(value);
  REQUIRE_FALSE(value->empty());
  return std::stoll(*value);
}

}  // namespace

TEST_CASE("What a GPU has when it is pulled out is lost, and what comes later is refused") {
  const auto run =
      run_small({.gpu = R"("credits": 1)",
                 .resources = at("unplug", "2 ms"),
                 .processes = process("p", kRcs,
                                      job("1 ms") + "," + job("5 ms") + "," + job("5 ms") +
                                          R"(, {"think": "4 ms"}, )" + job("1 ms")),
                 .stack = kFreeIoctls,
                 .links = {}});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "jobs_done_count") == 1);
  CHECK(number(run, "jobs_lost_count") == 3);
  // Nobody is guilty of it.
  CHECK(number(run, "jobs_lost_guilty_count") == 0);
  CHECK(number(run, "resets_count") == 0);
  CHECK(number(run, "engine_busy_ns") == 2 * kMs);
}

TEST_CASE("Binds on a GPU that is gone fail, and take no page tables") {
  const auto run = [](const std::string& when) {
    return run_small(
        {.gpu = {},
         .resources = at("unplug", when),
         .processes =
             R"({"name": "p", "buffers": [{"name": "b", "size": "4 KiB"}], "contexts": [{"name": "c"}],
              "threads": [{"name": "main", "program": [{"think": "3 ms"}, {"bind": {"context": "c", "buffer": "b"}}]}]})",
         .stack = kFreeIoctls,
         .links = {}});
  };
  const auto gone = run("2 ms"), there = run("4 ms");
  CHECK(gone.verdict == "complete");
  CHECK(number(gone, "system_peak_bytes") < number(there, "system_peak_bytes"));
}

TEST_CASE("A process that writes the ring of a GPU that is gone waits for ever, and is told why") {
  const auto run =
      run_small({.gpu = {},
                 .resources = at("unplug", "2 ms"),
                 .processes = process("p", kRcs, R"({"think": "3 ms"}, )" + job("1 ms")),
                 .stack = kUser,
                 .links = {}});
  CHECK(run.verdict == "stall");
  REQUIRE_FALSE(run.incidents.empty());
  CHECK(run.incidents[0].text.find("gpu0 is gone") != std::string::npos);
}

TEST_CASE("Without its firmware a queue that has a slot goes on, and none gets one") {
  const auto run =
      run_small({.gpu = {},
                 .resources = at("firmware-stop", "5 ms"),
                 .processes = process("has", kRcs, job("10 ms") + "," + job("10 ms")) + "," +
                              process("wants", R"("engine": "ccs0")", job("1 ms"), "6 ms"),
                 .stack = R"("preset": "user-queues-preempt-ctx", "axes": {"hang": "none"})",
                 .links = {}});
  CHECK(run.verdict == "stall");
  CHECK(number(run, "jobs_done_count") == 2);
  REQUIRE_FALSE(run.incidents.empty());
  CHECK(run.incidents[0].text.find("the firmware of gpu0 does not answer") != std::string::npos);
}

TEST_CASE("A limit on preemption brings the firmware back, and costs nobody's work") {
  const auto run = run_small(
      {.gpu = R"("firmware_latency": "0 ns")",
       .resources = at("firmware-stop", "5 ms"),
       .processes = process("has", kRcs, job("200 ms")) + "," +
                    process("wants", R"("engine": "ccs0")", job("1 ms"), "6 ms"),
       .stack =
           R"("preset": "user-queues-preempt-ctx", "axes": {"hang": {"policy": "preempt-timeout", "timeout": "100 ms"},
              "submission": {"policy": "user", "doorbell_cost": "0 ns"}})",
       .links = {}});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "jobs_done_count") == 2);
  CHECK(number(run, "resets_count") == 1);
  CHECK(longest(run, "wants") == 101 * kMs);
  CHECK(longest(run, "has") == 200 * kMs);
}

TEST_CASE("The firmware gives a slot to the most urgent, at once, and only equals take turns") {
  const auto run = [](int low, int high) {
    return run_small(
        {.gpu =
             R"("firmware_slots": 1, "firmware_latency": "0 ns", "firmware_quantum": "2 ms", "preemption_cost": "0 ns")",
         .resources = {},
         .processes = process("a", kRcs + R"(, "priority": )" + std::to_string(low), job("10 ms")) +
                      "," +
                      process("b", R"("engine": "ccs0", "priority": )" + std::to_string(high),
                              job("10 ms"), "1 ms"),
         .stack =
             R"("preset": "user-queues-preempt-ctx", "axes": {"submission": {"policy": "user", "doorbell_cost": "0 ns"}})",
         .links = {}});
  };
  const auto urgent = run(0, 10);
  CHECK(longest(urgent, "b") == 10 * kMs);
  CHECK(longest(urgent, "a") == 20 * kMs);
  const auto patient = run(10, 0);
  CHECK(longest(patient, "a") == 10 * kMs);
  CHECK(longest(patient, "b") == 19 * kMs);
  // 3 ms, then 2 ms each in turn: a is done after 3 + 7, in its fifth turn.
  const auto equal = run(10, 10);
  CHECK(longest(equal, "a") > 10 * kMs);
  CHECK(longest(equal, "a") < 20 * kMs);
  CHECK(number(equal, "makespan_ns") >= 20 * kMs);
}

TEST_CASE("Isolated processes are never on the hardware side by side, queues of one process are") {
  const auto run = [](const std::string& isolation) {
    return run_small(
        {.gpu =
             R"("firmware_latency": "0 ns", "firmware_quantum": "2 ms", "preemption_cost": "0 ns")",
         .resources = {},
         .processes =
             R"({"name": "two", "contexts": [{"name": "c", "engine": "rcs0"}, {"name": "d", "engine": "bcs0"}],
                 "threads": [{"name": "main", "program": [{"submit": {"context": "c", "duration": "5 ms"}},
                                                          {"submit": {"context": "d", "duration": "5 ms"}}]}]},)" +
             process("other", R"("engine": "ccs0")", job("5 ms"), "1 ms"),
         .stack =
             R"("preset": "user-queues-preempt-ctx", "axes": {"submission": {"policy": "user", "doorbell_cost": "0 ns", "isolation": ")" +
             isolation + R"("}})",
         .links = {}});
  };
  const auto free = run("none");
  CHECK(number(free, "makespan_ns") == 6 * kMs);
  CHECK(longest(free, "other") == 5 * kMs);
  // Both queues have the hardware until 3 ms, then other until 5, then in turn.
  const auto isolated = run("process");
  CHECK(isolated.verdict == "complete");
  CHECK(number(isolated, "jobs_done_count") == 3);
  CHECK(number(isolated, "engine_busy_ns") == 15 * kMs);
  CHECK(number(isolated, "makespan_ns") >= 10 * kMs);
  CHECK(number(isolated, "makespan_ns") < 13 * kMs);
  CHECK(longest(isolated, "other") > 7 * kMs);
}
