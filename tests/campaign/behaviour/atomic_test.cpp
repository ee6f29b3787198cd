// Atomic commits. Screens of 100 and 50 Hz: vblanks every 10 and 20 ms, the first at 10 and 20 ms.
#include <catch2/catch.hpp>

#include "tests/campaign/behaviour/small_run.hpp"

using namespace fencelab::tests;
using fencelab::campaign::RunRecord;

namespace {

const std::string kScreens =
    R"("displays": [{"name": "fast", "refresh": "100 Hz"}, {"name": "slow", "refresh": "50 Hz"}],
       "buffers": [{"name": "a", "size": "8 MiB"}, {"name": "b", "size": "8 MiB"}],)";

std::string draw(const std::string& buffer, const std::string& duration) {
  return R"({"id": "draw-)" + buffer + R"(", "submit": {"context": "c", "engine": ")" +
         (buffer == "a" ? "rcs0" : "ccs0") + R"(", "duration": ")" + duration +
         R"(", "writes": [")" + buffer + R"("]}})";
}

RunRecord run_program(const std::string& program, const std::string& stack = kFreeIoctls) {
  return run_small({.gpu = {},
                    .resources = kScreens,
                    .processes = process("compositor", R"("engines": ["rcs0", "ccs0"])", program),
                    .stack = stack,
                    .links = {}});
}

}  // namespace

TEST_CASE("A commit is all or nothing: the latest fence of any plane holds back all planes") {
  // b is drawn at 23 ms, so that both planes come at 30 ms, although a could have been shown at 10.
  const auto run =
      run_program(draw("a", "1 ms") + "," + draw("b", "23 ms") +
                  R"(, {"flip": {"display": "fast", "planes": ["a", "b"], "blocking": true}})");
  CHECK(number(run, "makespan_ns") == 30 * kMs);
  CHECK(number(run, "flips_count") == 1);
}

TEST_CASE(
    "A commit on two displays waits for the fences of both and is latched by each at its own "
    "vblank") {
  const bool blocking = GENERATE(true, false);
  // b is drawn at 13 ms. The fast display shows a at 20 ms, not at 10; the slow one b at 20 ms.
  const std::string both =
      R"({"flip": {"crtcs": [{"display": "fast", "planes": ["a"]}, {"display": "slow", "planes": ["b"]}], "blocking": )" +
      std::string(blocking ? "true" : "false") + "}}";
  const auto run = run_program(draw("a", "1 ms") + "," + draw("b", "13 ms") + "," + both);
  CHECK(number(run, "flips_count") == 2);
  CHECK(number(run, "missed_vblanks_count") == 1);
  // 21 ms is past both vblanks of 20 ms: 30 and 40 ms.
  const auto later = run_program(draw("a", "1 ms") + "," + draw("b", "21 ms") + "," + both);
  CHECK(number(later, "missed_vblanks_count") == 2 + 1);
  if (blocking) CHECK(number(later, "makespan_ns") == 40 * kMs);
}

TEST_CASE("Separate commits do not wait for one another") {
  const auto run = run_program(draw("a", "1 ms") + "," + draw("b", "13 ms") +
                               R"(, {"flip": {"display": "fast", "planes": ["a"]}},
                       {"flip": {"display": "slow", "planes": ["b"]}})");
  CHECK(number(run, "missed_vblanks_count") == 0);
}

TEST_CASE(
    "A second flip while one is pending: a compositor waits, a careless program gets -EBUSY") {
  const auto twice = [](const std::string& busy) {
    return run_program(draw("a", "1 ms") + R"(, {"flip": {"display": "fast", "planes": ["a"]}},
                       {"flip": {"display": "fast", "planes": ["b"], "busy": ")" +
                       busy + R"("}})");
  };
  const auto waits = twice("wait"), fails = twice("fail");
  CHECK(number(waits, "flips_count") == 2);
  CHECK(number(waits, "flips_refused_count") == 0);
  CHECK(number(fails, "flips_count") == 1);
  CHECK(number(fails, "flips_refused_count") == 1);
}

TEST_CASE("An async flip skips the vblank, not the fences") {
  const auto run = run_program(
      draw("a", "3 ms") +
      R"(, {"flip": {"display": "fast", "planes": ["a"], "async": true, "blocking": true}})");
  CHECK(number(run, "makespan_ns") == 3 * kMs);
  CHECK(number(run, "missed_vblanks_count") == 0);
}

TEST_CASE("An out-fence signals at the flip, and later work can wait for it") {
  const bool blocking = GENERATE(true, false);
  // Shown at 10 ms, then 4 ms of work.
  const auto run =
      run_program(draw("a", "1 ms") +
                  R"(, {"id": "shown", "flip": {"display": "fast", "planes": ["a"], "blocking": )" +
                  (blocking ? "true" : "false") + R"(}},
           {"id": "next", "submit": {"context": "c", "engine": "rcs0", "duration": "4 ms", "after": ["shown"]}},
           {"wait": {"ops": ["next"]}})");
  CHECK(number(run, "makespan_ns") == 14 * kMs);
}

TEST_CASE("The out-fences of a commit on two displays are waited for together") {
  const auto run = run_program(
      R"({"id": "shown", "flip": {"displays": ["fast", "slow"], "planes": ["a"]}}, {"wait": {"ops": ["shown"]}})");
  CHECK(number(run, "makespan_ns") == 20 * kMs);
}

TEST_CASE("An explicit in-fence overrules what implicit fencing would wait for") {
  // The job that writes a runs for 25 ms; what the plane names is done after 2.
  const auto run = [](const std::string& in_fence) {
    return number(run_program(draw("a", "25 ms") + "," + draw("b", "2 ms") +
                              R"(, {"flip": {"display": "fast", "planes": [{"buffer": "a")" +
                              in_fence + R"(}], "blocking": true}})"),
                  "makespan_ns");
  };
  CHECK(run("") == 30 * kMs);
  // Shown at 10 ms; the run ends with the job.
  CHECK(run(R"(, "in_fence": ["draw-b"])") == 25 * kMs);
}

TEST_CASE("A blocking commit waits for an older one, and both are shown") {
  // The first is drawn at 15 ms and shown at 20; the second has no fence of its own: 30 ms.
  const auto run =
      run_program(draw("a", "15 ms") + R"(, {"flip": {"display": "fast", "planes": ["a"]}},
                                {"flip": {"display": "fast", "planes": ["b"], "blocking": true}})");
  CHECK(number(run, "makespan_ns") == 30 * kMs);
  CHECK(number(run, "flips_count") == 2);
}

TEST_CASE("A blocking commit gives an older one ten seconds, then goes on without it") {
  // Nobody ends the first one's job before 40 s. The second comes at the vblank after 10 s.
  const auto run =
      run_program(draw("a", "40 s") + R"(, {"flip": {"display": "fast", "planes": ["a"]}},
           {"id": "second", "flip": {"display": "fast", "planes": ["b"], "blocking": true}},
           {"id": "job", "submit": {"context": "c", "engine": "ccs0", "duration": "1 ms", "after": ["second"]}},
           {"wait": {"ops": ["job"]}})",
                  free_ioctls_with(R"("hang": "none")"));
  CHECK(number(run, "timeouts_fired_count") == 1);
  CHECK(number(run, "flips_count") == 2);
}

TEST_CASE("A value is no fence: user space waits for it before it commits") {
  const auto run = run_program(
      R"({"submit": {"context": "c", "duration": "13 ms", "writes": ["a"]}},
         {"flip": {"display": "fast", "planes": ["a"]}})",
      R"("preset": "user-queues-preempt-ctx")");
  // Committed when the job is done, shown at the next vblank: none is missed by the commit itself.
  CHECK(number(run, "flips_count") == 1);
  CHECK(number(run, "missed_vblanks_count") == 0);
}

namespace {

/// A compositor draws a for `drawing` and commits it, blocking; it is killed at `when`. From 6 ms
/// on another one wants to show b on the fast screen.
RunRecord killed_within(const std::string& drawing, const std::string& flip,
                        const std::string& when) {
  return run_small(
      {.gpu = {},
       .resources = kScreens + R"("faults": [{"kind": "kill", "process": "killed", "when": ")" +
                    when + R"("}],)",
       .processes = process("killed", R"("engine": "rcs0")", draw("a", drawing) + ", " + flip) +
                    "," +
                    process("other", R"("engine": "ccs0")",
                            R"({"id": "shown", "flip": {"display": "fast", "planes": ["b"]}},
                      {"wait": {"ops": ["shown"]}})",
                            "6 ms"),
       .stack = kFreeIoctls,
       .links = {}});
}

const std::string kBlocking = R"({"flip": {"display": "fast", "planes": ["a"], "blocking": true}})";
const std::string kBlockingBoth =
    R"({"flip": {"crtcs": [{"display": "fast", "planes": ["a"]}, {"display": "slow", "planes": ["a"]}], "blocking": true}})";

}  // namespace

TEST_CASE("A blocking commit whose thread is killed before the swap was never made") {
  // The wait for fences is interruptible, and nothing has changed yet: the other one finds the
  // screen free and b is shown at 10 ms.
  for (const std::string& flip : {kBlocking, kBlockingBoth}) {
    const auto run = killed_within("25 ms", flip, "5 ms");
    CHECK(run.verdict == "complete");
    CHECK(number(run, "flips_count") == 1);
    CHECK(number(run, "flips_refused_count") == 0);
    CHECK(number(run, "makespan_ns") == 10 * kMs);
  }
}

TEST_CASE("A blocking commit whose thread is killed after the swap is shown all the same") {
  // Drawn at 1 ms; from then on nothing ends it: a at 10 ms, b at the vblank after.
  const auto run = killed_within("1 ms", kBlocking, "5 ms");
  CHECK(run.verdict == "complete");
  CHECK(number(run, "flips_count") == 2);
  CHECK(number(run, "makespan_ns") == 20 * kMs);
}

TEST_CASE("A blocking commit on two screens that has reached one of them reaches the other, too") {
  // The fast screen shows a at 10 ms; the kill comes at 15; the slow one shows it at 20.
  const auto run = killed_within("1 ms", kBlockingBoth, "15 ms");
  CHECK(run.verdict == "complete");
  CHECK(number(run, "flips_count") == 2 + 1);
}
