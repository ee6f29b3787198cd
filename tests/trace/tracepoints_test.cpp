// Tracepoints of a run: as text, read by a grammar of the kernel's formats, and in protobuf.
#include <set>

#include "tests/trace/readers.hpp"
#include "tests/trace/traced_runs.hpp"

using namespace fencelab::tests;

namespace {

using Fence = std::pair<std::string, std::string>;

Fence job_of(const TracePoint& point) {
  return {point.fields.at("fence_context"), point.fields.at("fence_seqno")};
}

std::map<Fence, std::int64_t> times_of(const std::vector<TracePoint>& points,
                                       const std::string& name) {
  std::map<Fence, std::int64_t> times;
  for (const TracePoint& point : points)
    if (point.name == name) CHECK(times.emplace(job_of(point), point.at_ns).second);
  return times;
}

std::size_t count_of(const std::vector<TracePoint>& points, const std::string& name) {
  return static_cast<std::size_t>(
      std::count_if(points.begin(), points.end(),
                    [&name](const TracePoint& point) { return point.name == name; }));
}

}  // namespace

TEST_CASE("Each job is queued, run and done, and its dependencies were done before", "[trace]") {
  TracedRun run(library("desktop-with-user-queues"), "kernel-implicit");
  const auto points = read_ftrace(run.trace("run.txt"));
  const auto row = rows_of(run.result("runs.csv")).front();
  const auto queued = times_of(points, "drm_sched_job_queue"),
             begun = times_of(points, "drm_sched_job_run"),
             done = times_of(points, "drm_sched_job_done");
  CHECK(std::to_string(queued.size()) == row.at("jobs_submitted_count"));
  CHECK(std::to_string(done.size()) == row.at("jobs_done_count"));
  for (const auto& [job, at] : done) {
    CHECK(queued.at(job) <= begun.at(job));
    CHECK(begun.at(job) <= at);
  }
  std::size_t dependencies = 0;
  for (const TracePoint& point : points) {
    if (point.name != "drm_sched_job_add_dep") continue;
    const auto on = done.find({point.fields.at("ctx"), point.fields.at("seqno")});
    const auto depending = begun.find(job_of(point));
    if (on == done.end() || depending == begun.end()) continue;
    ++dependencies;
    CHECK(on->second <= depending->second);
  }
  CHECK(dependencies > 0);
}

TEST_CASE("A fence is made, signals and goes in that order, and who waits for it goes on",
          "[trace]") {
  for (const auto& [scenario, stack] :
       {std::pair("pipelined-moves", "pipelined"), std::pair("two-monitors", "linux-implicit"),
        std::pair("vm-bind-pipeline", "async-exact")}) {
    INFO(scenario);
    TracedRun run(library(scenario), stack);
    std::map<Fence, std::string> state;
    std::map<std::uint64_t, std::multiset<Fence>> waits;
    std::size_t waited = 0;
    for (const TracePoint& point : read_ftrace(run.trace("run.txt"))) {
      if (!point.name.starts_with("dma_fence_")) continue;
      const Fence fence{point.fields.at("context"), point.fields.at("seqno")};
      const std::string was = state[fence];
      const std::string event = point.name.substr(std::string("dma_fence_").size());
      if (event == "init") CHECK((was.empty() || was == "destroy"));
      if (event == "emit" || event == "enable_signal" || event == "wait_start")
        CHECK((was != "signaled" && was != "destroy" && !was.empty()));
      if (event == "signaled") CHECK((was != "signaled" && !was.empty()));
      if (event == "destroy") CHECK_FALSE(was.empty());
      if (event == "wait_start") waits[point.pid].insert(fence), ++waited;
      if (event == "wait_end") {
        REQUIRE(waits[point.pid].contains(fence));
        waits[point.pid].erase(waits[point.pid].find(fence));
      }
      if (!event.starts_with("wait")) state[fence] = event;
    }
    CHECK(state.size() > 5);
    CHECK(waited > 0);
  }
}

TEST_CASE("Old names tell of the same jobs at the same times", "[trace]") {
  TracedRun run(library("desktop-with-user-queues"), "kernel-implicit");
  const auto now = read_ftrace(run.trace("new.txt"));
  const auto old = read_ftrace(run.trace("old.txt", {"--trace-names", "legacy"}));
  const std::map<std::string, std::string> renamed = {
      {"drm_sched_job_queue", "drm_sched_job"},
      {"drm_sched_job_run", "drm_run_job"},
      {"drm_sched_job_done", "drm_sched_process_job"},
      {"drm_sched_job_unschedulable", "drm_sched_job_wait_dep"}};
  std::size_t next = 0;
  std::map<std::string, Fence> jobs;  // by pointer
  for (const TracePoint& point : now) {
    if (point.name == "drm_sched_job_add_dep") continue;  // old kernels had no such
    REQUIRE(next < old.size());
    const TracePoint& other = old[next++];
    const auto known = renamed.find(point.name);
    CHECK(other.name == (known == renamed.end() ? point.name : known->second));
    CHECK(other.at_ns == point.at_ns);
    if (point.name == "drm_sched_job_queue")
      CHECK(jobs.emplace(other.fields.at("fence"), job_of(point)).second);
    if (point.name == "drm_sched_job_run" || point.name == "drm_sched_job_done")
      CHECK(jobs.at(other.fields.at("fence")) == job_of(point));
  }
  CHECK(next == old.size());
}

TEST_CASE("Perfetto gets the tracepoints that it knows, field by field", "[trace]") {
  for (const char* const names : {"6.17", "legacy"}) {
    TracedRun run(library("desktop-with-user-queues"), "kernel-implicit");
    const auto text = read_ftrace(run.trace("run.txt", {"--trace-names", names}));
    const auto binary = read_perfetto(run.trace("run.pftrace", {"--trace-names", names})).points;
    for (const char* const unknown : {"dma_fence_destroy", "dma_fence_enable_signal",
                                      "drm_vblank_event_queued", "drm_sched_job_wait_dep"})
      CHECK(count_of(binary, unknown) == 0);
    std::size_t next = 0;
    for (const TracePoint& point : text) {
      if (next == binary.size()) break;
      const TracePoint& other = binary[next];
      if (other.name != point.name || other.at_ns != point.at_ns) continue;
      ++next;
      for (const char* const field :
           {"context", "seqno", "timeline", "driver", "fence_context", "fence_seqno", "client_id",
            "job_count", "name", "dev", "ctx"})
        if (point.fields.contains(field)) CHECK(other.fields.at(field) == point.fields.at(field));
    }
    CHECK(next == binary.size());
    CHECK(next > 100);
  }
}

TEST_CASE("Vblanks are counted from the start of the run", "[trace]") {
  TracedRun run(library("desktop-with-user-queues"), "kernel-implicit");
  std::size_t vblanks = 0;
  std::uint64_t last = 0;
  for (const TracePoint& point : read_ftrace(run.trace("run.txt"))) {
    if (point.name != "drm_vblank_event") continue;
    ++vblanks;
    CHECK(std::stoll(point.fields.at("time")) == point.at_ns);
    CHECK(std::stoull(point.fields.at("seq")) > last);
    last = std::stoull(point.fields.at("seq"));
  }
  CHECK(std::to_string(vblanks) == rows_of(run.result("runs.csv")).front().at("flips_count"));
}
