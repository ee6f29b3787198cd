// What timelines say of runs, read by other parsers than ours, in both forms.
#include "tests/trace/readers.hpp"
#include "tests/trace/traced_runs.hpp"

using namespace fencelab::tests;

namespace {

struct Subject {
  const char *scenario, *stack;
};
/// Each with something that the others have not: displays, moves, deaths, faults, resets, user
/// queues, address spaces.
constexpr Subject kSubjects[] = {{"desktop-with-user-queues", "kernel-implicit"},
                                 {"desktop-with-user-queues", "all-user"},
                                 {"pipelined-moves", "pipelined"},
                                 {"value-fence-page-flip", "deadline"},
                                 {"error-ladder", "passed-on"},
                                 {"vm-bind-pipeline", "async-exact"},
                                 {"killed-client", "linux-implicit"},
                                 {"user-queues-eviction", "kfd"},
                                 {"lost-doorbell", "linux-implicit"},
                                 {"two-monitors", "linux-implicit"}};

std::int64_t to_number(const std::string& text) { return std::stoll(text); }

}  // namespace

TEST_CASE("Timelines nest, go forward in time and say the same in both forms", "[trace]") {
  for (const Subject& subject : kSubjects) {
    INFO(subject.scenario << " under " << subject.stack);
    TracedRun run(library(subject.scenario), subject.stack);
    const TimelineModel chrome = read_chrome(run.trace("run.json"));
    const PerfettoTrace perfetto = read_perfetto(run.trace("run.pftrace"));
    CHECK(chrome.slices.size() > 20);
    REQUIRE(chrome.slices.size() == perfetto.timeline.slices.size());
    std::size_t differ = 0;
    for (std::size_t i = 0; i < chrome.slices.size(); ++i) {
      const Slice &a = chrome.slices[i], &b = perfetto.timeline.slices[i];
      differ += a.name != b.name || a.from_ns != b.from_ns || a.to_ns != b.to_ns ||
                a.arguments != b.arguments || a.depth != b.depth;
    }
    CHECK(differ == 0);
    CHECK(chrome.arrows == perfetto.timeline.arrows);
    CHECK(chrome.instants == perfetto.timeline.instants);
  }
}

TEST_CASE("Jobs, frames and flips of a timeline are those that the tables count", "[trace]") {
  TracedRun run(library("desktop-with-user-queues"), "kernel-implicit");
  const TimelineModel timeline = read_chrome(run.trace("run.json"));
  const auto row = rows_of(run.result("runs.csv")).front();
  std::int64_t jobs = 0, executed = 0;
  for (const Slice& slice : timeline.slices) {
    const std::string& track = timeline.tracks.at(slice.track);
    const bool on_queue = track.starts_with("queue ");
    jobs += on_queue && slice.depth == 0;
    if (!on_queue && slice.arguments.contains("queue")) executed += slice.to_ns - slice.from_ns;
  }
  CHECK(jobs == to_number(row.at("jobs_submitted_count")));
  CHECK(executed > 0);
  const auto dropped = std::count(timeline.instants.begin(), timeline.instants.end(), "dropped");
  CHECK(dropped == to_number(row.at("frames_dropped_count")));
  const auto shown = std::count(timeline.instants.begin(), timeline.instants.end(), "shown");
  CHECK(shown == to_number(row.at("frames_shown_count")));
  CHECK(timeline.arrows > 0);
}

TEST_CASE("What engines execute in a timeline is what runs.csv says that they were busy",
          "[trace]") {
  TracedRun run(library("pipelined-moves"), "pipelined");
  const TimelineModel timeline = read_chrome(run.trace("run.json"));
  std::map<std::string, std::int64_t> ends;
  for (const Slice& slice : timeline.slices) {
    const std::string& track = timeline.tracks.at(slice.track);
    if (!slice.arguments.contains("queue")) continue;
    CHECK(slice.from_ns >= ends[track]);  // one at a time
    ends[track] = slice.to_ns;
  }
  CHECK(ends.size() >= 2);
  CHECK(timeline.named("move").size() >= 2);
}

TEST_CASE("Counters of memory are right all the time", "[trace]") {
  TracedRun run(library("pipelined-moves"), "pipelined");
  const TimelineModel timeline = read_chrome(run.trace("run.json"));
  const auto row = rows_of(run.result("runs.csv")).front();
  std::int64_t peaks = 0;
  for (const auto& [track, values] : timeline.counters) {
    const std::string& name = timeline.tracks.at(track);
    if (name.ends_with(" vram")) peaks += *std::max_element(values.begin(), values.end());
  }
  CHECK(peaks == to_number(row.at("vram_peak_bytes")));
}

TEST_CASE("A window cuts a timeline at its edges", "[trace]") {
  TracedRun run(library("desktop-with-user-queues"), "kernel-implicit");
  const TimelineModel whole = read_chrome(run.trace("run.json"));
  const std::vector<std::string> window = {"--trace-window", "100ms..150ms"};
  const TimelineModel part = read_chrome(run.trace("part.json", window));
  constexpr std::int64_t kFrom = 100'000'000, kTo = 150'000'000;
  std::size_t inside = 0, kept = 0;
  for (const Slice& slice : whole.slices) inside += slice.to_ns > kFrom && slice.from_ns < kTo;
  for (const Slice& slice : part.slices) {
    CHECK(slice.from_ns >= kFrom);
    CHECK(slice.to_ns <= kTo);
    kept += slice.to_ns > kFrom && slice.from_ns < kTo;
  }
  CHECK(inside == kept);
  CHECK(part.slices.size() < whole.slices.size() / 4);
}
