// Rows T34 to T34c (IGT: tests/intel/xe_dma_buf_sync.c), T46 and T139 (IGT:
// tests/intel/gem_exec_fence.c): submissions that take fences out of buffers and points of
// timelines.
#include "tests/campaign/behaviour/small_run.hpp"
#include "tests/conformance/rows.hpp"

using fencelab::tests::kMs;
using fencelab::tests::number;
using fencelab::tests::process;
using fencelab::tests::run_small;

namespace {

using Run = fencelab::campaign::RunRecord;

std::string stack(const std::string& preset, const std::string& sync) {
  return R"("preset": ")" + preset +
         R"(", "axes": {"submission": {"ioctl_cost": "0 ns"}, "sync": {)" + sync + "}}";
}

/// Two clients with explicit sync share a buffer. The first one's spinner of 10 ms uses it; its
/// out-fence is imported as `import`. The second one exports what its access must wait for and runs
/// for 1 ms. How long the two took.
std::int64_t spinner_then(const std::string& access, const std::string& import) {
  const std::string spin =
      R"({"submit": {"context": "c", "duration": "10 ms", "writes": ["b"]}},
         {"send": {"channel": "ch", "buffers": ["b"]}})";
  const std::string use =
      R"({"receive": "ch"}, {"id": "use", "submit": {"context": "c", "duration": "1 ms", ")" +
      access +
      R"(": ["#ch"]}}, {"wait": {"ops": ["use"]}}, {"signal": {"timeline": "done", "value": 1}})";
  const Run run = run_small(
      {.gpu = {},
       .resources =
           R"("buffers": [{"name": "b", "size": "8 MiB"}], "channels": ["ch"], "timelines": ["done"],)",
       .processes = process("client-0", R"("engine": "rcs0")", spin) + "," +
                    process("client-1", R"("engine": "ccs0")", use),
       .stack = stack("explicit-bridged", R"("import": ")" + import + "\""),
       .links = {}});
  // The second client's wait ends before the spinner only if it did not wait for it.
  return number(run, "hazards_count") > 0 ? 0 : number(run, "makespan_ns");
}

}  // namespace

TEST_CASE("T34: an out-fence imported as WRITE holds back readers and writers until it signals") {
  CHECK(spinner_then("reads", "write") == 11 * kMs);
  CHECK(spinner_then("writes", "write") == 11 * kMs);
}

TEST_CASE("T34a: imported as READ and exported for reading, it holds back nobody") {
  CHECK(spinner_then("reads", "read") == 0);
}

TEST_CASE("T34b: imported as READ and exported for writing, it holds back") {
  CHECK(spinner_then("writes", "read") == 11 * kMs);
}

TEST_CASE("T34c: without an import the second client runs at once: job fences are BOOKKEEP") {
  CHECK(spinner_then("reads", "off") == 0);
  CHECK(spinner_then("writes", "off") == 0);
}

TEST_CASE("T46: a submission that waits for a point without a fence is refused") {
  const std::string waiter =
      R"({"id": "j", "submit": {"context": "c", "duration": "1 ms", "wait_values": [{"timeline": "t", "value": 1}]}},
         {"wait": {"ops": ["j"]}})";
  const std::string signaller =
      R"({"submit": {"context": "c", "duration": "1 ms", "signal_values": [{"timeline": "t", "value": 1}]}})";
  const auto run = [&](const std::string& submit_thread) {
    return run_small({.gpu = {},
                      .resources = R"("timelines": ["t"],)",
                      .processes = process("waiter", R"("engine": "rcs0")", waiter) + "," +
                                   process("signaller", R"("engine": "ccs0")", signaller, "5 ms"),
                      .stack = stack("vulkan-timeline", R"("submit_thread": )" + submit_thread),
                      .links = {}});
  };
  const Run refused = run("\"false\"");
  CHECK(number(refused, "jobs_lost_count") == 1);
  CHECK(number(refused, "makespan_ns") == 6 * kMs);
  // What a user-mode driver's submit thread is for.
  const Run held_back = run("\"true\"");
  CHECK(number(held_back, "jobs_lost_count") == 0);
  CHECK(number(held_back, "makespan_ns") == 7 * kMs);
}

namespace {

/// Three engines take turns; each job reads what the two before it wrote and waits for the point of
/// the engine before its own, nothing else. All behind one cork. `value` of the k-th use of an
/// engine's timeline.
Run fibonacci(const std::function<int(int)>& value) {
  const char* const engines[] = {"rcs0", "ccs0", "bcs0"};
  std::string program = R"({"id": "cork", "sw_fence": {}})";
  constexpr int kJobs = 12;
  for (int k = 0; k < kJobs; ++k) {
    const std::string number = std::to_string(k);
    program += R"(, {"id": "j)" + number + R"(", "submit": {"context": ")" + engines[k % 3] +
               R"(", "duration": "1 ms", "declares": {}, "writes": ["r.)" + number + "\"]";
    if (k >= 2)
      program += R"(, "reads": ["r.)" + std::to_string(k - 1) + R"(", "r.)" +
                 std::to_string(k - 2) + "\"]";
    if (k == 0) program += R"(, "after": ["cork"])";
    if (k > 0)
      program += R"(, "wait_values": [{"timeline": "t)" + std::to_string((k - 1) % 3) +
                 R"(", "value": )" + std::to_string(value((k - 1) / 3)) + "}]";
    program += R"(, "signal_values": [{"timeline": "t)" + std::to_string(k % 3) +
               R"(", "value": )" + std::to_string(value(k / 3)) + "}]}}";
  }
  program += R"(, {"sw_signal": "cork"}, {"wait": {"ops": ["j11"]}})";
  return run_small(
      {.gpu = {},
       .resources =
           R"("timelines": ["t0", "t1", "t2"], "buffers": [{"name": "r", "size": "4 KiB", "count": 12}],)",
       .processes =
           R"({"name": "p", "contexts": [{"name": "rcs0", "engine": "rcs0"}, {"name": "ccs0", "engine": "ccs0"},
                        {"name": "bcs0", "engine": "bcs0"}], "threads": [{"name": "main", "program": [)" +
           program + "]}]}",
       .stack = stack("vulkan-timeline", ""),
       .links = {}});
}

}  // namespace

TEST_CASE("T139: points that increase, stay or decrease never lose a dependency") {
  const std::function<int(int)> variants[] = {[](int k) { return k + 1; }, [](int) { return 1; },
                                              [](int k) { return 10 - k; }};
  for (const auto& value : variants) {
    INFO("second point " << value(1));
    const Run run = fibonacci(value);
    CHECK(number(run, "jobs_done_count") == 12);
    CHECK(number(run, "hazards_count") == 0);
    CHECK(number(run, "makespan_ns") == 12 * kMs);  // one after another
  }
}
