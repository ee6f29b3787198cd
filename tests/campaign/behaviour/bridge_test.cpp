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

TEST_CASE("The batch of such an import costs its thread an ioctl, and nothing else does") {
  // The producer's drawing lasts 8 ms, and the consumer does not look at it: what it waits for is
  // to hear of the buffer.
  const auto makespan = [](const std::string& import) {
    return number(
        run_small(
            {.gpu = {},
             .resources = kShared,
             .processes =
                 process("producer", R"("engine": "rcs0")",
                         R"({"submit": {"context": "c", "duration": "8 ms", "writes": ["b"]}},
                            {"send": {"channel": "ch", "buffers": ["b"]}})") +
                 "," +
                 process("consumer", R"("engine": "ccs0")",
                         R"({"receive": "ch"},)" + job("10 ms", kElse)),
             .stack =
                 R"("preset": "explicit-bridged", "axes": {"submission": {"ioctl_cost": "1 ms"},
                         "sync": {"import": ")" +
                 import + "\"}}",
             .links = {}}),
        "makespan_ns");
  };
  CHECK(makespan("access") == (1 + 1 + 10) * kMs);
  CHECK(makespan("off") == (1 + 1 + 10) * kMs);
  CHECK(makespan("submission") == (1 + 1 + 1 + 10) * kMs);
}

TEST_CASE("Fences are put into a reservation under its lock, by file or by batch") {
  // The holder's ioctl has b locked while it waits, from 1 to 20 ms, for memory that the hog's job
  // uses. The producer gives b away at 2 ms.
  const auto makespan = [](const std::string& import) {
    return number(
        run_small(
            {.gpu = R"("vram": "64 MiB")",
             .resources =
                 R"("buffers": [{"name": "b", "size": "8 MiB"}, {"name": "other", "size": "8 MiB"},
                        {"name": "busy", "size": "64 MiB", "gpu": "gpu0"},
                        {"name": "big", "size": "64 MiB", "gpu": "gpu0"}], "channels": ["ch"],)",
             .processes =
                 process(
                     "hog", R"("engine": "rcs0")",
                     R"({"submit": {"context": "c", "duration": "20 ms", "writes": ["busy"]}})") +
                 "," +
                 process("producer", R"("engine": "ccs0")",
                         R"({"submit": {"context": "c", "duration": "8 ms", "writes": ["b"]}},
                            {"think": "2 ms"}, {"send": {"channel": "ch", "buffers": ["b"]}})") +
                 "," +
                 process("holder", R"("engine": "bcs0")",
                         job("1 ms", R"("declares": {"reads": ["b"], "writes": ["big"]},)"
                                     R"("writes": ["big"])"),
                         "1 ms") +
                 "," +
                 process("consumer", R"("engine": "ccs0")",
                         R"({"receive": "ch"},)" + job("10 ms", kElse)),
             .stack = bridged(R"("import": ")" + import + "\""),
             .links = {}}),
        "makespan_ns");
  };
  CHECK(makespan("off") == (20 + 1) * kMs);
  CHECK(makespan("submission") == (20 + 10) * kMs);
  CHECK(makespan("access") == (20 + 10) * kMs);
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

namespace {

struct Signal {
  int point;
  std::string duration;
};

/// A producer submits jobs that signal two points of a timeline `t`, both at 1 ms. Another process
/// waits from `start` on, and then works for 20 ms.
std::int64_t waited(const std::string& policy, const std::string& wait, const std::string& start,
                    const Signal& first = {1, "10 ms"}, const Signal& second = {5, "1 ms"}) {
  const auto signals = [](const std::string& duration, int value, const std::string& engine) {
    return R"({"submit": {"context": "c", "engine": ")" + engine + R"(", "duration": ")" +
           duration + R"(", "signal_values": [{"timeline": "t", "value": )" +
           std::to_string(value) + "}]}}";
  };
  return number(
      run_small(
          {.gpu = {},
           .resources = R"("timelines": ["t", "never"],)",
           .processes =
               process("producer", R"("engines": ["rcs0", "ccs0"])",
                       signals(first.duration, first.point, "rcs0") + "," +
                           signals(second.duration, second.point, "ccs0"),
                       "1 ms") +
               "," +
               process("waiter", R"("engine": "bcs0")",
                       wait + R"(, {"id": "after", "submit": {"context": "c", "duration": "20 ms"}},
                                        {"wait": {"ops": ["after"]}})",
                       start),
           .stack = free_ioctls_with("", policy),
           .links = {}}),
      "makespan_ns");
}

const std::string kForThree = R"({"wait": {"values": [{"timeline": "t", "value": 3}]}})";
const std::string kForAny =
    R"({"wait": {"values": [{"timeline": "never", "value": 1}, {"timeline": "t", "value": 3}], "mode": "any"}})";

}  // namespace

TEST_CASE("Who waits for a point before it has a fence waits for what is then found at it") {
  // Point 3 is found at the node of 5, which waits for 1 as well: 1 + 10 ms. The value is 5 at 2
  // ms.
  for (const std::string& wait : {kForThree, kForAny}) {
    INFO(wait);
    for (const char* start : {"0 s", "1500 us"}) {
      INFO(start);
      CHECK(waited("vulkan-timeline", wait, start) == (11 + 20) * kMs);
      CHECK(waited("vulkan-explicit", wait, start) == (2 + 20) * kMs);
    }
  }
}

TEST_CASE("A point that is added out of order holds up who comes after it, not who waited before") {
  // 5 is signaled at 2 ms; 3 comes in front of it and takes 10 ms. Who waits for point 2 from the
  // beginning has the fence of 5; who comes later finds the node of 3.
  const std::string for_two = R"({"wait": {"values": [{"timeline": "t", "value": 2}]}})";
  const Signal five{5, "1 ms"}, three{3, "10 ms"};
  CHECK(waited("vulkan-timeline", for_two, "0 s", five, three) == (2 + 20) * kMs);
  CHECK(waited("vulkan-timeline", for_two, "1500 us", five, three) == (11 + 20) * kMs);
  CHECK(waited("vulkan-explicit", for_two, "1500 us", five, three) == (2 + 20) * kMs);
}
