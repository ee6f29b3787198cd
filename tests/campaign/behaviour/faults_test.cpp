// Faults to inject: what each does by itself, who notices, and what it costs. Times are added up by
// hand.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

const std::string kRcs = R"("engine": "rcs0")";
const std::string kBcs = R"("engine": "bcs0")";

std::string fault(const std::string& kind, const std::string& more = "") {
  return R"("faults": [{"kind": ")" + kind + R"(", "process": "p", "op": "j")" + more + "}],";
}

/// Job "j" and two more behind it in the same queue.
std::string three(const std::string& duration) {
  return R"({"id": "j", "submit": {"context": "c", "duration": ")" + duration +
         R"("}}, {"id": "k", "submit": {"context": "c", "duration": "1 ms"}},
         {"id": "l", "submit": {"context": "c", "duration": "1 ms"}}, {"wait": {"ops": ["j", "k", "l"]}})";
}

std::string one(const std::string& duration) {
  return R"({"id": "j", "submit": {"context": "c", "duration": ")" + duration +
         R"("}}, {"wait": {"ops": ["j"]}})";
}

std::string tdr(const std::string& timeout) {
  return R"("hang": {"policy": "tdr", "timeout": ")" + timeout + "\"}";
}

}  // namespace

TEST_CASE("A lost interrupt is found with the next one, or by the watchdog, and costs no job") {
  const auto run = [](const std::string& program, const std::string& hang) {
    return run_small({.gpu = {},
                      .resources = fault("lost-interrupt"),
                      .processes = process("p", kRcs, program),
                      .stack = free_ioctls_with(hang),
                      .links = {}});
  };
  const auto by_next = run(three("2 ms"), tdr("100 ms"));
  CHECK(by_next.verdict == "complete");
  CHECK(number(by_next, "makespan_ns") == 4 * kMs);
  CHECK(number(by_next, "timeouts_fired_count") == 0);
  const auto by_watchdog = run(one("2 ms"), tdr("100 ms"));
  CHECK(number(by_watchdog, "makespan_ns") == 100 * kMs);
  CHECK(number(by_watchdog, "timeouts_fired_count") == 1);
  CHECK(number(by_watchdog, "resets_count") == 0);
  CHECK(number(by_watchdog, "jobs_lost_count") == 0);
  const auto by_nobody = run(one("2 ms"), R"("hang": "none")");
  CHECK(by_nobody.verdict == "stall");
  CHECK(number(by_nobody, "jobs_done_count") == 1);
}

TEST_CASE("A slow interrupt holds back who waits in the kernel, and the credit of the job") {
  const auto run = run_small({.gpu = R"("credits": 1)",
                              .resources = fault("slow-interrupt", R"(, "delay": "5 ms")"),
                              .processes = process("p", kRcs, three("2 ms")),
                              .stack = free_ioctls_with(tdr("100 ms")),
                              .links = {}});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "makespan_ns") == (2 + 5 + 1 + 1) * kMs);
  CHECK(number(run, "engine_busy_ns") == 4 * kMs);
  // A user queue needs no interrupt: who waits for its value polls.
  const auto user = run_small({.gpu = {},
                               .resources = fault("slow-interrupt", R"(, "delay": "5 ms")"),
                               .processes = process("p", kRcs, one("2 ms")),
                               .stack = R"("preset": "user-queues-preempt-ctx")",
                               .links = {}});
  CHECK(number(user, "makespan_ns") < 3 * kMs);
}

TEST_CASE("A page fault that nobody serves resets the engine at once, if anybody does") {
  const auto run = [](const std::string& hang) {
    return run_small({.gpu = {},
                      .resources = fault("page-fault"),
                      .processes = process("p", kRcs, three("2 ms")),
                      .stack = free_ioctls_with(hang),
                      .links = {}});
  };
  const auto reset = run(tdr("100 ms"));
  CHECK(number(reset, "resets_count") == 1);
  CHECK(number(reset, "timeouts_fired_count") == 0);
  CHECK(number(reset, "jobs_lost_guilty_count") == 1);
  CHECK(number(reset, "jobs_done_count") == 2);
  CHECK(number(reset, "makespan_ns") == 2 * kMs);
  CHECK(reset.values.at("culprit_precision_ratio") == "1");
  CHECK(run(R"("hang": "none")").verdict == "stall");
}

TEST_CASE("Behind a corrupt command nothing in the ring can be executed") {
  const auto run = run_small({.gpu = R"("credits": 2)",
                              .resources = fault("corrupt-ring"),
                              .processes = process("p", kRcs, three("2 ms")),
                              .stack = free_ioctls_with(tdr("100 ms")),
                              .links = {}});
  CHECK(number(run, "resets_count") == 1);
  // One was struck, one was in the ring with it, one came later.
  CHECK(number(run, "jobs_lost_guilty_count") == 1);
  CHECK(number(run, "jobs_lost_innocent_count") == 1);
  CHECK(number(run, "jobs_done_count") == 1);
}

namespace {

/// A producer that writes 8 and a consumer that waits for it, of two processes.
fencelab::campaign::RunRecord pair(const std::string& faults, const std::string& hang) {
  return run_small(
      {.gpu = R"("timeslice": "1 ms", "preemption_cost": "0 ns", "firmware_latency": "0 ns")",
       .resources = R"("timelines": ["t"],)" + faults,
       .processes =
           process(
               "p", kRcs,
               R"({"id": "j", "submit": {"context": "c", "duration": "2 ms", "signal_values": [{"timeline": "t", "value": 8}]}},
                  {"wait": {"ops": ["j"]}})") +
           "," +
           process(
               "q", kBcs,
               R"({"id": "k", "submit": {"context": "c", "duration": "1 ms", "wait_values": [{"timeline": "t", "value": 8}]}},
                  {"wait": {"ops": ["k"]}})"),
       .stack =
           R"("preset": "user-queues-preempt-ctx", "axes": {"submission": {"policy": "user", "doorbell_cost": "0 ns"}, "hang": )" +
           hang + "}",
       .links = {}});
}

const std::string kMonitor = R"({"policy": "monitor", "timeout": "50 ms"})";

}  // namespace

TEST_CASE("A value that is too low, or goes backwards, leaves its waiter waiting") {
  for (const char* kind : {"wrong-value", "backwards-value"}) {
    INFO(kind);
    const auto alone = pair(fault(kind), R"("none")");
    CHECK(alone.verdict == "orphan");
    CHECK(number(alone, "jobs_done_count") == 1);
    // The interrupt of the signal command tells at once.
    const auto watched = pair(fault(kind), kMonitor);
    CHECK(watched.verdict == "complete");
    CHECK(number(watched, "makespan_ns") == 3 * kMs);
    CHECK(number(watched, "fences_forced_count") == 1);
    CHECK(watched.values.at("culprit_precision_ratio") == "1");
    CHECK(watched.values.at("culprit_recall_ratio") == "1");
  }
}

TEST_CASE("The monitor ends who hangs, not who waits for it, and writes what was promised") {
  const auto run = pair(fault("hang"), kMonitor);
  CHECK(number(run, "jobs_lost_guilty_count") == 1);
  CHECK(number(run, "jobs_lost_innocent_count") == 0);
  CHECK(number(run, "jobs_done_count") == 1);
  CHECK(number(run, "makespan_ns") == 51 * kMs);
  CHECK(run.values.at("culprit_precision_ratio") == "1");
  CHECK(run.values.at("culprit_recall_ratio") == "1");
}

TEST_CASE("The monitor ends who waits for what nobody has promised") {
  const auto run =
      pair(R"("faults": [{"kind": "wrong-wait", "process": "q", "op": "k"}],)", kMonitor);
  CHECK(number(run, "jobs_lost_guilty_count") == 1);
  CHECK(number(run, "jobs_lost_innocent_count") == 0);
  CHECK(run.values.at("culprit_recall_ratio") == "1");
}

TEST_CASE(
    "Work that takes long but gets on is spared by the monitor as long as it is executed less") {
  CHECK(pair("", R"({"policy": "monitor", "timeout": "3 ms"})").verdict == "complete");
  const auto impatient = pair("", R"({"policy": "monitor", "timeout": "1500 us"})");
  CHECK(number(impatient, "jobs_lost_innocent_count") >= 1);  // the price of any timeout
  CHECK(impatient.values.at("culprit_precision_ratio") == "0");
}

TEST_CASE("Errors stop at the job that has them, or go down the whole ladder") {
  const auto run = [](const std::string& errors) {
    return run_small(
        {.gpu = {},
         .resources = fault("page-fault"),
         .processes = process("p", R"("engines": ["rcs0", "ccs0", "bcs0"])",
                              R"({"id": "j", "submit": {"context": "c", "duration": "2 ms"}},
                {"id": "k", "submit": {"context": "c", "engine": "ccs0", "duration": "1 ms", "after": ["j"]}},
                {"id": "l", "submit": {"context": "c", "engine": "bcs0", "duration": "1 ms", "after": ["k"]}},
                {"id": "m", "submit": {"context": "c", "engine": "bcs0", "duration": "1 ms"}},
                {"wait": {"ops": ["l", "m"]}})"),
         .stack =
             R"("preset": "linux-implicit", "axes": {"submission": {"policy": "kernel", "ioctl_cost": "0 s", "errors": ")" +
             errors + R"("}})",
         .links = {}});
  };
  CHECK(number(run("dropped"), "jobs_lost_count") == 1);
  CHECK(number(run("dropped"), "jobs_done_count") == 3);
  CHECK(number(run("passed-on"), "jobs_lost_count") == 3);
  CHECK(number(run("passed-on"), "jobs_done_count") == 1);  // it depends on none of them
}
