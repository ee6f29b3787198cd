// What a trace tells is what an import of it does: same jobs, times, dependencies and flips.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "tests/trace/readers.hpp"
#include "tests/trace/traced_runs.hpp"

using namespace fencelab::tests;
using fencelab::testing::run_fencelab;

namespace {

/// A job as tracepoints of Linux 6.17 show it.
struct TracedJob {
  std::int64_t queued = 0, run = 0, done = 0;  ///< ns
  std::set<std::string> depends;               ///< fences, "context:seqno"
};

struct Traced {
  std::map<std::string, TracedJob> jobs;                   ///< by fence
  std::map<std::string, std::vector<std::string>> ends;    ///< by ring: fences in the order of ends
  std::map<std::string, std::vector<std::int64_t>> flips;  ///< by CRTC
};

Traced traced(const std::vector<TracePoint>& points) {
  Traced trace;
  std::map<std::string, std::string> rings;
  for (const TracePoint& point : points) {
    const auto field = [&](const char* name) { return point.fields.at(name); };
    if (point.name == "drm_vblank_event_delivered")
      trace.flips[field("crtc")].push_back(point.at_ns);
    if (!point.fields.contains("fence_seqno")) continue;
    const std::string fence = field("fence_context") + ":" + field("fence_seqno");
    TracedJob& job = trace.jobs[fence];
    if (point.name == "drm_sched_job_queue") job.queued = point.at_ns;
    if (point.fields.contains("ctx")) job.depends.insert(field("ctx") + ":" + field("seqno"));
    if (point.name == "drm_sched_job_run") {
      job.run = point.at_ns;
      rings[fence] = field("dev") + " " + field("name");
    }
    if (point.name == "drm_sched_job_done") {
      job.done = point.at_ns;
      trace.ends[rings.at(fence)].push_back(fence);
    }
  }
  return trace;
}

/// "12:3" came before "12:7".
bool is_earlier_of_its_queue(const std::string& fence, const std::string& other) {
  const std::size_t colon = fence.find(':');
  return other.starts_with(fence.substr(0, colon + 1)) &&
         std::atoi(fence.c_str() + colon + 1) < std::atoi(other.c_str() + colon + 1);
}

struct Case {
  std::string scenario, stack;
};

/// Runs a scenario, imports its trace, and runs that: both traces by the names of 6.17.
std::pair<Traced, Traced> there_and_back(const Case& that, const std::string& names) {
  TracedRun run(library(that.scenario), that.stack);
  const std::string text = run.trace("there.txt", {"--trace-names", names});
  const std::string file = run.folder().path("back.json");
  const auto imported = run_fencelab({"import", "ftrace", text, "--out", file});
  INFO(imported.err);
  REQUIRE(imported.exit_code == 0);
  TracedRun again(file, "recorded");
  const Traced back = traced(read_ftrace(again.trace("back.txt")));
  return {traced(read_ftrace(run.trace("there.txt"))), back};
}

const std::vector<Case> kCases = {
    {"explicit-frames", "explicit-deadline"},     {"two-monitors", "linux-implicit"},
    {"nested-compositors", "implicit-latest"},    {"screen-capture", "amdgpu-implicit"},
    {"video-three-drivers", "linux-implicit"},    {"hybrid-laptop", "linux-implicit"},
    {"scheduling/heavy-and-interactive", "fifo"}, {"scheduling/50-high-and-50", "fifo"}};

}  // namespace

TEST_CASE("A trace that is imported gives the same jobs, times, dependencies and flips",
          "[trace]") {
  for (const Case& that : kCases) {
    INFO(that.scenario);
    const auto [there, back] = there_and_back(that, "6.17");
    REQUIRE(there.ends.size() > 0);
    REQUIRE(there.ends.size() == back.ends.size());
    std::map<std::string, std::string> same;  // what a job is called there, by its name there
    for (const auto& [ring, jobs] : there.ends) {
      INFO(ring);
      const auto& others = back.ends.at(ring);
      REQUIRE(jobs.size() == others.size());
      for (std::size_t i = 0; i < jobs.size(); ++i) same[jobs[i]] = others[i];
    }
    const std::string first = same.begin()->first;
    const std::int64_t shift = back.jobs.at(same.at(first)).done - there.jobs.at(first).done;
    for (const auto& [name, other_name] : same) {
      INFO(name << " is " << other_name);
      const TracedJob &job = there.jobs.at(name), &other = back.jobs.at(other_name);
      // Threads that submitted at the same instant do so one nanosecond after the other.
      CHECK(std::abs(other.queued - job.queued - shift) <= 1);
      CHECK(other.run - job.run == shift);
      CHECK(other.done - job.done == shift);
      std::set<std::string> wanted;
      for (const std::string& on : job.depends)
        if (same.contains(on)) wanted.insert(same.at(on));
      CHECK(
          std::includes(other.depends.begin(), other.depends.end(), wanted.begin(), wanted.end()));
      // A point of a timeline is reached when all before it are.
      for (const std::string& on : other.depends)
        CHECK((wanted.contains(on) ||
               std::any_of(wanted.begin(), wanted.end(), [&](const std::string& each) {
                 return is_earlier_of_its_queue(on, each);
               })));
    }
    REQUIRE(there.flips.size() == back.flips.size());
    for (const auto& [crtc, flips] : there.flips) {
      const auto& others = back.flips.at(crtc);
      REQUIRE(flips.size() == others.size());
      // Screens begin together; where they did not, whole periods bring them within this.
      for (std::size_t i = 0; i < flips.size(); ++i)
        CHECK(std::abs(others[i] - flips[i] - shift) <= 1'000);
    }
  }
}

TEST_CASE("By old names, too, jobs and times come back", "[trace]") {
  for (const Case& that : kCases) {
    INFO(that.scenario);
    const auto [there, back] = there_and_back(that, "legacy");
    REQUIRE(there.ends.size() == back.ends.size());
    for (const auto& [ring, jobs] : there.ends) {
      INFO(ring);
      const auto& others = back.ends.at(ring);
      REQUIRE(jobs.size() == others.size());
      const std::int64_t shift =
          back.jobs.at(others.front()).done - there.jobs.at(jobs.front()).done;
      for (std::size_t i = 0; i < jobs.size(); ++i)
        CHECK(back.jobs.at(others[i]).done - there.jobs.at(jobs[i]).done == shift);
    }
  }
}
