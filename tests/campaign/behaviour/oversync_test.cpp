// What false dependencies cost, by examples that can be worked out by hand. Rules: design section 7
// and docs/guide/oversynchronisation.md.
#include <algorithm>
#include <catch2/catch.hpp>

#include "campaign/dependencies.hpp"
#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;
using fencelab::analysis::DependencyRow;

namespace {

const std::string kBuffer = R"("buffers": [{"name": "b", "size": "8 MiB"}],)";
const std::string kLow = R"({"buffer": "b", "offset": "0 B", "bytes": "4 MiB"})";
const std::string kHigh = R"({"buffer": "b", "offset": "4 MiB", "bytes": "4 MiB"})";

std::string sync(const std::string& policy) { return "\"sync\": \"" + policy + "\""; }

std::string submit(const std::string& id, const std::string& duration,
                   const std::string& accesses) {
  return R"({"id": ")" + id + R"(", "submit": {"context": "c", "duration": ")" + duration + "\", " +
         accesses + "}}";
}

/// The row of `consumer` and `producer`; the test fails if there is none.
DependencyRow row(const fencelab::campaign::RunRecord& run, const std::string& consumer,
                  const std::string& producer) {
  const auto found = std::find_if(
      run.dependencies.begin(), run.dependencies.end(), [&](const DependencyRow& candidate) {
        return candidate.consumer == consumer && candidate.producer == producer;
      });
  INFO(fencelab::campaign::dependencies_csv_rows(run));
  REQUIRE(found != run.dependencies.end());
  return *found;
}

}  // namespace

// The writer ends at 2 ms, the first reader runs from there to 6 ms. amdgpu's submission publishes
// that reader as a writer, so the second reader waits for it; its engine is idle all the time.
TEST_CASE("A false dependency is told with who, where, by which rule, and from when to when") {
  const auto run = run_small(
      {.gpu = {},
       .resources = kBuffer,
       .processes =
           process("writer", R"("engine": "rcs0")", submit("w", "2 ms", R"("writes": ["b"])")) +
           "," +
           process("one", R"("engine": "ccs0")", submit("r", "4 ms", R"("reads": ["b"])"), "1 us") +
           "," +
           process("two", R"("engine": "bcs0")", submit("r", "4 ms", R"("reads": ["b"])"), "2 us"),
       .stack = free_ioctls_with(sync("implicit-amdgpu")),
       .links = {}});
  const DependencyRow loss = row(run, "r of two", "r of one");
  CHECK_FALSE(loss.needed);
  CHECK((loss.where == "queue" && loss.buffer == "b"));
  CHECK((loss.policy == "implicit-amdgpu" && loss.rule == "resv_write"));
  CHECK((loss.count == 1 && loss.cost_ns == 4 * kMs && loss.cost_max_ns == 4 * kMs));
  CHECK((loss.start_ns == 6 * kMs && loss.could_start_ns == 2 * kMs && loss.done_ns == 6 * kMs));
  CHECK(row(run, "r of two", "w of writer").needed);
  CHECK(number(run, "oversync_time_ns") == 4 * kMs);
  CHECK(number(run, "dependencies_costly_count") == 1);
}

// One queue writes the low half until 2 ms and the high half until 5 ms. Its second fence takes the
// first one's place in the reservation, so a reader of the low half waits for the second job: a
// false dependency that stands for a needed one. Without it the reader begins at 2 ms, not at 0.
TEST_CASE("A false dependency does not pay for the needed one that it stands for") {
  const auto run =
      run_small({.gpu = {},
                 .resources = kBuffer,
                 .processes = process("writer", R"("engine": "rcs0")",
                                      submit("low", "2 ms", "\"writes\": [" + kLow + "]") + "," +
                                          submit("high", "3 ms", "\"writes\": [" + kHigh + "]")) +
                              "," +
                              process("reader", R"("engine": "ccs0")",
                                      submit("r", "1 ms", "\"reads\": [" + kLow + "]"), "1 us"),
                 .stack = free_ioctls_with(sync("implicit")),
                 .links = {}});
  const DependencyRow loss = row(run, "r of reader", "high of writer");
  CHECK_FALSE(loss.needed);
  CHECK((loss.start_ns == 5 * kMs && loss.could_start_ns == 2 * kMs));
  CHECK(number(run, "oversync_time_ns") == 3 * kMs);
}

// The reader's engine is busy until 6 ms, longer than the false producer.
TEST_CASE("A false dependency that costs nothing is counted and costs nothing") {
  const auto run = run_small(
      {.gpu = {},
       .resources = kBuffer,
       .processes = process("writer", R"("engine": "rcs0")",
                            submit("low", "2 ms", "\"writes\": [" + kLow + "]")) +
                    "," +
                    process("busy", R"("engine": "ccs0")", submit("x", "6 ms", "\"reads\": []")) +
                    "," +
                    process("reader", R"("engine": "ccs0")",
                            submit("r", "1 ms", "\"reads\": [" + kHigh + "]"), "1 us"),
       .stack = free_ioctls_with(sync("implicit")),
       .links = {}});
  CHECK(number(run, "dependencies_false_count") == 1);
  CHECK(number(run, "dependencies_costly_count") == 0);
  CHECK(number(run, "oversync_time_ns") == 0);
  fencelab::campaign::CostlyDependencies costly;
  costly.add(run);
  CHECK(costly.words().empty());
}

// The thread must wait until 3 ms for the value before its ioctl: the program asked for that.
TEST_CASE("What a thread waits for before it submits is a dependency, too") {
  const auto run = run_small(
      {.gpu = {},
       .resources = R"("timelines": ["u"], )",
       .processes =
           process("waiter", R"("engine": "rcs0")",
                   submit("j", "1 ms", R"("wait_values": [{"timeline": "u", "value": 1}])")) +
           "," +
           process("signaler", R"("engine": "ccs0")",
                   R"({"think": "3 ms"}, {"signal": {"timeline": "u", "value": 1}})"),
       .stack = kFreeIoctls,
       .links = {}});
  const DependencyRow wait = row(run, "j of waiter", "value u");
  CHECK((wait.needed && wait.where == "thread" && wait.rule == "program" && wait.count == 1));
  CHECK(number(run, "oversync_time_ns") == 0);
}

// Drawn at 2 ms and asked for at 5 ms, the picture could be on the screen at the vblank of 20 ms.
// But its encoder, a reader, looks like a writer until 32 ms, so the flip comes at 40 ms.
TEST_CASE("An in-fence of a flip that did not draw the picture costs whole vblanks") {
  const auto run = run_small(
      {.gpu = {},
       .resources = kBuffer + R"("displays": [{"name": "d", "refresh": "50 Hz"}],)",
       .processes =
           process("compositor", R"("engine": "rcs0")",
                   submit("draw", "2 ms", R"("writes": ["b"])") +
                       R"(, {"think": "5 ms"}, {"flip": {"display": "d", "planes": ["b"]}})") +
           "," +
           process("encoder", R"("engine": "ccs0")", submit("encode", "30 ms", R"("reads": ["b"])"),
                   "1 us"),
       .stack = free_ioctls_with(sync("implicit-amdgpu")),
       .links = {}});
  const DependencyRow flip = row(run, "flip on d", "encode of encoder");
  CHECK_FALSE(flip.needed);
  CHECK((flip.where == "flip" && flip.rule == "in_fence" && flip.cost_ns == 20 * kMs));
  CHECK((flip.start_ns == 40 * kMs && flip.could_start_ns == 20 * kMs && flip.done_ns == 32 * kMs));
  CHECK(number(run, "oversync_flip_time_ns") == 20 * kMs);
  CHECK(number(run, "oversync_time_ns") == 20 * kMs);
}
