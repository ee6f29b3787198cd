// Who notices that something does not end, when, and who pays.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

const std::string kFault = R"("faults": [{"kind": "hang", "process": "hung", "op": "j"}],)";
const std::string kRcs = R"("engine": "rcs0")";

std::string job(const std::string& duration) {
  return R"({"id": "j", "submit": {"context": "c", "duration": ")" + duration +
         R"("}}, {"wait": {"ops": ["j"]}})";
}

std::string tdr(const std::string& timeout, const std::string& reset) {
  return R"("hang": {"policy": "tdr", "timeout": ")" + timeout + R"(", "reset": ")" + reset + "\"}";
}

}  // namespace

TEST_CASE("A watchdog ends a hung job after its time on the engine, and names the guilty") {
  const auto run = run_small({.gpu = {},
                              .resources = kFault,
                              .processes = process("hung", kRcs, job("1 ms")),
                              .stack = free_ioctls_with(tdr("100 ms", "engine")),
                              .links = {}});
  CHECK(run.verdict == "stall");
  CHECK(number(run, "makespan_ns") == 100 * kMs);
  CHECK(number(run, "timeouts_fired_count") == 1);
  CHECK(number(run, "resets_count") == 1);
  CHECK(number(run, "jobs_lost_guilty_count") == 1);
  CHECK(number(run, "jobs_lost_innocent_count") == 0);
  CHECK(run.values.at("culprit_precision_ratio") == "1");
  CHECK(run.values.at("culprit_recall_ratio") == "1");
}

TEST_CASE("Slices of a hung job add up: sharing the engine does not hide it") {
  const auto run = run_small(
      {.gpu = R"("timeslice": "1 ms", "preemption_cost": "0 ns")",
       .resources = kFault,
       .processes = process("hung", kRcs, job("1 ms")) + "," + process("fine", kRcs, job("5 ms")),
       .stack = free_ioctls_with(tdr("20 ms", "engine")),
       .links = {}});
  // Five slices each until 10 ms; 15 more of the hung one alone make 20 on the engine.
  CHECK(number(run, "jobs_done_count") == 1);
  CHECK(number(run, "job_latency_max_ns") == 10 * kMs);
  CHECK(number(run, "makespan_ns") == 25 * kMs);
  CHECK(number(run, "jobs_lost_guilty_count") == 1);
}

TEST_CASE(
    "A reset of the device takes innocent jobs of other engines along, one of the engine does "
    "not") {
  for (const char* scope : {"engine", "device"}) {
    INFO(scope);
    const auto run =
        run_small({.gpu = {},
                   .resources = kFault,
                   .processes = process("hung", kRcs, job("1 ms")) + "," +
                                process("other", R"("engine": "ccs0")", job("90 ms"), "50 ms"),
                   .stack = free_ioctls_with(tdr("100 ms", scope)),
                   .links = {}});
    const bool device = std::string(scope) == "device";
    CHECK(number(run, "jobs_lost_guilty_count") == 1);
    CHECK(number(run, "jobs_lost_innocent_count") == (device ? 1 : 0));
    CHECK(number(run, "jobs_done_count") == (device ? 0 : 1));
  }
}

TEST_CASE("Nobody notices without a hang policy: the waiter is stuck, and the verdict says why") {
  const auto run = run_small({.gpu = {},
                              .resources = kFault,
                              .processes = process("hung", kRcs, job("1 ms")),
                              .stack = free_ioctls_with(R"("hang": "none")"),
                              .links = {}});
  CHECK(run.verdict == "stall");
  CHECK(number(run, "timeouts_fired_count") == 0);
  CHECK(run.values.at("culprit_precision_ratio").empty());
  CHECK(run.values.at("culprit_recall_ratio") == "0");
  REQUIRE(run.incidents.size() == 1);
  CHECK(run.incidents[0].kind == "stall");
  // Why it does not end, not only that it does not: the cause is what somebody reads this for.
  CHECK(run.incidents[0].text.find("hung by a fault") != std::string::npos);
  CHECK(run.incidents[0].text.find(
            "job j#0 of hung hangs: hung by a fault; nothing but itself could end it") !=
        std::string::npos);
}

TEST_CASE("A slow job is not a hung one: a timeout above its length leaves it alone") {
  const auto run = run_small(
      {.gpu = {},
       .resources = R"("faults": [{"kind": "slow", "process": "hung", "op": "j", "factor": 50}],)",
       .processes = process("hung", kRcs, job("1 ms")),
       .stack = free_ioctls_with(tdr("100 ms", "engine")),
       .links = {}});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "makespan_ns") == 50 * kMs);
}

TEST_CASE(
    "A lost doorbell leaves a job unseen until a later one, or until the scheduler gives up") {
  const std::string fault = R"("faults": [{"kind": "lost-doorbell", "process": "p", "op": "j"}],)";
  const std::string alone = process("p", kRcs, job("1 ms"));
  const std::string rung_again =
      process("p", kRcs,
              R"({"id": "j", "submit": {"context": "c", "duration": "1 ms"}}, {"think": "30 ms"},
                 {"id": "k", "submit": {"context": "c", "duration": "1 ms"}}, {"wait": {"ops": ["j", "k"]}})");
  const auto run = [&](const std::string& processes) {
    return run_small({.gpu = {},
                      .resources = fault,
                      .processes = processes,
                      .stack = free_ioctls_with(tdr("100 ms", "engine")),
                      .links = {}});
  };
  const auto given_up = run(alone), saved = run(rung_again);
  CHECK(number(given_up, "jobs_lost_count") == 1);
  CHECK(number(given_up, "makespan_ns") == 100 * kMs);
  CHECK(saved.verdict == "complete");
  CHECK(number(saved, "jobs_done_count") == 2);
  CHECK(number(saved, "makespan_ns") == 32 * kMs);
}

TEST_CASE("A timeout shorter than honest work punishes the innocent") {
  const auto run = run_small({.gpu = {},
                              .resources = {},
                              .processes = process("slow", kRcs, job("200 ms")),
                              .stack = free_ioctls_with(tdr("100 ms", "engine")),
                              .links = {}});
  CHECK(number(run, "jobs_lost_innocent_count") == 1);
  CHECK(run.values.at("culprit_precision_ratio") == "0");
  CHECK(run.values.at("culprit_recall_ratio").empty());
}

TEST_CASE("A driver that sees a job get on gives it its time anew, but neither a loop nor a hang") {
  const auto with_progress = [](const std::string& context, const std::string& program,
                                const std::string& faults) {
    return run_small({.gpu = {},
                      .resources = faults,
                      .processes = process("hung", kRcs + context, program),
                      .stack = free_ioctls_with(
                          R"("hang": {"policy": "tdr", "timeout": "20 ms", "progress": "spared"})"),
                      .links = {}});
  };
  const auto slow = with_progress("", job("50 ms"), "");
  CHECK(slow.verdict == "complete");
  CHECK(number(slow, "timeouts_fired_count") == 2);
  CHECK(number(slow, "resets_count") == 0);
  // Where batches have marks only every 30 ms nothing is seen after 20.
  const auto coarse = with_progress(R"(, "preemption": "30 ms")", job("50 ms"), "");
  CHECK(number(coarse, "resets_count") == 1);
  CHECK(number(coarse, "makespan_ns") == 20 * kMs);
  CHECK(number(with_progress("", job("50 ms"), kFault), "resets_count") == 1);
  const auto loop = with_progress("", job("infinite"), "");
  CHECK(number(loop, "resets_count") == 1);
}

TEST_CASE("What is on an engine a forced fence takes off by a reset, whose scope counts") {
  for (const char* scope : {"engine", "device"}) {
    INFO(scope);
    const auto run = run_small(
        {.gpu = {},
         .resources = kFault + R"("buffers": [{"name": "b", "size": "1 MiB"}],)",
         .processes =
             process(
                 "hung", kRcs,
                 R"({"id": "j", "submit": {"context": "c", "duration": "1 ms", "writes": ["b"]}})") +
             "," +
             process("waits", R"("engine": "bcs0")",
                     R"({"id": "j", "submit": {"context": "c", "duration": "1 ms", "reads": ["b"]}},
                        {"wait": {"ops": ["j"]}})",
                     "1 ms") +
             "," + process("beside", R"("engine": "ccs0")", job("200 ms")),
         .stack = free_ioctls_with(
             R"("hang": {"policy": "wait-timeout", "timeout": "50 ms", "reset": ")" +
             std::string(scope) + "\"}"),
         .links = {}});
    CHECK(number(run, "fences_forced_count") == 1);
    CHECK(number(run, "resets_count") == 1);
    CHECK(run.values.at("culprit_precision_ratio") == "1");
    CHECK(number(run, "jobs_lost_innocent_count") == (scope == std::string("device") ? 1 : 0));
  }
}

TEST_CASE("Who cannot be taken off an engine needs nothing but its own end") {
  // Its queue is suspended for memory, and another of higher priority waits: neither keeps it.
  const auto run = run_small(
      {.gpu = R"("vram": "96 MiB")",
       .resources = {},
       .processes =
           R"({"name": "batch", "buffers": [{"name": "a", "size": "64 MiB", "gpu": "gpu0"}],
               "contexts": [{"name": "c", "gpu": "gpu0", "engine": "rcs0", "preemption": "never"}],
               "threads": [{"name": "main", "program": [
                 {"id": "j", "submit": {"context": "c", "duration": "3 s", "writes": ["a"]}}, {"wait": {"ops": ["j"]}}]}]},
              {"name": "other", "buffers": [{"name": "b", "size": "64 MiB", "gpu": "gpu0"}],
               "contexts": [{"name": "c", "gpu": "gpu0", "engine": "rcs0", "priority": 1}],
               "threads": [{"name": "main", "start": "10 ms", "program": [
                 {"id": "j", "submit": {"context": "c", "duration": "1 ms", "writes": ["b"]}}, {"wait": {"ops": ["j"]}}]}]})",
       .stack = R"("preset": "user-queues-preempt-ctx", "axes": {"hang": "none"})",
       .links = R"({"name": "pcie", "connects": ["gpu0", "memory"], "bandwidth": "16 GB/s"})"});
  CHECK(run.verdict == "complete");
  CHECK(run.incidents.empty());
  CHECK(number(run, "jobs_done_count") == 2);
}

TEST_CASE("Who does not let go of an engine that others want is reset when that takes too long") {
  const auto run = [](const std::string& other, const std::string& preset) {
    return run_small(
        {.gpu = R"("timeslice": "5 ms", "preemption_cost": "0 ns")",
         .resources = {},
         .processes = process("stubborn", kRcs + R"(, "preemption": "never")", job("200 ms")) +
                      "," + process("other", other, job("1 ms"), "20 ms"),
         .stack = R"("preset": ")" + preset +
                  R"(", "axes": {"hang": {"policy": "preempt-timeout", "timeout": "100 ms"}})",
         .links = {}});
  };
  for (const std::string preset : {"linux-implicit", "user-queues-preempt-ctx"}) {
    INFO(preset);
    // A higher priority asks at 20 ms, an equal when the slice is over.
    const auto urgent = run(kRcs + R"(, "priority": 1)", preset);
    CHECK(number(urgent, "jobs_lost_count") == 1);
    CHECK(number(urgent, "resets_count") == 1);
    CHECK(number(urgent, "makespan_ns") / kMs == 121);
    const auto equal = run(kRcs, preset);
    CHECK(number(equal, "jobs_lost_count") == 1);
    CHECK(number(equal, "makespan_ns") / kMs == 121);
    // Nobody wants it; or somebody who has to wait.
    CHECK(number(run(R"("engine": "ccs0")", preset), "resets_count") == 0);
    CHECK(number(run(kRcs + R"(, "priority": -1)", preset), "resets_count") == 0);
  }
}

TEST_CASE("A user queue whose job was reset executes nothing more where the guilty are banned") {
  const auto run = [](const std::string& guilty) {
    return run_small(
        {.gpu = R"("firmware_latency": "0 ns", "preemption_cost": "0 ns")",
         .resources = kFault,
         .processes =
             process(
                 "hung", kRcs,
                 job("1 ms") +
                     R"(, {"id": "k", "submit": {"context": "c", "duration": "1 ms"}}, {"wait": {"ops": ["k"]}})") +
             "," + process("fine", kRcs, job("5 ms")),
         .stack =
             R"("preset": "user-queues-preempt-ctx", "axes": {"submission": {"policy": "user", "doorbell_cost": "0 ns"},
                "hang": {"policy": "tdr", "timeout": "100 ms", "guilty": ")" +
             guilty + R"("}})",
         .links = {}});
  };
  const auto spared = run("spared");
  CHECK(number(spared, "jobs_done_count") == 2);
  CHECK(number(spared, "jobs_lost_count") == 1);
  const auto banned = run("cancelled");
  CHECK(number(banned, "jobs_done_count") == 1);
  CHECK(number(banned, "jobs_lost_count") == 2);
  CHECK(number(banned, "resets_count") == 1);
}
