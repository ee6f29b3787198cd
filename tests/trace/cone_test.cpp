// Parts of traces: what led to the end of a job, and what happened about a moment.
#include <algorithm>
#include <set>

#include "tests/trace/readers.hpp"
#include "tests/trace/traced_runs.hpp"

using namespace fencelab::tests;

namespace {

/// `second` waits for a value that `first` writes; `stranger` has an engine of its own, and
/// `before` had the engine of `first`.
constexpr const char* kThree = R"json({
  "format": 1, "name": "three",
  "platform": {"gpus": [{"name": "gpu0", "engines": ["rcs0", "ccs0", "bcs0"]}]},
  "timelines": ["t"],
  "processes": [
    {"name": "before", "contexts": [{"name": "c", "engine": "rcs0"}], "threads": [
      {"name": "main", "program": [{"submit": {"context": "c", "duration": "2 ms"}, "id": "warm"}]}]},
    {"name": "first", "contexts": [{"name": "c", "engine": "rcs0"}], "threads": [
      {"name": "main", "program": [{"think": "1 ms"},
        {"id": "a", "submit": {"context": "c", "duration": "3 ms",
                               "signal_values": [{"timeline": "t", "value": 1}]}},
        {"id": "later", "submit": {"context": "c", "duration": "3 ms"}}]}]},
    {"name": "second", "contexts": [{"name": "c", "engine": "ccs0"}], "threads": [
      {"name": "main", "program": [{"think": "2 ms"},
        {"id": "b", "submit": {"context": "c", "duration": "1 ms",
                               "wait_values": [{"timeline": "t", "value": 1}]}}]}]},
    {"name": "stranger", "contexts": [{"name": "c", "engine": "bcs0"}], "threads": [
      {"name": "main", "program": [{"id": "x", "submit": {"context": "c", "duration": "4 ms"}}]}]}],
  "stacks": ["vulkan-timeline"]})json";

std::set<std::string> executed(const TimelineModel& model) {
  std::set<std::string> names;
  for (const Slice& slice : model.slices)
    if (slice.arguments.contains("queue")) names.insert(slice.name);
  return names;
}

using Names = std::set<std::string>;

}  // namespace

TEST_CASE("A cone has what led to a job, and nothing else", "[trace]") {
  const fencelab::testing::TemporaryFolder folder;
  TracedRun run(folder.file("three.json", kThree), "vulkan-timeline");
  const auto cone = [&](const std::string& of) {
    return read_chrome(run.trace("cone.json", {"--trace-cone", of}));
  };
  const TimelineModel all = read_chrome(run.trace("all.json"));
  CHECK(executed(all) == Names{"a", "b", "later", "warm", "x"});
  const TimelineModel of_b = cone("job b#0 of second");
  CHECK(executed(of_b) == Names{"a", "b", "warm"});
  // The thread that only handed over `later` stands there with what it did before that.
  CHECK(of_b.arrows > 0);
  const auto end_of = [](const std::vector<Slice>& slices) {
    std::int64_t last = 0;
    for (const Slice& slice : slices) last = std::max(last, slice.to_ns);
    return last;
  };
  CHECK(end_of(of_b.slices) == end_of(all.named("b")));
  CHECK(executed(cone("job a#0 of first")) == Names{"a", "warm"});
  CHECK(executed(cone("job x#0 of stranger")) == Names{"x"});
  CHECK(executed(cone("job later#0 of first")) == Names{"a", "later", "warm"});
}

TEST_CASE("A cone is the same by the name of the job and by that of its fence", "[trace]") {
  const fencelab::testing::TemporaryFolder folder;
  TracedRun run(folder.file("three.json", kThree), "vulkan-timeline");
  const auto all = read_ftrace(run.trace("all.txt"));
  const auto fence_of = [&](const std::string& ring) {
    for (const TracePoint& point : all)
      if (point.name == "drm_sched_job_run" && point.fields.at("name") == ring)
        return point.fields.at("fence_context") + ":" + point.fields.at("fence_seqno");
    return std::string("none");
  };
  run.trace("job.txt", {"--trace-cone", "job b#0 of second"});
  const std::string by_job = run.text("job.txt");
  run.trace("fence.txt", {"--trace-cone", fence_of("gpu0/ccs0")});
  CHECK(run.text("fence.txt") == by_job);
  CHECK(by_job.find("ring=gpu0/ccs0") != std::string::npos);
  CHECK(by_job.find("ring=gpu0/bcs0") == std::string::npos);
}

TEST_CASE("Cones of the library nest, end with their job, and hold the causes of what they hold",
          "[trace]") {
  for (const auto& [scenario, stack] :
       {std::pair("desktop-with-user-queues", "kernel-implicit"),
        std::pair("pipelined-moves", "pipelined"), std::pair("two-monitors", "linux-implicit"),
        std::pair("hybrid-laptop", "linux-implicit"), std::pair("error-ladder", "passed-on")}) {
    INFO(scenario);
    TracedRun run(library(scenario), stack);
    std::vector<TracePoint> ends;
    const auto all = read_ftrace(run.trace("all.txt"));
    std::copy_if(all.begin(), all.end(), std::back_inserter(ends),
                 [](const TracePoint& point) { return point.name == "drm_sched_job_done"; });
    for (std::size_t i = 3; i < ends.size() && i < 40; i += 11) {
      const std::string fence =
          ends[i].fields.at("fence_context") + ":" + ends[i].fields.at("fence_seqno");
      INFO(fence);
      const auto cone = read_ftrace(run.trace("cone.txt", {"--trace-cone", fence}));
      CHECK(cone.size() < all.size());
      CHECK(cone.back().at_ns == ends[i].at_ns);
      std::set<std::string> signaled, queued;
      bool has_end = false;
      for (const TracePoint& point : cone) {
        const auto name = [&](const char* context, const char* seqno) {
          return point.fields.at(context) + ":" + point.fields.at(seqno);
        };
        if (point.name == "dma_fence_signaled") signaled.insert(name("context", "seqno"));
        if (point.name == "drm_sched_job_queue")
          queued.insert(name("fence_context", "fence_seqno"));
        if (point.name == "dma_fence_wait_end") CHECK(signaled.contains(name("context", "seqno")));
        if (point.name == "drm_sched_job_run")
          CHECK(queued.contains(name("fence_context", "fence_seqno")));
        if (point.name == "drm_sched_job_done")
          has_end = has_end || name("fence_context", "fence_seqno") == fence;
      }
      CHECK(has_end);
      CHECK(read_chrome(run.trace("cone.json", {"--trace-cone", fence})).slices.size() > 2);
    }
  }
}

TEST_CASE("A trigger is where the window counts from", "[trace]") {
  TracedRun run(library("two-monitors"), "linux-implicit");
  const TimelineModel all = read_chrome(run.trace("all.json"));
  const auto missed = std::count(all.instants.begin(), all.instants.end(), "vblank missed");
  REQUIRE(missed > 3);
  const auto part = [&](const std::string& trigger, const std::string& window) {
    return read_chrome(
        run.trace("part.json", {"--trace-trigger", trigger, "--trace-window", window}));
  };
  const auto count = [](const TimelineModel& model) {
    return std::count(model.instants.begin(), model.instants.end(), "vblank missed");
  };
  CHECK(count(part("vblank missed", "0ns..0ns")) == 1);
  CHECK(count(part("vblank missed", "0ns..")) == missed);
  CHECK(count(part("vblank missed#3", "0ns..")) == missed - 2);
  CHECK(count(part("vblank missed#3", "-10s..0ns")) == 3);
  const TimelineModel about =
      read_chrome(run.trace("about.json", {"--trace-trigger", "vblank missed"}));
  std::int64_t first = about.slices.front().from_ns, last = 0;
  for (const Slice& slice : about.slices) {
    first = std::min(first, slice.from_ns);
    last = std::max(last, slice.to_ns);
  }
  CHECK(last - first <= 20'000'000);
  CHECK(read_ftrace(run.trace("about.txt", {"--trace-trigger", "vblank missed"})).size() > 2);
}

TEST_CASE("What got stuck is a trigger, and what led to a fence that never signals is a cone",
          "[trace]") {
  TracedRun run(library("buffer-abba"), "plain-locks");
  run.trace("stuck.json", {"--trace-trigger", "stuck"});
  CHECK(run.outcome.err.find("nothing is traced") == std::string::npos);
  CHECK(read_chrome(run.folder().path("stuck.json")).slices.size() > 2);
  TracedRun endless(library("faulting-then-notifier"), "future-fence");
  std::set<std::string> pending;
  for (const TracePoint& point : read_ftrace(endless.trace("all.txt"))) {
    const auto name = [&] { return point.fields.at("context") + ":" + point.fields.at("seqno"); };
    if (point.name == "dma_fence_wait_start") pending.insert(name());
    if (point.name == "dma_fence_signaled") pending.erase(name());
  }
  REQUIRE(!pending.empty());
  CHECK(read_ftrace(endless.trace("cone.txt", {"--trace-cone", *pending.begin()})).size() > 0);
}

TEST_CASE("A trigger or a fence that the run does not have is told, with what it has", "[trace]") {
  TracedRun run(library("pipelined-moves"), "pipelined");
  run.trace("x.json", {"--trace-trigger", "evicte"});
  CHECK(run.outcome.exit_code == 63);
  CHECK(run.outcome.err.find("no evicte in this run") != std::string::npos);
  CHECK(run.outcome.err.find("evicted (") != std::string::npos);
  run.trace("x.json", {"--trace-cone", "12345:6"});
  CHECK(run.outcome.exit_code == 63);
  CHECK(run.outcome.err.find("there is no fence or job 12345:6") != std::string::npos);
  run.trace("x.json", {"--trace-window", "-1ms..1ms"});
  CHECK(run.outcome.exit_code == 63);
  CHECK(run.outcome.err.find("nothing is before the begin of a run") != std::string::npos);
  run.trace("x.json", {"--trace-trigger", "evicted#0"});
  CHECK(run.outcome.exit_code == 63);
}
