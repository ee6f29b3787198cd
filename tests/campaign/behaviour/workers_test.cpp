// Work items of kernel threads, priorities inherited along dependencies, and the time for which
// what is urgent is kept waiting by what is not. Times are added up by hand; ioctls cost nothing.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "campaign/clients.hpp"
#include "campaign/run_one.hpp"
#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;
using fencelab::campaign::find_metric;
using fencelab::campaign::RunRecord;

namespace {

const std::string kItem = R"("engine": "kthread")";

std::string urgent(const std::string& engine, int priority = 100) {
  return fmt::format(R"("engine": "{}", "priority": {})", engine, priority);
}

std::string job(const std::string& duration, const std::string& more = "") {
  return fmt::format(R"({{"submit": {{"context": "c", "duration": "{}"{}}}}})", duration,
                     more.empty() ? "" : ", " + more);
}

std::string inheriting(const std::string& how, const std::string& axes = "") {
  return fmt::format(
      R"("preset": "linux-implicit", "axes": {{"submission": {{"policy": "kernel", "ioctl_cost": "0 ns", "inheritance": "{}"}}{}{}}})",
      how, axes.empty() ? "" : ", ", axes);
}

std::int64_t of(const RunRecord& run, const std::string& metric) {
  const std::string* const value = find_metric(run, metric);
  INFO(metric);
  REQUIRE(value);
  return std::stoll(*value);
}

std::int64_t longest(const RunRecord& run, const std::string& process) {
  return of(run, "job_latency_max_ns@" + process);
}

std::int64_t held_up(const RunRecord& run, const std::string& process) {
  return of(run, "priority_inversion_ns@" + process);
}

const std::string kBuffers =
    R"("buffers": [{"name": "a", "size": "4 KiB"}, {"name": "b", "size": "4 KiB"}],)";

}  // namespace

TEST_CASE("A kernel thread takes its items in the order in which they come, each to its end") {
  const auto run =
      run_small({.gpu = R"("timeslice": "1 ms", "preemption_cost": "100 us")",
                 .resources = {},
                 .processes = process("first", kItem, job("3 ms") + "," + job("3 ms")) + "," +
                              process("second", kItem, job("2 ms"), "1 ms") + "," +
                              process("urgent", urgent("kthread"), job("1 ms"), "2 ms"),
                 .stack = kFreeIoctls,
                 .links = {}});
  CHECK(run.verdict == "complete");
  CHECK(longest(run, "first") == 6 * kMs);
  CHECK(longest(run, "second") == 7 * kMs);
  CHECK(longest(run, "urgent") == 7 * kMs);
  CHECK(number(run, "preemptions_count") == 0);
  // From its coming at 2 ms to its turn at 8 ms.
  CHECK(held_up(run, "urgent") == 6 * kMs);
  CHECK(number(run, "priority_inversion_ns") == 6 * kMs);
}

TEST_CASE("A work queue that knows priorities puts the urgent item next, and interrupts none") {
  const auto run =
      run_small({.gpu = {},
                 .resources = {},
                 .processes = process("first", kItem, job("3 ms") + "," + job("3 ms")) + "," +
                              process("urgent", urgent("kthread"), job("1 ms"), "2 ms"),
                 .stack = inheriting("all"),
                 .links = {}});
  CHECK(longest(run, "urgent") == 2 * kMs);
  CHECK(longest(run, "first") == 7 * kMs);
  CHECK(held_up(run, "urgent") == kMs);
}

// x writes a, y makes b of a, and who is urgent reads b. On each engine others stand before them.
TEST_CASE(
    "Priority is inherited along the whole chain, over engines, and past items if asked for") {
  const auto run = [](const std::string& how) {
    return run_small(
        {.gpu = R"("credits": 64, "timeslice": "100 s")",
         .resources = kBuffers,
         .processes =
             process("items", kItem, job("4 ms") + "," + job("4 ms")) + "," +
             process("jobs", R"("engine": "rcs0")", job("4 ms") + "," + job("4 ms"), "10 us") +
             "," +
             process("more", R"("engine": "rcs0")", job("4 ms") + "," + job("4 ms"), "20 us") +
             "," + process("x", kItem, job("1 ms", R"("writes": ["a"])"), "30 us") + "," +
             process("y", R"("engine": "rcs0")", job("1 ms", R"("reads": ["a"], "writes": ["b"])"),
                     "40 us") +
             "," + process("urgent", urgent("ccs0"), job("1 ms", R"("reads": ["b"])"), "50 us"),
         .stack = inheriting(how),
         .links = {}});
  };
  // The item of x is third: done at 9 ms. Four jobs of others last until 16.01 ms: when y comes,
  // the third has begun, and the fourth is before it.
  const auto none = run("none");
  CHECK(longest(none, "x") == 8970 * kUs);
  CHECK(longest(none, "y") == 17010 * kUs - 40 * kUs);
  CHECK(longest(none, "urgent") == 18010 * kUs - 50 * kUs);
  // y goes next: it displaces whom it finds, at 9 ms.
  const auto jobs = run("jobs");
  CHECK(longest(jobs, "x") == 8970 * kUs);
  CHECK(longest(jobs, "y") == 10050 * kUs - 40 * kUs);
  CHECK(longest(jobs, "urgent") == 11050 * kUs - 50 * kUs);
  // And x is next at 4 ms.
  const auto all = run("all");
  CHECK(longest(all, "x") == 4970 * kUs);
  CHECK(longest(all, "urgent") == 7050 * kUs - 50 * kUs);
  CHECK(held_up(all, "urgent") == 4000 * kUs - 50 * kUs);
  CHECK(held_up(none, "urgent") > held_up(jobs, "urgent"));
  CHECK(held_up(jobs, "urgent") > held_up(all, "urgent"));
}

TEST_CASE("What stands before an urgent job in its own queue is as urgent") {
  const auto run = [](const std::string& how) {
    return run_small(
        {.gpu = R"("credits": 64, "timeslice": "100 s", "preemption_cost": "0 us")",
         .resources = kBuffers,
         .processes =
             process("other", R"("engine": "rcs0")", job("10 ms")) + "," +
             process("app", R"("engine": "rcs0")",
                     job("1 ms") + "," + job("1 ms", R"("writes": ["a"])") + "," + job("1 ms"),
                     "10 us") +
             "," + process("urgent", urgent("ccs0"), job("1 ms", R"("reads": ["a"])"), "1 ms"),
         .stack = inheriting(how),
         .links = {}});
  };
  CHECK(longest(run("none"), "urgent") == 12 * kMs);
  const auto jobs = run("jobs");
  // Two jobs of app displace the other at once; its third has no more priority than that one.
  CHECK(longest(jobs, "urgent") == 3 * kMs);
  CHECK(longest(jobs, "other") == 12 * kMs);
  CHECK(held_up(jobs, "urgent") == 0);
}

TEST_CASE("Who waits for a credit and becomes urgent overtakes those who wait with it") {
  const auto run = [](const std::string& how) {
    return run_small(
        {.gpu = R"("credits": 1, "timeslice": "100 s")",
         .resources = kBuffers,
         .processes =
             process("runs", R"("engine": "rcs0")", job("5 ms")) + "," +
             process("waits", R"("engine": "rcs0")", job("5 ms"), "10 us") + "," +
             process("app", R"("engine": "rcs0")", job("1 ms", R"("writes": ["a"])"), "20 us") +
             "," + process("urgent", urgent("ccs0"), job("1 ms", R"("reads": ["a"])"), "30 us"),
         .stack = inheriting(how),
         .links = {}});
  };
  CHECK(longest(run("none"), "urgent") == 12 * kMs - 30 * kUs);
  CHECK(longest(run("jobs"), "urgent") == 7 * kMs - 30 * kUs);
  CHECK(longest(run("jobs"), "waits") == 11 * kMs - 10 * kUs);
}

TEST_CASE("Something urgent is kept waiting by what cannot be interrupted, as long as that lasts") {
  const auto run = run_small(
      {.gpu = R"("preemption_cost": "0 us")",
       .resources = {},
       .processes = process("long", R"("engine": "rcs0", "preemption": "never")", job("10 ms")) +
                    "," + process("urgent", urgent("rcs0"), job("1 ms"), "3 ms") + "," +
                    process("later", urgent("rcs0", 200), job("1 ms"), "5 ms"),
       .stack = kFreeIoctls,
       .links = {}});
  CHECK(number(run, "priority_inversion_ns") == 7 * kMs);
  CHECK(held_up(run, "urgent") == 2 * kMs);
  CHECK(held_up(run, "later") == 5 * kMs);
  CHECK(held_up(run, "long") == 0);
}

TEST_CASE("An inversion that never ends lasts until the end of the run") {
  const auto run = run_small(
      {.gpu = {},
       .resources = R"("faults": [{"kind": "hang", "process": "long", "op": "j"}],)",
       .processes = process("long", R"("engine": "rcs0", "preemption": "never")",
                            R"({"id": "j", "submit": {"context": "c", "duration": "1 ms"}})") +
                    "," + process("urgent", urgent("rcs0"), job("1 ms"), "3 ms") + "," +
                    process("clock", R"("engine": "ccs0")", R"({"think": "20 ms"})"),
       .stack = free_ioctls_with(R"("hang": "none")"),
       .links = {}});
  CHECK(held_up(run, "urgent") >= 17 * kMs);
}

TEST_CASE("Without priorities nothing is urgent") {
  const auto run = run_small({.gpu = {},
                              .resources = {},
                              .processes = process("p", kItem, job("3 ms")) + "," +
                                           process("q", kItem, job("3 ms"), "1 ms"),
                              .stack = inheriting("all"),
                              .links = {}});
  CHECK(number(run, "priority_inversion_ns") == 0);
}

TEST_CASE(
    "A kernel thread shares the cores, and an item that inherits a priority gets nearly all") {
  const std::string busy =
      R"({"name": "busy", "threads": [{"name": "main", "program": [{"compute": "10 ms"}]}]})";
  const auto run = [&](const std::string& how, const std::string& priority) {
    return run_small({.gpu = {},
                      .resources = {},
                      .processes = busy + "," + process("item", kItem + priority, job("1 ms")),
                      .stack = inheriting(how),
                      .links = {},
                      .cpus = R"("cores": 1)"});
  };
  const auto equal = run("none", R"(, "priority": 100)");
  CHECK(longest(equal, "item") == 2 * kMs);
  CHECK(number(equal, "makespan_ns") == 11 * kMs);
  // 1.25^20 = 86.7 parts to one.
  const auto lifted = run("all", R"(, "priority": 100)");
  CHECK(longest(lifted, "item") == Approx(1'011'530).margin(100));
  CHECK(number(lifted, "makespan_ns") == 11 * kMs);
  CHECK(longest(run("all", ""), "item") == 2 * kMs);
}

TEST_CASE("An item that is under way gets its share from when somebody urgent waits for it") {
  const auto run = run_small(
      {.gpu = {},
       .resources = kBuffers,
       .processes =
           R"({"name": "busy", "threads": [{"name": "main", "program": [{"compute": "10 ms"}]}]},)" +
           process("item", kItem, job("2 ms", R"("writes": ["a"])")) + "," +
           process("urgent", urgent("rcs0"), job("1 ms", R"("reads": ["a"])"), "2 ms"),
       .stack = inheriting("all"),
       .links = {},
       .cpus = R"("cores": 1)"});
  // 1 ms of work in the first 2 ms, then 86.7 parts of 87.7.
  CHECK(longest(run, "item") == Approx(3'011'530).margin(100));
}

TEST_CASE("nice tells what share of a core a thread gets") {
  const auto run = run_text(
      R"({"format": 1, "name": "nice", "platform": {"cpus": {"cores": 1}, "gpus": [{"name": "g", "engines": ["rcs0"]}]},
          "processes": [{"name": "p", "threads": [
            {"name": "low", "nice": 5, "program": [{"compute": "10 ms"}]},
            {"name": "main", "program": [{"loop": {"times": 1, "body": [{"compute": "10 ms"}]}}]}]}],
          "stacks": ["linux-implicit"]})",
      [](const auto& scenario, const auto& stack) {
        return fencelab::campaign::run_one(scenario, stack, 1);
      });
  // Of 1 + 1.25^-5 parts it gets one.
  CHECK(of(run, "cycle_max_ns@p") == Approx(13'276'800).margin(100));
}

TEST_CASE("No reset takes a work item: the function goes on") {
  const auto run = run_small(
      {.gpu = {},
       .resources = R"("faults": [{"kind": "hang", "process": "hung", "op": "j"}],)",
       .processes = process("hung", R"("engine": "rcs0")",
                            R"({"id": "j", "submit": {"context": "c", "duration": "1 ms"}})") +
                    "," + process("item", kItem, job("300 ms")),
       .stack =
           free_ioctls_with(R"("hang": {"policy": "tdr", "timeout": "100 ms", "reset": "device"})"),
       .links = {}});
  CHECK(number(run, "jobs_lost_guilty_count") == 1);
  CHECK(number(run, "jobs_lost_innocent_count") == 0);
  CHECK(number(run, "jobs_done_count") == 1);
}

// Found with random scenarios: the run went round at one instant, for ever, without an event.
TEST_CASE("A work item that never ends on a CPU that is shared sleeps, and time goes on") {
  for (const char* const fault : {"hang", "never-signal"}) {
    const auto run = run_small(
        {.gpu = {},
         .resources = fmt::format(
             R"("faults": [{{"kind": "{}", "process": "item", "op": "j"}}],)", fault),
         .processes = process("item", kItem,
                              R"({"id": "j", "submit": {"context": "c", "duration": "1 ms"}})") +
                      "," + process("clock", kItem, R"({"think": "20 ms"})"),
         .stack = free_ioctls_with(R"("hang": "none")"),
         .links = {},
         .cpus = R"("cores": 1)"});
    CHECK(number(run, "jobs_done_count") == 0);
    CHECK(number(run, "operations_count") == 2);
  }
  const auto run = run_small(
      {.gpu = {},
       .resources = {},
       .processes = process("item", kItem,
                            R"({"id": "j", "submit": {"context": "c", "duration": "infinite"}},
                               {"think": "5 ms"}, {"terminate": "j"}, {"wait": {"ops": ["j"]}})"),
       .stack = kFreeIoctls,
       .links = {},
       .cpus = R"("cores": 1)"});
  CHECK(run.verdict == "complete");
  CHECK(number(run, "jobs_done_count") == 1);
  CHECK(number(run, "makespan_ns") == 5 * kMs);
}
