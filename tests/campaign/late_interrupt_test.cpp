// What can be seen between the end of a job on the hardware and the interrupt that tells of it, and
// between a job's end and a reset.
#include <catch2/catch.hpp>
#include <string>

#include "analysis/explore/dpor.hpp"
#include "analysis/explore/paranoid.hpp"
#include "analysis/explore/state_search.hpp"
#include "tests/campaign/with_subject.hpp"

using namespace fencelab;
using analysis::Exploration;
using tests::with_subject;

namespace {

/// Both provers, which must agree, and a sample of what they rest on.
Exploration explore(const std::string& text, core::TimerMode timers = core::TimerMode::never) {
  Exploration found;
  with_subject(text, [&](analysis::Subject& subject) {
    const analysis::ExecutionOptions options{.timers = timers};
    found = analysis::explore_dpor(subject, options, {});
    const Exploration b = analysis::explore_states(subject, options, {});
    CHECK((found.exhausted && b.exhausted));
    CHECK(found.dead.size() == b.dead.size());
    const auto report = analysis::check_paranoid(subject, options, {});
    for (const std::string& violation : report.violations) FAIL_CHECK(violation);
  });
  return found;
}

/// The producer's job fills most of VRAM and writes `ready`. Whoever sees that wants the memory for
/// a job of its own, which writes `done`.
std::string takes_over(const std::string& reclaim) {
  return R"({"format": 1, "name": "late", "platform": {"gpus": [
      {"name": "gpu0", "driver": "xe", "vram": "64 MiB", "engines": ["rcs0", "ccs0"]}]},
    "timelines": [{"name": "ready"}, {"name": "done"}],
    "processes": [
      {"name": "producer", "buffers": [{"name": "b", "size": "40 MiB", "gpu": "gpu0"}],
       "contexts": [{"name": "c", "gpu": "gpu0", "engine": "rcs0"}],
       "threads": [{"name": "main", "program": [
        {"submit": {"context": "c", "duration": "1 ms", "writes": ["b"],
         "signal_values": [{"timeline": "ready", "value": 1}]}}]}]},
      {"name": "consumer", "buffers": [{"name": "d", "size": "40 MiB", "gpu": "gpu0"}],
       "contexts": [{"name": "c", "gpu": "gpu0", "engine": "ccs0"}],
       "threads": [{"name": "main", "program": [
        {"wait": {"values": [{"timeline": "ready", "value": 1}]}},
        {"submit": {"context": "c", "duration": "1 ms", "writes": ["d"],
         "signal_values": [{"timeline": "done", "value": 1}]}},
        {"wait": {"values": [{"timeline": "done", "value": 1}]}}]}]}],
    "stacks": [{"name": "s", "preset": "linux-implicit", "axes": {"reclaim": ")" +
         reclaim + R"("}}]})";
}

}  // namespace

TEST_CASE("Who sees a value of a job may find the job's fence unsignaled still") {
  // The GPU wrote the value; until the interrupt the kernel takes the buffer for busy. An
  // allocation that may not wait for the GPU then fails (-ENOMEM), and the consumer's job never
  // runs.
  const Exploration hurried = explore(takes_over("no-gpu"));
  CHECK(hurried.dead.size() == 1);
  CHECK(hurried.dead_executions < hurried.executions);
  // One that may wait is none the worse for it.
  CHECK(explore(takes_over("wait")).dead.empty());
}

TEST_CASE("The end of a job that nobody can see before its fence is one step") {
  const std::string text = R"({"format": 1, "name": "plain", "platform": {"gpus": [
      {"name": "gpu0", "driver": "xe", "vram": "64 MiB", "engines": ["rcs0"]}]},
    "processes": [{"name": "p", "buffers": [{"name": "b", "size": "4 MiB", "gpu": "gpu0"}],
      "contexts": [{"name": "c", "gpu": "gpu0"}], "threads": [{"name": "main", "program": [
        {"id": "j", "submit": {"context": "c", "duration": "1 ms", "writes": ["b"]}},
        {"wait": {"ops": ["j"]}}]}]}],
    "stacks": ["linux-implicit"]})";
  CHECK(explore(text).executions == 1);
}

TEST_CASE("A reset that races with the end of a job comes before it or not at all") {
  // Reset first, the job's value is never written and its reader is stuck; after the end of the job
  // the watchdog has nothing to find.
  const std::string text = R"({"format": 1, "name": "race", "platform": {"gpus": [
      {"name": "gpu0", "driver": "xe", "vram": "64 MiB", "engines": ["rcs0"]}]},
    "timelines": [{"name": "ready"}],
    "processes": [
      {"name": "p", "buffers": [{"name": "b", "size": "4 MiB", "gpu": "gpu0"}],
       "contexts": [{"name": "c", "gpu": "gpu0"}], "threads": [{"name": "main", "program": [
        {"id": "j", "submit": {"context": "c", "duration": "1 ms", "writes": ["b"],
         "signal_values": [{"timeline": "ready", "value": 1}]}},
        {"wait": {"ops": ["j"]}}]}]},
      {"name": "reader", "threads": [{"name": "main", "program": [
        {"wait": {"values": [{"timeline": "ready", "value": 1}]}}]}]}],
    "stacks": [{"name": "s", "preset": "linux-implicit",
                "axes": {"hang": {"policy": "tdr", "timeout": "1 s"}}}]})";
  const Exploration any = explore(text, core::TimerMode::any);
  CHECK(any.dead.size() == 1);
  CHECK(any.dead_executions < any.executions);
  CHECK(explore(text, core::TimerMode::never).dead.empty());
}

TEST_CASE("A client that is killed with frames under way leaves its compositor alone") {
  const auto text = [](const std::string& stack) {
    return R"({"format": 1, "name": "frames", "platform": {"gpus": [
      {"name": "gpu0", "driver": "xe", "vram": "64 MiB", "engines": ["rcs0", "ccs0"]}]},
    "swapchains": [{"name": "chain", "images": 2, "size": "1 MiB", "gpu": "gpu0"}],
    "processes": [
      {"name": "client", "contexts": [{"name": "c", "gpu": "gpu0", "engine": "rcs0"}],
       "threads": [{"name": "main", "program": [
        {"acquire": "chain"},
        {"submit": {"context": "c", "duration": "1 ms", "writes": ["@chain"]}},
        {"present": "chain"}]}]},
      {"name": "compositor", "contexts": [{"name": "c", "gpu": "gpu0", "engine": "ccs0"}],
       "threads": [{"name": "main", "program": [
        {"latch": {"swapchain": "chain", "wait": true}},
        {"id": "draw", "submit": {"context": "c", "duration": "1 ms", "reads": ["@chain"]}},
        {"wait": {"ops": ["draw"]}}]}]}],
    "faults": [{"kind": "kill", "process": "client", "when": "1 s"}],
    "stacks": [")" +
           stack + R"("]})";
  };
  // A frame that was taken stays readable; for one that was not, the connection is closed, and to
  // wait for the next client is no deadlock.
  CHECK(explore(text("linux-implicit")).dead.empty());
  CHECK(explore(text("vulkan-explicit")).dead.empty());
}
