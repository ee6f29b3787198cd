// userptr: what takes pages of a process away, and what its devices notice of it.
#include <catch2/catch.hpp>

#include "campaign/run_one.hpp"
#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

/// 1 MiB of process memory; threads of its process, in a list.
std::string app(const std::string& threads, const std::string& members = "") {
  return R"({"name": "app", )" + members +
         R"("buffers": [{"name": "u", "size": "1 MiB", "userptr": true}],
            "contexts": [{"name": "a", "engine": "rcs0"}, {"name": "b", "engine": "ccs0"}],
            "threads": [)" +
         threads + "]}";
}

std::string thread(const std::string& name, const std::string& program,
                   const std::string& start = "0 s") {
  return R"({"name": ")" + name + R"(", "start": ")" + start + R"(", "program": [)" + program +
         "]}";
}

std::string job(const std::string& id, const std::string& duration,
                const std::string& how = "reads") {
  return R"({"id": ")" + id + R"(", "submit": {"context": "a", "duration": ")" + duration +
         R"(", ")" + how + R"(": ["u"]}})";
}

std::string wait(const std::string& id) { return R"({"wait": {"ops": [")" + id + R"("]}})"; }

fencelab::campaign::RunRecord run(const std::string& processes, const std::string& axis,
                                  const std::string& resources = "") {
  return run_small({.gpu = {},
                    .resources = resources,
                    .processes = processes,
                    .stack = free_ioctls_with(axis),
                    .links = {}});
}

const std::string kWait = R"("userptr": {"policy": "notifier-wait", "page_cost": "0 ns"})";
const std::string kPin = R"("userptr": {"policy": "pin", "page_cost": "0 ns"})";

}  // namespace

TEST_CASE("A submission on memory that is not mapped any more fails with -EFAULT") {
  const auto unmapped =
      run(app(thread("main", job("one", "1 ms") + "," + wait("one") + R"(,{"free": "u"},)" +
                                 job("two", "1 ms") + "," + wait("two"))),
          kWait);
  CHECK(number(unmapped, "jobs_done_count") == 1);
  CHECK(number(unmapped, "jobs_lost_count") == 1);
}

TEST_CASE("Pages that could not be had do not count against the limit of pins") {
  // The first range does not fit beside the heap; the second one does when that has gone.
  const auto record = run_text(
      R"({"format": 1, "name": "small", "horizon": "1 s", "platform": {"memory": {"size": "2 MiB"}, "gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
          "processes": [{"name": "p", "memlock": "1 MiB", "contexts": [{"name": "a"}],
            "buffers": [{"name": "heap", "size": "1536 KiB", "memory": "anonymous", "allocated": false},
                        {"name": "u", "size": "1 MiB", "userptr": true}, {"name": "v", "size": "1 MiB", "userptr": true}],
            "threads": [{"name": "main", "program": [{"alloc": "heap"}, )" +
          job("one", "1 ms") + "," + wait("one") +
          R"(, {"free": "heap"}, {"id": "two", "submit": {"context": "a", "duration": "1 ms", "reads": ["v"]}}, {"wait": {"ops": ["two"]}}]}]}],
          "stacks": [{"name": "s", )" +
          free_ioctls_with(kPin) + "}]}",
      [](const auto& scenario, const auto& stack) {
        return fencelab::campaign::run_one(scenario, stack, 1);
      });
  CHECK(number(record, "jobs_lost_count") == 1);
  CHECK(number(record, "jobs_done_count") == 1);
}

TEST_CASE("No reservation orders what two devices do to the same pages of a process") {
  // Each driver has an object of its own for the range: implicit sync orders jobs of one device.
  const auto run_on = [](const std::string& second) {
    return run_text(
        R"({"format": 1, "name": "small", "horizon": "1 s", "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0", "ccs0"]}, {"name": "gpu1", "engines": ["ccs0"]}]},
            "processes": [{"name": "p", "contexts": [{"name": "a", "gpu": "gpu0", "engine": "rcs0"}, {"name": "b", "gpu": ")" +
            second +
            R"(", "engine": "ccs0"}], "buffers": [{"name": "u", "size": "1 MiB", "userptr": true}],
              "threads": [{"name": "main", "program": [{"id": "one", "submit": {"context": "a", "duration": "10 ms", "writes": ["u"]}},
                {"id": "two", "submit": {"context": "b", "duration": "10 ms", "writes": ["u"]}}, {"wait": {"ops": ["one", "two"]}}, {"free": "u"}]}]}],
            "stacks": [{"name": "s", )" +
            free_ioctls_with(kWait) + "}]}",
        [](const auto& scenario, const auto& stack) {
          return fencelab::campaign::run_one(scenario, stack, 1);
        });
  };
  const auto one_device = run_on("gpu0");
  CHECK(number(one_device, "races_write_write_count") == 0);
  CHECK(number(one_device, "dependencies_needed_count") == 1);
  CHECK(number(one_device, "makespan_ns") == 20 * kMs);
  const auto two_devices = run_on("gpu1");
  CHECK(number(two_devices, "races_write_write_count") == 1);
  CHECK(number(two_devices, "dependencies_needed_count") == 0);
  CHECK(number(two_devices, "makespan_ns") == 10 * kMs);
  CHECK(number(two_devices, "absences_count") == 0);
}

TEST_CASE("An invalidation with two passes waits for devices at the same time") {
  // Work can be interrupted after every 8 ms, on one device next at 32 ms, on the other at 29 and
  // 37; it is 26 ms now.
  const auto unmapped_after = [](const std::string& passes) {
    const auto context = [](const std::string& number) {
      return R"({"name": "c)" + number + R"(", "gpu": "gpu)" + number +
             R"(", "preemption": "8 ms"})";
    };
    const auto submit = [](const std::string& number) {
      return R"({"id": "j)" + number + R"(", "submit": {"context": "c)" + number +
             R"(", "duration": "80 ms", "reads": ["u"]}}, {"think": "13 ms"})";
    };
    return number(
        run_text(
            R"({"format": 1, "name": "small", "horizon": "1 s", "platform": {"gpus": [{"name": "gpu0", "engines": ["ccs0"]}, {"name": "gpu1", "engines": ["ccs0"]}]},
                "processes": [{"name": "p", "buffers": [{"name": "u", "size": "1 MiB", "userptr": true}], "contexts": [)" +
                context("0") + "," + context("1") + R"(],
                  "threads": [{"name": "main", "program": [)" +
                submit("0") + "," + submit("1") + R"(, {"invalidate": "u"}]}]}],
                "stacks": [{"name": "s", "preset": "xe-long-running", "axes": {
                  "submission": {"policy": "user", "doorbell_cost": "0 ns"}, "residency": {"policy": "preempt-xe", "min_run_period": "0 ns"},
                  "userptr": {"policy": "notifier-wait", "page_cost": "0 ns", "passes": )" +
                passes + "}}}]}",
            [](const auto& scenario, const auto& stack) {
              return fencelab::campaign::run_one(scenario, stack, 1);
            }),
        "notifier_time_ns");
  };
  // And 20 us, in which firmware put the first job on the device.
  constexpr std::int64_t kMapped = 20 * kUs;
  CHECK(unmapped_after("2") == 6 * kMs + kMapped);
  CHECK(unmapped_after("1") == 11 * kMs + kMapped);
}

TEST_CASE("A process pins no more than its limit allows") {
  const std::string threads = thread("main", job("one", "1 ms") + "," + wait("one"));
  CHECK(number(run(app(threads, R"("memlock": "512 KiB",)"), kPin), "jobs_lost_count") == 1);
  CHECK(number(run(app(threads, R"("memlock": "1 MiB",)"), kPin), "jobs_done_count") == 1);
  CHECK(number(run(app(threads, R"("memlock": "512 KiB",)"), kWait), "jobs_done_count") == 1);
}

TEST_CASE("A fork tells devices that pages are shared, and a write after it that they are others") {
  const std::string program = job("one", "4 ms") + R"(,{"fork_mm": {"buffers": ["u"]}},)" +
                              wait("one") + R"(,{"access": {"writes": ["u"]}},)" +
                              job("two", "1 ms") + "," + wait("two");
  const auto told = run(app(thread("main", program)), kWait);
  CHECK(number(told, "invalidations_count") == 2);
  CHECK(number(told, "absences_count") == 0);
  CHECK(number(told, "system_peak_bytes") == 2 << 20);  // the child has the old pages
  // Pinned: the child's copy is made while the parent forks, 1 MiB at 10 GB/s, and that is all.
  const auto pinned = run(app(thread("main", program)), kPin);
  CHECK(number(pinned, "invalidations_count") == 0);
  CHECK(number(pinned, "absences_count") == 0);
  CHECK(number(pinned, "system_peak_bytes") == 2 << 20);
}

TEST_CASE("A GPU that writes pages shared with a child gets copies") {
  const auto written =
      run(app(thread("main", job("one", "1 ms") + "," + wait("one") +
                                 R"(,{"fork_mm": {"buffers": ["u"], "child_exits": "1 s"}},)" +
                                 job("two", "1 ms", "writes") + "," + wait("two"))),
          kWait);
  CHECK(number(written, "invalidations_count") == 2);
  CHECK(number(written, "absences_count") == 0);
  CHECK(number(written, "system_peak_bytes") == 2 << 20);
}

TEST_CASE("Compaction moves pages with notifiers and leaves those that anybody has pinned") {
  const std::string compacts =
      R"(,{"name": "kernel", "threads": [{"name": "kcompactd", "start": "2 ms", "program": [{"compact": {}}]}]})";
  const std::string threads = thread("main", job("one", "10 ms") + "," + wait("one"));
  const auto moved = run(app(threads) + compacts, kWait);
  CHECK(number(moved, "pages_migrated_count") == 1);
  CHECK(number(moved, "pages_unmovable_count") == 0);
  CHECK(number(moved, "notifier_time_ns") == 8 * kMs);
  const auto stayed = run(app(threads) + compacts, kPin);
  CHECK(number(stayed, "pages_migrated_count") == 0);
  CHECK(number(stayed, "pages_unmovable_count") == 1);
}

TEST_CASE("A submission whose pages go before its fence is published begins anew") {
  // Making room for the staging buffer takes 2 ms on the disk; the pages go in the middle of it.
  const auto tight = run_text(
      R"({"format": 1, "name": "small", "platform": {"memory": {"size": "4 MiB", "swap": "1 GB/s"},
          "gpus": [{"name": "gpu0", "engines": ["rcs0"]}]},
          "processes": [{"name": "app", "buffers": [
            {"name": "u", "size": "1 MiB", "userptr": true}, {"name": "other", "size": "2 MiB"},
            {"name": "staging", "size": "2 MiB"}], "contexts": [{"name": "a"}],
          "threads": [{"name": "main", "program": [
            {"id": "first", "submit": {"context": "a", "duration": "1 ms", "writes": ["other"]}},
            {"wait": {"ops": ["first"]}}, {"alloc": "u"},
            {"id": "j", "submit": {"context": "a", "duration": "1 ms", "reads": ["u"], "writes": ["staging"]}},
            {"wait": {"ops": ["j"]}}]},
           {"name": "remaps", "start": "2 ms", "program": [{"invalidate": "u"}]}]}],
          "stacks": ["linux-implicit"]})",
      [](const auto& scenario, const auto& stack) {
        return fencelab::campaign::run_one(scenario, stack, 1);
      });
  CHECK(number(tight, "userptr_retries_count") == 1);
  CHECK(number(tight, "jobs_done_count") == 2);
  CHECK(number(tight, "absences_count") == 0);
}

TEST_CASE("A worker that gets pages after the fence is out ends the job with the error it meets") {
  const std::string late =
      R"("userptr": {"policy": "notifier-wait", "page_cost": "100 ns", "acquires": "fence-work"})";
  const auto got = run(app(thread("main", job("one", "1 ms") + "," + wait("one"))), late);
  CHECK(got.verdict == "complete");
  CHECK(number(got, "jobs_done_count") == 1);
  // 256 pages of 100 ns before the job, which the ioctl does not wait for.
  CHECK(number(got, "makespan_ns") == kMs + 25'600);
  CHECK(number(got, "ioctl_max_ns") == 0);
  const auto in_ioctl = run(app(thread("main", job("one", "1 ms") + "," + wait("one"))),
                            R"("userptr": {"policy": "notifier-wait", "page_cost": "100 ns"})");
  CHECK(number(in_ioctl, "makespan_ns") == kMs + 25'600);
  CHECK(number(in_ioctl, "ioctl_max_ns") == 25'600);
  const auto unmapped =
      run(app(thread("main", R"({"free": "u"},)" + job("one", "1 ms") + "," + wait("one"))), late);
  CHECK(unmapped.verdict == "complete");
  CHECK(number(unmapped, "jobs_done_count") == 0);
  CHECK(number(unmapped, "jobs_lost_count") == 1);
}
