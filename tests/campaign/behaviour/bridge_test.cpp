// Fences that cross between explicit processes and buffers, and explicit control of implicit sync,
// seen in when jobs run.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;

namespace {

using Run = fencelab::campaign::RunRecord;

const std::string kShared =
    R"("buffers": [{"name": "b", "size": "8 MiB"}, {"name": "other", "size": "8 MiB"}], "channels": ["ch", "back"],)";

std::string bridged(const std::string& parameters) {
  return free_ioctls_with(R"("sync": {)" + parameters + "}", "explicit-bridged");
}

std::string job(const std::string& duration, const std::string& accesses) {
  return R"({"id": "j", "submit": {"context": "c", "duration": ")" + duration + "\", " + accesses +
         R"(}}, {"wait": {"ops": ["j"]}})";
}

/// A producer writes b for 10 ms and hands it over at once; a consumer then submits a job of 1 ms.
Run handed_over(const std::string& parameters, const std::string& accesses) {
  return run_small(
      {.gpu = {},
       .resources = kShared,
       .processes = process("producer", R"("engine": "rcs0")",
                            R"({"submit": {"context": "c", "duration": "10 ms", "writes": ["b"]}},
                      {"send": {"channel": "ch", "buffers": ["b"]}})") +
                    "," +
                    process("consumer", R"("engine": "ccs0")",
                            R"({"receive": "ch"},)" + job("1 ms", accesses)),
       .stack = bridged(parameters),
       .links = {}});
}

const std::string kReads = R"("reads": ["b"])", kElse = R"("writes": ["other"])";

/// Two processes, one after the other, each a job of 4 ms on b that it declares so.
Run declared(const std::string& policy, const std::string& first, const std::string& second) {
  const auto truth = [](const std::string& declaration) {
    return R"("reads": ["b"], "declares": {)" + declaration + "}";
  };
  return run_small(
      {.gpu = {},
       .resources = kShared,
       .processes = process("one", R"("engine": "rcs0")", job("4 ms", truth(first))) + "," +
                    process("two", R"("engine": "ccs0")", job("4 ms", truth(second)), "1 ms"),
       .stack = free_ioctls_with(R"("sync": ")" + policy + "\""),
       .links = {}});
}

std::string entry(const std::string& list, const std::string& control) {
  return "\"" + list + R"(": [{"buffer": "b", )" + control + "}]";
}

constexpr std::int64_t kInTurn = 8 * kMs, kSideBySide = 5 * kMs;

}  // namespace

TEST_CASE("Export takes the fences that are on the buffer, and nobody else waits for them") {
  CHECK(number(handed_over("", kReads), "makespan_ns") == 11 * kMs);
  CHECK(number(handed_over("", kElse), "makespan_ns") == 10 * kMs);
}

TEST_CASE("Without export the whole next submission waits, whatever it touches") {
  const Run run = handed_over(R"("export": "off")", kElse);
  CHECK(number(run, "makespan_ns") == 11 * kMs);
  CHECK(number(run, "dependencies_false_count") == 1);
  CHECK(number(run, "oversync_time_ns") == 10 * kMs);
}

TEST_CASE("Work that was not imported, or as reading only, is not waited for by a reader") {
  for (const char* import : {"off", "read"}) {
    INFO(import);
    const Run run = handed_over(R"("import": ")" + std::string(import) + "\"", kReads);
    CHECK(number(run, "makespan_ns") == 10 * kMs);
    CHECK(number(run, "hazards_count") == 1);
  }
}

TEST_CASE("An implicit write through a submission is one more job, and is waited for") {
  const Run run = handed_over(R"("import": "submission")", kReads);
  CHECK(number(run, "makespan_ns") == 11 * kMs);
  CHECK(number(run, "jobs_done_count") == 3);
  CHECK(number(run, "hazards_count") == 0);
}

TEST_CASE("A submission stalls for what its access says") {
  for (const char* policy : {"implicit", "implicit-legacy"}) {
    INFO(policy);
    const auto time = [&](const std::string& first, const std::string& second) {
      return number(declared(policy, first, second), "makespan_ns");
    };
    const std::string writes = R"("writes": ["b"])", reads = R"("reads": ["b"])";
    CHECK(time(writes, entry("writes", R"("stall": "none")")) == kSideBySide);
    CHECK(time(writes, entry("writes", R"("stall": "writers")")) == kInTurn);
    CHECK(time(reads, entry("writes", R"("stall": "writers")")) == kSideBySide);
    CHECK(time(reads, entry("reads", R"("stall": "all")")) == kInTurn);
  }
}

TEST_CASE("A submission publishes what its access says") {
  const auto time = [](const std::string& first, const std::string& second) {
    return number(declared("implicit", first, second), "makespan_ns");
  };
  const std::string writes = R"("writes": ["b"])", reads = R"("reads": ["b"])";
  CHECK(time(entry("writes", R"("publish": "reader")"), reads) == kSideBySide);
  CHECK(time(entry("reads", R"("publish": "writer")"), reads) == kInTurn);
  CHECK(time(entry("writes", R"("publish": "none")"), writes) == kSideBySide);
  // Slots know no BOOKKEEP: who is not for implicit sync is a reader.
  CHECK(number(declared("implicit-legacy", entry("writes", R"("publish": "none")"), writes),
               "makespan_ns") == kInTurn);
}

TEST_CASE("amdgpu honours the explicit-sync flag and nothing else") {
  const auto time = [](const std::string& first, const std::string& second) {
    return number(declared("implicit-amdgpu", first, second), "makespan_ns");
  };
  const std::string reads = R"("reads": ["b"])";
  CHECK(time(reads, entry("reads", R"("stall": "none")")) == kSideBySide);
  CHECK(time(entry("reads", R"("publish": "none")"), reads) == kInTurn);
}

TEST_CASE("A poll for reading waits for writers, one for writing for readers as well") {
  const auto polled = [](const std::string& access, const std::string& direction,
                         const std::string& more = "") {
    return number(
        run_small({.gpu = {},
                   .resources = kShared,
                   .processes = process("worker", R"("engine": "rcs0")", job("5 ms", access)) +
                                "," +
                                process("poller", R"("engine": "ccs0")",
                                        R"({"poll": {"buffer": "b", "for": ")" + direction + "\"" +
                                            more + "}}," + job("10 ms", kElse),
                                        "1 ms"),
                   .stack = kFreeIoctls,
                   .links = {}}),
        "makespan_ns");
  };
  CHECK(polled(R"("writes": ["b"])", "read") == 15 * kMs);
  CHECK(polled(R"("reads": ["b"])", "read") == 11 * kMs);
  CHECK(polled(R"("reads": ["b"])", "write") == 15 * kMs);
  CHECK(polled(R"("writes": ["b"])", "read", R"(, "timeout": "2 ms")") == 13 * kMs);
}

TEST_CASE(
    "What waits for a point without a fence is held back, and holds back what comes after it") {
  const Run run = run_small(
      {.gpu = {},
       .resources = R"("timelines": ["t"],)",
       .processes =
           process(
               "waiter", R"("engine": "rcs0")",
               R"({"submit": {"context": "c", "duration": "1 ms", "wait_values": [{"timeline": "t", "value": 1}]}},
                      {"id": "next", "submit": {"context": "c", "duration": "1 ms"}}, {"wait": {"ops": ["next"]}})") +
           "," +
           process(
               "signaller", R"("engine": "ccs0")",
               R"({"submit": {"context": "c", "duration": "1 ms", "signal_values": [{"timeline": "t", "value": 1}]}})",
               "5 ms"),
       .stack = free_ioctls_with("", "vulkan-timeline"),
       .links = {}});
  CHECK(number(run, "makespan_ns") == 8 * kMs);  // 5 + 1, then two of 1
  CHECK(number(run, "jobs_lost_count") == 0);
}

TEST_CASE("A point whose fence is there is waited for by the GPU, not by the thread") {
  const Run run = run_small(
      {.gpu = {},
       .resources = R"("timelines": ["t"],)",
       .processes =
           process(
               "signaller", R"("engine": "ccs0")",
               R"({"submit": {"context": "c", "duration": "5 ms", "signal_values": [{"timeline": "t", "value": 1}]}})") +
           "," +
           process(
               "waiter", R"("engine": "rcs0")",
               R"({"submit": {"context": "c", "duration": "1 ms", "wait_values": [{"timeline": "t", "value": 1}]}},
                      {"think": "7 ms"})",
               "1 ms"),
       .stack = free_ioctls_with("", "vulkan-timeline"),
       .links = {}});
  CHECK(number(run, "makespan_ns") == 8 * kMs);
  CHECK(number(run, "ioctl_max_ns") == 0);
}
