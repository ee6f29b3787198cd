// amdgpu's user queues on shared buffers, through the wait and signal ioctls.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

using Run = fencelab::campaign::RunRecord;

std::string job(const std::string& duration, const std::string& accesses) {
  return R"({"id": "j", "submit": {"context": "c", "duration": ")" + duration + "\", " + accesses +
         R"(}}, {"wait": {"ops": ["j"]}})";
}

std::string stack(bool inverted) {
  return R"("preset": "user-queues-preempt-ctx", "axes": {"residency": "preempt-amdgpu",
           "submission": {"doorbell_cost": "0 ns", "ioctl_cost": "0 ns"},
           "sync": {"policy": "userq-amdgpu", "wait_inverted": ")" +
         std::string(inverted ? "true" : "false") + "\"}}";
}

/// A job of 4 ms of one process, and 1 ms later one of 4 ms of another, on one buffer.
Run one_after_the_other(bool inverted, const std::string& first, const std::string& second) {
  return run_small({.gpu = R"("driver": "amdgpu")",
                    .resources = R"("buffers": [{"name": "b", "size": "8 MiB"}],)",
                    .processes = process("one", R"("engine": "rcs0")", job("4 ms", first)) + "," +
                                 process("two", R"("engine": "ccs0")", job("4 ms", second), "1 ms"),
                    .stack = stack(inverted),
                    .links = {}});
}

const std::string kReads = R"("reads": ["b"])", kWrites = R"("writes": ["b"])";
constexpr std::int64_t kInTurn = 8 * kMs, kSideBySide = 5 * kMs;
constexpr std::int64_t kMapped = 20 * kUs;  // the message that maps the first queue

}  // namespace

TEST_CASE("A user queue polls for the writer of another process that left a fence on the buffer") {
  const bool inverted = GENERATE(true, false);
  for (const std::string& second : {kReads, kWrites}) {
    const Run run = one_after_the_other(inverted, kWrites, second);
    CHECK(number(run, "makespan_ns") == kInTurn + kMapped);
    CHECK(number(run, "hazards_count") == 0);
    CHECK(number(run, "dependencies_needed_count") == 1);
  }
}

TEST_CASE("With the inverted lists readers wait for each other, and a writer overtakes a reader") {
  const Run readers = one_after_the_other(true, kReads, kReads);
  CHECK(number(readers, "makespan_ns") == kInTurn + kMapped);
  CHECK(number(readers, "dependencies_false_count") == 1);
  const Run writer = one_after_the_other(true, kReads, kWrites);
  CHECK(number(writer, "makespan_ns") == kSideBySide + kMapped);
  CHECK(number(writer, "hazards_count") == 1);
}

TEST_CASE("With lists as dma_resv_usage_rw() has them neither happens") {
  const Run readers = one_after_the_other(false, kReads, kReads);
  CHECK(number(readers, "makespan_ns") == kSideBySide + kMapped);
  CHECK(number(readers, "dependencies_false_count") == 0);
  const Run writer = one_after_the_other(false, kReads, kWrites);
  CHECK(number(writer, "makespan_ns") == kInTurn + kMapped);
  CHECK(number(writer, "hazards_count") == 0);
}

TEST_CASE("A process orders its own user queues whatever the lists say") {
  const Run own = run_small(
      {.gpu = R"("driver": "amdgpu")",
       .resources = R"("buffers": [{"name": "b", "size": "8 MiB"}],)",
       .processes =
           R"({"name": "p", "contexts": [{"name": "v", "engine": "rcs0"}, {"name": "w", "engine": "ccs0"}],
               "threads": [{"name": "main", "program": [
                 {"id": "i", "submit": {"context": "v", "duration": "4 ms", "reads": ["b"]}},
                 {"id": "j", "submit": {"context": "w", "duration": "4 ms", "writes": ["b"]}},
                 {"wait": {"ops": ["i", "j"]}}]}]})",
       .stack = stack(true),
       .links = {}});
  CHECK(number(own, "makespan_ns") == kInTurn + kMapped);
  CHECK(number(own, "hazards_count") == 0);
  CHECK(number(own, "dependencies_needed_count") == 1);
}

TEST_CASE("Each of the two ioctls costs CPU time") {
  const auto makespan = [](const std::string& cost) {
    return number(
        run_small({.gpu = R"("driver": "amdgpu")",
                   .resources = R"("buffers": [{"name": "b", "size": "8 MiB"}],)",
                   .processes = process("one", R"("engine": "rcs0")", job("4 ms", kWrites)),
                   .stack = R"("preset": "user-queues-preempt-ctx", "axes": {
                     "submission": {"doorbell_cost": "0 ns", "ioctl_cost": ")" +
                            cost + R"("}, "sync": "userq-amdgpu"})",
                   .links = {}}),
        "makespan_ns");
  };
  CHECK(makespan("3 us") - makespan("0 ns") == 2 * 3 * kUs);
}
