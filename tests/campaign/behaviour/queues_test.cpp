// How work shares engines: order, slices, priorities, preemption, credits, slots, semaphores. Times
// are added up by hand; ioctls cost nothing in these scenarios.
#include <catch2/catch.hpp>

#include "campaign/clients.hpp"
#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;
using fencelab::campaign::find_metric;

namespace {

const std::string kRcs = R"("engine": "rcs0")";

std::string one_job(const std::string& duration, const std::string& more = "") {
  return R"({"id": "j", "submit": {"context": "c", "duration": ")" + duration + "\"" + more +
         R"(}}, {"wait": {"ops": ["j"]}})";
}

std::int64_t all_phases(const fencelab::campaign::RunRecord& run) {
  std::int64_t sum = 0;
  for (const auto& [column, value] : run.values)
    if (column.rfind("job_time_", 0) == 0) sum += std::stoll(value);
  return sum;
}

}  // namespace

TEST_CASE("Jobs of one kernel queue run one after another, in order") {
  const auto run = run_small(
      {.gpu = {},
       .resources = {},
       .processes = process("p", kRcs,
                            R"({"id": "a", "submit": {"context": "c", "duration": "2 ms"}},
                               {"id": "b", "submit": {"context": "c", "duration": "3 ms"}},
                               {"id": "d", "submit": {"context": "c", "duration": "4 ms"}},
                               {"wait": {"ops": ["d"]}})"),
       .stack = kFreeIoctls,
       .links = {}});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "makespan_ns") == 9 * kMs);
  CHECK(number(run, "engine_busy_ns") == 9 * kMs);
  CHECK(number(run, "job_latency_max_ns") == 9 * kMs);
  // 2, 2 + 3 and 2 + 3 + 4 ms: every nanosecond of every job is in exactly one phase.
  CHECK(all_phases(run) == (2 + 5 + 9) * kMs);
  CHECK(number(run, "job_time_running_ns") == 9 * kMs);
}

TEST_CASE("Engines work side by side") {
  const auto run = run_small({.gpu = {},
                              .resources = {},
                              .processes = process("p", kRcs, one_job("5 ms")) + "," +
                                           process("q", R"("engine": "ccs0")", one_job("4 ms")),
                              .stack = kFreeIoctls,
                              .links = {}});
  CHECK(number(run, "makespan_ns") == 5 * kMs);
  CHECK(number(run, "engine_busy_ns") == 9 * kMs);
}

TEST_CASE("Equals share an engine by time slices, and each switch is paid for") {
  const auto shared = [](const std::string& cost) {
    return run_small({.gpu = R"("timeslice": "1 ms", "preemption_cost": ")" + cost + "\"",
                      .resources = {},
                      .processes = process("p", kRcs, one_job("5 ms")) + "," +
                                   process("q", kRcs, one_job("5 ms")),
                      .stack = kFreeIoctls,
                      .links = {}});
  };
  // p q p q p q p q p q: four slices of each are cut short by the other.
  const auto free = shared("0 ns"), paid = shared("100 us");
  CHECK(number(free, "makespan_ns") == 10 * kMs);
  CHECK(number(free, "preemptions_count") == 8);
  CHECK(number(paid, "makespan_ns") == 10 * kMs + 8 * 100 * kUs);
  CHECK(number(paid, "engine_busy_ns") == 10 * kMs);
}

TEST_CASE("A higher priority preempts at once, or at the end where nothing can be preempted") {
  const auto mixed = [](const std::string& preemption) {
    return run_small(
        {.gpu = R"("timeslice": "1 ms", "preemption_cost": "500 us")",
         .resources = {},
         .processes = process("low", kRcs + preemption, one_job("10 ms")) + "," +
                      process("high", kRcs + R"(, "priority": 5)", one_job("2 ms"), "3 ms"),
         .stack = kFreeIoctls,
         .links = {}});
  };
  // 3 ms of low, the switch, 2 ms of high, 7 ms of low.
  const auto at_once = mixed("");
  CHECK(number(at_once, "makespan_ns") == 12'500 * kUs);
  CHECK(number(at_once, "preemptions_count") == 1);
  const auto never = mixed(R"(, "preemption": "never")");
  CHECK(number(never, "makespan_ns") == 12 * kMs);
  CHECK(number(never, "preemptions_count") == 0);
  // Only at every fourth millisecond: one more of low before the switch.
  const auto rarely = mixed(R"(, "preemption": "4 ms")");
  CHECK(number(rarely, "makespan_ns") == 12'500 * kUs);
  CHECK(number(rarely, "job_time_engine_ns") ==
        // high waits 1 ms and the switch; low waits the switch and 2 ms of high
        (1'000 + 500) * kUs + (500 + 2'000) * kUs);
}

TEST_CASE("A job without a credit of the engine waits for one, and says so") {
  const auto run = run_small(
      {.gpu = R"("credits": 1, "timeslice": "1 ms")",
       .resources = {},
       .processes = process("p", kRcs, one_job("5 ms")) + "," + process("q", kRcs, one_job("5 ms")),
       .stack = kFreeIoctls,
       .links = {}});
  CHECK(number(run, "makespan_ns") == 10 * kMs);
  CHECK(number(run, "preemptions_count") == 0);
  CHECK(number(run, "job_time_credit_ns") == 5 * kMs);
}

TEST_CASE("A job that comes first takes the credit there is, though the next one waits for more") {
  const auto run = run_small(
      {.gpu = R"("credits": 2, "timeslice": "1 ms", "preemption_cost": "0 ns")",
       .resources = {},
       .processes = process("p", kRcs, one_job("10 ms")) + "," +
                    process("low", kRcs + R"(, "priority": -1)",
                            one_job("1 ms", R"(, "credits": 2)"), "1 ms") +
                    "," + process("high", kRcs + R"(, "priority": 1)", one_job("2 ms"), "2 ms"),
       .stack = kFreeIoctls,
       .links = {}});
  CHECK(run.verdict == "complete");
  CHECK(*find_metric(run, "job_latency_max_ns@high") == std::to_string(2 * kMs));
  CHECK(number(run, "makespan_ns") == 13 * kMs);
}

TEST_CASE("User queues beyond the hardware's slots take turns") {
  const auto with_slots = [](int slots) {
    return run_small({.gpu = R"("firmware_slots": )" + std::to_string(slots),
                      .resources = {},
                      .processes = process("p", kRcs, one_job("5 ms")) + "," +
                                   process("q", R"("engine": "ccs0")", one_job("5 ms")),
                      .stack = R"("preset": "user-queues-preempt-ctx")",
                      .links = {}});
  };
  const auto enough = with_slots(2), scarce = with_slots(1);
  CHECK(number(enough, "jobs_done_count") == 2);
  CHECK(number(enough, "makespan_ns") < 6 * kMs);
  CHECK(number(scarce, "jobs_done_count") == 2);
  CHECK(number(scarce, "engine_busy_ns") == 10 * kMs);
  CHECK(number(scarce, "makespan_ns") >= 10 * kMs);
}

TEST_CASE(
    "A queue goes on when the last of its values is there, whichever came before the job did") {
  for (const std::string there : {"a", "b"})
    for (const std::string semaphore : {"aware", "repoll", "spin"}) {
      const std::string later = there == "a" ? "b" : "a";
      const auto run = run_small(
          {.gpu = {},
           .resources = R"("timelines": ["a", "b"],)",
           .processes =
               process("waiter", kRcs,
                       R"({"signal": {"timeline": ")" + there + R"(", "value": 1}}, )" +
                           one_job("1 ms", R"(, "wait_values": [
                                        {"timeline": "a", "value": 1}, {"timeline": "b", "value": 1}])")) +
               "," +
               process("signaler", R"("engine": "ccs0")",
                       R"({"signal": {"timeline": ")" + later + R"(", "value": 1}})", "3 ms"),
           .stack = R"("preset": "user-queues-preempt-ctx", "axes": {"semaphore": ")" + semaphore +
                    "\"}",
           .links = {}});
      INFO(there << " was there, under " << semaphore);
      CHECK(run.verdict == "complete");
      CHECK(number(run, "jobs_done_count") == 1);
      CHECK(number(run, "makespan_ns") == 4 * kMs);
    }
}

TEST_CASE("A queue that waits for a value keeps the engine for a slice, a look, or not at all") {
  const auto with = [](const std::string& semaphore) {
    return run_small(
        {.gpu = R"("timeslice": "2 ms", "preemption_cost": "0 ns")",
         .resources = R"("timelines": ["u"],)",
         .processes =
             process("waiter", kRcs,
                     one_job("1 ms", R"(, "wait_values": [{"timeline": "u", "value": 1}])")) +
             "," +
             process("signaler", kRcs,
                     one_job("10 ms", R"(, "signal_values": [{"timeline": "u", "value": 1}])"),
                     "1 ms"),
         .stack =
             R"("preset": "user-queues-preempt-ctx", "axes": {"semaphore": ")" + semaphore + "\"}",
         .links = {}});
  };
  const auto aware = with("aware"), repoll = with("repoll"), spin = with("spin");
  for (const auto& run : {aware, repoll, spin}) {
    CHECK(run.verdict == "complete");
    CHECK(number(run, "engine_busy_ns") == 11 * kMs);
  }
  CHECK(number(aware, "engine_spin_ns") == 0);
  // It spins alone until the other comes, about 1 ms later; then a look ends at once, a slice at 2
  // ms.
  CHECK(number(spin, "engine_spin_ns") == 2 * kMs);
  CHECK(number(repoll, "engine_spin_ns") > 900 * kUs);
  CHECK(number(repoll, "engine_spin_ns") < 1'200 * kUs);
}

TEST_CASE("In a shared ring jobs run as they were put there, whatever their priority") {
  const auto run = [](const std::string& rings) {
    return run_small(
        {.gpu = R"("credits": 4, "timeslice": "1 ms", "rings": ")" + rings + "\"",
         .resources = {},
         .processes = process("low", kRcs + R"(, "priority": -1)", one_job("10 ms")) + "," +
                      process("high", kRcs + R"(, "priority": 1)", one_job("2 ms"), "1 ms"),
         .stack = kFreeIoctls,
         .links = {}});
  };
  CHECK(number(run("shared"), "preemptions_count") == 0);
  CHECK(*find_metric(run("shared"), "job_latency_max_ns@high") == std::to_string(11 * kMs));
  CHECK(number(run("per-context"), "preemptions_count") == 1);
}

TEST_CASE("clients.csv says what each process got, and how long its rounds took") {
  const auto run = run_small(
      {.gpu = {},
       .resources = {},
       .processes =
           process(
               "deep", kRcs,
               R"({"loop": {"times": 3, "body": [{"id": "j", "submit": {"context": "c", "duration": "2 ms"}}]}}, {"wait": {"ops": ["j"]}})") +
           "," +
           process("sync", R"("engine": "ccs0")",
                   R"({"loop": {"times": 2, "body": [{"loop": {"times": 1, "body": [
                    {"id": "j", "submit": {"context": "c", "duration": "1 ms"}}, {"wait": {"ops": ["j"]}}]}}, {"think": "3 ms"}]}})") +
           "," + process("idle", kRcs, R"({"think": "1 ms"})"),
       .stack = kFreeIoctls,
       .links = {}});
  const auto is = [&](const std::string& metric, const std::string& value) {
    const std::string* const found = find_metric(run, metric);
    INFO(metric);
    REQUIRE(found);
    CHECK(*found == value);
  };
  is("gpu_time_ns@deep", "6000000");
  is("gpu_share_ratio@deep", "0.75");  // of 8 ms
  is("jobs_done_count@deep", "3");
  is("queue_depth_max_count@deep", "3");
  is("queue_depth_mean@deep", "1.5");  // 3, 2 and 1 for 2 ms each
  is("cycles_count@deep", "3");
  is("cycle_max_ns@deep", "0");  // it waits for nothing
  is("job_latency_max_ns@deep", "6000000");
  is("cycles_count@sync", "2");  // the inner loop is part of a round
  is("cycle_min_ns@sync", "4000000");
  is("cycle_mean_ns@sync", "4000000");
  is("cycles_per_second@sync", "250");
  is("gpu_time_ns@sync", "2000000");
  CHECK_FALSE(find_metric(run, "gpu_time_ns@idle"));
  CHECK_FALSE(find_metric(run, "gpu_time_ns@nobody"));
  CHECK(std::stod(run.values.at("gpu_time_fairness_ratio")) == Approx(64.0 / (2 * 40.0)));
  CHECK(number(run, "cycles_count") == 5);
  CHECK(number(run, "queue_depth_max_count") == 3);
  const std::string csv =
      fencelab::campaign::clients_csv_header() + fencelab::campaign::clients_csv_rows(run);
  CHECK(csv.find("\nsmall,") != std::string::npos);
}

TEST_CASE("Jobs of long-running contexts leave no dma_fence, even where others of user space do") {
  const auto run = [](const std::string& first) {
    return run_small(
        {.gpu = {},
         .resources = R"("buffers": [{"name": "b", "size": "1 MiB"}],)",
         .processes =
             process(
                 "p", first,
                 R"({"id": "j", "submit": {"context": "c", "duration": "5 ms", "writes": ["b"]}}, {"wait": {"ops": ["j"]}})") +
             "," +
             process(
                 "q", R"("engine": "ccs0")",
                 R"({"id": "j", "submit": {"context": "c", "duration": "1 ms", "reads": ["b"]}}, {"wait": {"ops": ["j"]}})",
                 "1 ms"),
         .stack = free_ioctls_with(R"("sync": {"policy": "implicit", "wrap_user_fences": true})"),
         .links = {}});
  };
  CHECK(number(run(kRcs), "hazards_count") == 0);
  const auto unfenced = run(kRcs + R"(, "long_running": true)");
  CHECK(number(unfenced, "hazards_count") == 1);
  CHECK(number(unfenced, "dependencies_needed_count") == 0);
}

TEST_CASE("Time for which a ring waits for a value is booked as that, however the engine waits") {
  for (const std::string semaphore : {"aware", "repoll", "spin"}) {
    const auto run = run_small(
        {.gpu = R"("preemption_cost": "0 ns", "firmware_latency": "0 ns")",
         .resources = R"("timelines": ["t"],)",
         .processes =
             process("waiter", kRcs,
                     one_job("1 ms", R"(, "wait_values": [{"timeline": "t", "value": 1}])")) +
             "," +
             process("signaler", R"("engine": "ccs0")",
                     R"({"signal": {"timeline": "t", "value": 1}})", "3 ms"),
         .stack = R"("preset": "user-queues-preempt-ctx", "axes": {"semaphore": ")" + semaphore +
                  R"(", "submission": {"policy": "user", "doorbell_cost": "0 ns"}})",
         .links = {}});
    INFO(semaphore);
    CHECK(number(run, "job_time_value_ns") == 3 * kMs);
    CHECK(number(run, "job_time_running_ns") == 1 * kMs);
    CHECK(number(run, "job_time_engine_ns") == 0);
    CHECK(all_phases(run) == 4 * kMs);
  }
}

TEST_CASE("Time for which others have the engine is no wait for a value that is there") {
  const auto run = run_small(
      {.gpu = R"("preemption_cost": "0 ns", "firmware_latency": "0 ns", "timeslice": "100 ms")",
       .resources = R"("timelines": ["t"],)",
       .processes =
           process("waiter", kRcs,
                   one_job("1 ms", R"(, "wait_values": [{"timeline": "t", "value": 1}])"), "1 ms") +
           "," + process("busy", R"("engine": "rcs0", "preemption": "never")", one_job("10 ms")) +
           "," +
           process("signaler", R"("engine": "ccs0")",
                   R"({"signal": {"timeline": "t", "value": 1}})", "500 us"),
       .stack =
           R"("preset": "user-queues-preempt-ctx", "axes": {"semaphore": "aware", "submission": {"policy": "user", "doorbell_cost": "0 ns"}})",
       .links = {}});
  CHECK(number(run, "job_time_value_ns") == 0);
  CHECK(number(run, "job_time_engine_ns") == 9 * kMs);
  CHECK(number(run, "job_time_running_ns") == 11 * kMs);
}

namespace {

/// Three jobs of 10 ms, of which a scheduler with one credit takes one at a time.
std::string three_jobs(const std::string& then) {
  return R"({"submit": {"context": "c", "duration": "10 ms"}}, {"submit": {"context": "c", "duration": "10 ms"}},
            {"submit": {"context": "c", "duration": "10 ms"}})" +
         then;
}

const std::string kOneCredit = R"("credits": 1, "preemption_cost": "0 ns")";

}  // namespace

TEST_CASE("A flush waits until the scheduler has taken all jobs, not until they are done") {
  const auto run = run_small(
      {.gpu = kOneCredit,
       .resources = {},
       .processes = process(
           "p", kRcs,
           three_jobs(R"(, {"flush": "c"}, {"submit": {"context": "c", "duration": "1 ms"}})")),
       .stack = kFreeIoctls,
       .links = {}});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "makespan_ns") == 31 * kMs);
  // The third job is taken at 20 ms, so the fourth is there for 11 ms, behind it for 10.
  CHECK(number(run, "job_latency_max_ns") == 30 * kMs);
  CHECK(all_phases(run) == (10 + 20 + 30 + 11) * kMs);
}

TEST_CASE("A process that is killed gives the scheduler time to take its jobs, if it flushes") {
  const auto killed = [](const std::string& timeout) {
    return run_small(
        {.gpu = kOneCredit,
         .resources = R"("faults": [{"kind": "kill", "process": "p", "when": "5 ms"}],)",
         .processes = process("p", kRcs, three_jobs(R"(, {"think": "1 s"})")),
         .stack =
             R"("preset": "linux-implicit", "axes": {"submission": {"policy": "kernel", "ioctl_cost": "0 ns", "flush_timeout": ")" +
             timeout + R"("}})",
         .links = {}});
  };
  const auto at_once = killed("0 ns");
  CHECK(number(at_once, "jobs_lost_count") == 3);
  CHECK(number(at_once, "engine_busy_ns") == 5 * kMs);
  // Until 15 ms: the second one is taken at 10 and runs to its end.
  const auto some = killed("10 ms");
  CHECK(number(some, "jobs_done_count") == 2);
  CHECK(number(some, "jobs_lost_count") == 1);
  CHECK(number(some, "engine_busy_ns") == 20 * kMs);
  const auto all = killed("1 s");
  CHECK(number(all, "jobs_done_count") == 3);
  CHECK(number(all, "jobs_lost_count") == 0);
}
