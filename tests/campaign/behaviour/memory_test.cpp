// Who makes room for whom, and what it costs. 40 MiB over 10 GB/s take 4.194304 ms.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

constexpr std::int64_t kBytes = 40 << 20;
constexpr std::int64_t kMove = kBytes / 10;  // ns at 10 GB/s

const std::string kGpu = R"("vram": "64 MiB")";
const std::string kLink =
    R"({"name": "pcie", "connects": ["gpu0", "memory"], "bandwidth": "10 GB/s"})";
const std::string kBuffers =
    R"("buffers": [{"name": "old", "size": "40 MiB", "gpu": "gpu0"}, {"name": "new", "size": "40 MiB", "gpu": "gpu0"}],)";

std::string job(const std::string& duration, const std::string& buffer) {
  return R"({"id": ")" + buffer + R"(", "submit": {"context": "c", "duration": ")" + duration +
         R"(", "writes": [")" + buffer + R"("]}}, {"wait": {"ops": [")" + buffer + R"("]}})";
}

fencelab::campaign::RunRecord pressure(const std::string& axis) {
  return run_small(
      {.gpu = kGpu,
       .resources = kBuffers,
       .processes = process("holder", R"("engine": "rcs0")", job("8 ms", "old")) + "," +
                    process("presser", R"("engine": "ccs0")", job("1 ms", "new"), "1 ms"),
       .stack = free_ioctls_with(axis),
       .links = kLink});
}

}  // namespace

TEST_CASE("Eviction waits for the work on the buffer, then for the move, then the job may start") {
  const auto run = pressure("");
  CHECK(number(run, "makespan_ns") == 8 * kMs + kMove + 1 * kMs);
  CHECK(number(run, "evictions_count") == 1);
  CHECK(number(run, "eviction_max_ns") == 7 * kMs + kMove);
  CHECK(number(run, "moved_bytes") == kBytes);
  CHECK(number(run, "vram_peak_bytes") == kBytes);
  CHECK(number(run, "ioctl_max_ns") == 7 * kMs + kMove);
}

TEST_CASE("Where reclaim may not wait for the GPU, or nothing may be taken, the job fails") {
  for (const char* axis : {R"("reclaim": "fail")", R"("residency": "pinned")"}) {
    INFO(axis);
    const auto run = pressure(axis);
    CHECK(number(run, "jobs_done_count") == 1);
    CHECK(number(run, "jobs_lost_count") == 1);
    CHECK(number(run, "allocation_failures_count") == 1);
    CHECK(number(run, "evictions_count") == 0);
    CHECK(number(run, "makespan_ns") == 8 * kMs);
  }
}

TEST_CASE("The buffer used longest ago goes first, and comes back when it is used") {
  const auto use = [](const std::string& order) {
    return run_small(
        {.gpu = kGpu,
         .resources =
             R"("buffers": [{"name": "a", "size": "25 MiB", "gpu": "gpu0"}, {"name": "b", "size": "25 MiB", "gpu": "gpu0"},
                {"name": "n", "size": "25 MiB", "gpu": "gpu0"}],)",
         .processes = process("p", R"("engine": "rcs0")", order),
         .stack = kFreeIoctls,
         .links = kLink});
  };
  const std::string a = job("1 ms", "a"), b = job("1 ms", "b"), n = job("1 ms", "n");
  const auto again = [](const std::string& buffer) {
    return R"({"id": "again", "submit": {"context": "c", "duration": "1 ms", "reads": [")" +
           buffer + R"("]}}, {"wait": {"ops": ["again"]}})";
  };
  // b is the oldest when n comes, for a was used again: it must go, and a stay.
  const std::string touch_a =
      R"({"id": "touch", "submit": {"context": "c", "duration": "1 ms", "reads": ["a"]}}, {"wait": {"ops": ["touch"]}})";
  const auto kept = use(a + "," + b + "," + touch_a + "," + n + "," + again("a"));
  CHECK(number(kept, "evictions_count") == 1);
  CHECK(number(kept, "refaults_count") == 0);
  const auto missed = use(a + "," + b + "," + touch_a + "," + n + "," + again("b"));
  CHECK(number(missed, "evictions_count") == 2);
  CHECK(number(missed, "refaults_count") == 1);
  // Out, and for the return one out and one in: three moves of 25 MiB.
  CHECK(number(missed, "moved_bytes") == 3 * (25 << 20));
  CHECK(number(missed, "makespan_ns") == 5 * kMs + 3 * ((25 << 20) / 10));
}

namespace {

/// The holder's job of 50 ms is in the way of the presser's at 10 ms; both use user queues.
fencelab::campaign::RunRecord user_pressure(const std::string& stack, const std::string& holder) {
  const auto one = [](const std::string& name, const std::string& context, const std::string& start,
                      const std::string& duration) {
    return R"({"name": ")" + name +
           R"(", "buffers": [{"name": "b", "size": "40 MiB", "gpu": "gpu0"}], "contexts": [{"name": "c", )" +
           context + R"(}], "threads": [{"name": "main", "start": ")" + start +
           R"(", "program": [{"id": "j", "submit": {"context": "c", "duration": ")" + duration +
           R"(", "writes": ["b"]}}, {"wait": {"ops": ["j"]}}]}]})";
  };
  return run_small({.gpu = kGpu + R"(, "preemption_cost": "0 ns")",
                    .resources = {},
                    .processes = one("holder", R"("engine": "rcs0")" + holder, "0 s", "50 ms") +
                                 "," + one("presser", R"("engine": "ccs0")", "10 ms", "1 ms"),
                    .stack = stack,
                    .links = kLink});
}

const std::string kXe = R"("preset": "user-queues-preempt-ctx")";
const std::string kKfd = R"("preset": "kfd")";

}  // namespace

TEST_CASE("A preempted context gives its memory up at once, and its job still does all its work") {
  for (const std::string& stack : {kXe, kKfd}) {
    INFO(stack);
    const auto run = user_pressure(stack, "");
    CHECK(run.verdict == "complete");
    CHECK(number(run, "engine_busy_ns") == 51 * kMs);
    CHECK(number(run, "queue_suspensions_count") >= 1);
    CHECK(number(run, "evictions_count") >= 1);
    // The presser did not wait for the 40 ms that the holder had still to do.
    CHECK(number(run, "eviction_max_ns") < 20 * kMs);
    CHECK(number(run, "absences_count") == 0);
  }
}

TEST_CASE("KFD restores an evicted process after 100 ms, xe's worker at once") {
  const auto xe = user_pressure(kXe, ""), kfd = user_pressure(kKfd, "");
  // 10 ms before, 40 ms after; and the presser's 1 ms with three moves of 40 MiB between them.
  CHECK(number(xe, "makespan_ns") < 80 * kMs);
  CHECK(number(kfd, "makespan_ns") > (10 + 100 + 40) * kMs);
  CHECK(number(kfd, "makespan_ns") < (10 + 100 + 40 + 40) * kMs);
}

TEST_CASE(
    "Work that does not let itself be preempted is reset after the preempt timeout, or waited "
    "for") {
  const std::string never = R"(, "preemption": "never")";
  const auto reset = user_pressure(
      kXe + R"(, "axes": {"hang": {"policy": "preempt-timeout", "timeout": "20 ms"}})", never);
  CHECK(number(reset, "resets_count") == 1);
  CHECK(number(reset, "jobs_lost_count") == 1);
  CHECK(number(reset, "jobs_done_count") == 1);
  CHECK(number(reset, "eviction_max_ns") > 20 * kMs);
  const auto waited = user_pressure(kXe + R"(, "axes": {"hang": "none"})", never);
  CHECK(number(waited, "jobs_done_count") == 2);
  CHECK(number(waited, "eviction_max_ns") > 40 * kMs);
}

TEST_CASE("An MMU notifier waits for the work, stops it, or has nothing to do for pinned pages") {
  const auto invalidate = [](const std::string& stack) {
    return run_small(
        {.gpu = R"("preemption_cost": "0 ns")",
         .resources = {},
         .processes =
             R"({"name": "p", "buffers": [{"name": "u", "size": "1 MiB", "userptr": true}],
                 "contexts": [{"name": "a", "engine": "rcs0"}, {"name": "b", "engine": "ccs0"}], "threads": [
                 {"name": "uses", "program": [{"id": "j", "submit": {"context": "a", "duration": "20 ms", "reads": ["u"]}}, {"wait": {"ops": ["j"]}}]},
                 {"name": "unmaps", "start": "10 ms", "program": [{"invalidate": "u"}, {"id": "k", "submit": {"context": "b", "duration": "15 ms"}}, {"wait": {"ops": ["k"]}}]}]})",
         .stack = stack,
         .links = {}});
  };
  const auto wait = invalidate(
      free_ioctls_with(R"("userptr": {"policy": "notifier-wait", "page_cost": "0 ns"})"));
  CHECK(number(wait, "makespan_ns") == 35 * kMs);
  CHECK(number(wait, "absences_count") == 0);
  const auto pin =
      invalidate(free_ioctls_with(R"("userptr": {"policy": "pin", "page_cost": "0 ns"})"));
  CHECK(number(pin, "makespan_ns") == 25 * kMs);
  CHECK(number(pin, "absences_count") == 1);  // its process has other pages there by then
  const auto preempt = invalidate(kXe);
  CHECK(number(preempt, "queue_suspensions_count") >= 1);
  CHECK(number(preempt, "engine_busy_ns") == 35 * kMs);
  CHECK(number(preempt, "makespan_ns") < 35 * kMs);
}

TEST_CASE(
    "Memory that goes while a job runs on it is a hazard, not only memory gone before it starts") {
  const auto run = run_small(
      {.gpu = kGpu,
       .resources = kBuffers,
       .processes = process(
           "owner", R"("engine": "rcs0")",
           R"({"id": "j", "submit": {"context": "c", "duration": "8 ms", "writes": ["old"]}},
              {"think": "1 ms"}, {"free": "old"}, {"wait": {"ops": ["j"]}})"),
       .stack = free_ioctls_with(""),
       .links = kLink});
  CHECK(number(run, "absences_count") == 1);
  CHECK(number(run, "races_count") == 0);
}
