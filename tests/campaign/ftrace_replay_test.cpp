// Replays of real recordings do what was recorded: each ring is as busy, and ends its jobs in the
// same order. What was recorded is read from the text by a reader of its own.
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "campaign/hardware.hpp"
#include "campaign/run_one.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/job.hpp"
#include "models/platform/shared_hardware.hpp"
#include "scenarios/ftrace/importer.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/world.hpp"

using namespace fencelab;

namespace {

/// What a ring did: how long it had something to do, and which jobs it ended.
struct RingWork {
  double busy_us = 0;
  std::vector<std::string> ended;
};
using Work = std::map<std::string, RingWork>;

/// A job's begin or end in a recording.
struct Mark {
  enum class Kind { begin, pause, end } kind;
  std::string ring, job;
  double us;
};

std::string data(const std::string& name) {
  std::ifstream file(FENCELAB_SOURCE_DIR "/tests/data/ftrace/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string field(const std::string& line, const std::string& name) {
  std::smatch match;
  return std::regex_search(line, match, std::regex("[ :]" + name + R"(=([^ ,]+))")) ? match[1].str()
                                                                                    : "";
}

/// Adds up marks: a ring is busy while it has a job, and has ended jobs whose begin was seen.
Work add_up(const std::vector<Mark>& marks) {
  Work work;
  std::map<std::string, std::map<std::string, double>> open;  // begins, by ring and job
  std::map<std::string, std::vector<std::pair<double, double>>> times;
  for (const Mark& mark : marks) {
    auto& begun = open[mark.ring];
    if (mark.kind == Mark::Kind::begin) {
      begun[mark.job] = mark.us;
      continue;
    }
    const auto begin = begun.find(mark.job);
    if (begin == begun.end()) continue;
    times[mark.ring].push_back({begin->second, mark.us});
    begun.erase(begin);
    if (mark.kind == Mark::Kind::end) work[mark.ring].ended.push_back(mark.job);
  }
  for (auto& [ring, intervals] : times) {
    std::sort(intervals.begin(), intervals.end());
    double until = 0;
    for (const auto& [from, to] : intervals) {
      if (to > until) work[ring].busy_us += to - std::max(from, until);
      until = std::max(until, to);
    }
  }
  return work;
}

/// Calls `look` with each line, its event and its time.
void each_line(const std::string& text,
               const std::function<void(const std::string&, const std::string&, double)>& look) {
  const std::regex event(R"( +(\d+\.\d+): ([a-z0-9_]+): )");
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_search(line, match, event)) look(line, match[2], 1e6 * std::stod(match[1]));
  }
}

Work amdgpu_work(const std::string& text) {
  std::vector<Mark> marks;
  each_line(text, [&](const std::string& line, const std::string& event, double us) {
    const std::string job = field(line, "context") + ":" + field(line, "seqno");
    if (event == "amdgpu_sched_run_job")
      marks.push_back({Mark::Kind::begin, field(line, "timeline"), job, us});
    if (event == "dma_fence_signaled" && field(line, "driver") == "amd_sched")
      marks.push_back({Mark::Kind::end, field(line, "timeline"), job, us});
  });
  return add_up(marks);
}

Work virtio_work(const std::string& text) {
  std::vector<Mark> marks;
  each_line(text, [&](const std::string& line, const std::string& event, double us) {
    const bool begins = event == "virtio_gpu_cmd_queue";
    if (begins || event == "virtio_gpu_cmd_response")
      marks.push_back({begins ? Mark::Kind::begin : Mark::Kind::end, field(line, "name"),
                       field(line, "seqno"), us});
  });
  return add_up(marks);
}

/// A request of which no end is recorded is at work until the next one of its context is: as if
/// that one had begun then.
Work i915_work(const std::string& text) {
  std::vector<Mark> marks;
  std::set<std::string> have_end;
  each_line(text, [&](const std::string& line, const std::string& event, double) {
    if (event == "i915_request_out" && line.find("completed?=1") != std::string::npos)
      have_end.insert(field(line, "ctx") + ":" + field(line, "seqno"));
  });
  std::map<std::string, double> since;  // by context: begin of requests without an end
  each_line(text, [&](const std::string& line, const std::string& event, double us) {
    const std::string context = field(line, "ctx"), ring = "ring" + field(line, "ring");
    const std::string job = context + ":" + field(line, "seqno");
    if (event == "i915_request_in" && !have_end.contains(job)) since.emplace(context, us);
    if (event == "i915_request_in" && have_end.contains(job)) {
      const auto earlier = since.find(context);
      marks.push_back(
          {Mark::Kind::begin, ring, job, earlier == since.end() ? us : earlier->second});
      since.erase(context);
    }
    if (event == "i915_request_out")
      marks.push_back({have_end.contains(job) && line.find("completed?=1") != std::string::npos
                           ? Mark::Kind::end
                           : Mark::Kind::pause,
                       ring, job, us});
  });
  return add_up(marks);
}

std::string import(const std::string& text) {
  std::istringstream input(text);
  const auto recording = scenarios::ftrace::read_text(input, "recording", {});
  REQUIRE(recording.ok());
  const auto imported = scenarios::ftrace::import_recording(*recording, "recording", {"r", {}});
  REQUIRE(imported.ok());
  return imported->scenario;
}

/// By operation: what the recording calls the job.
std::map<std::string, std::string> recorded_names(const std::string& scenario) {
  std::map<std::string, std::string> names;
  const std::regex name("(fence|command) ([0-9:]+)");
  const auto look = [&](const auto& self, const nlohmann::json& json) -> void {
    if (json.is_object() && json.contains("submit")) {
      const std::string comment = json["comment"];
      std::smatch match;
      if (std::regex_search(comment, match, name)) names[json["id"]] = match[2];
    } else if (json.is_structured()) {
      for (const auto& child : json) self(self, child);
    }
  };
  look(look, nlohmann::json::parse(scenario));
  return names;
}

/// Notes which job each engine ended.
class EndWatch final : public core::ProbeSink {
 public:
  void on_event(const core::ProbeEvent& event) override {
    const auto& job = *static_cast<const models::Job*>(event.subject);
    const auto name = std::find(job.engine->name().rbegin(), job.engine->name().rend(), '/').base();
    ended[{name, job.engine->name().end()}].push_back(*job.label);
  }
  std::map<std::string, std::vector<std::string>> ended;
};

/// Runs the first stack of a scenario and tells which jobs its engines ended, in order.
std::map<std::string, std::vector<std::string>> ends_of_run(const std::string& text) {
  const auto scenario = scenarios::load_scenario(text, "r.json", {});
  REQUIRE(scenario.ok());
  const auto registry = policies::Registry::built_in();
  const auto stack = scenarios::resolve_stack(*scenario, scenario->stacks.front(), registry);
  REQUIRE(stack.ok());
  core::Simulation simulation({.seed = 1});
  models::platform::SharedHardware hardware(simulation,
                                            campaign::describe_hardware(scenario->platform));
  policies::RunState state(simulation);
  EndWatch watch;
  simulation.probe().subscribe(watch, core::Probe::bit(core::ProbeKind::job_finished));
  scenarios::World world(simulation, hardware, *scenario, *stack, state);
  world.start();
  hardware.run(core::Time(scenario->horizon), [] { return false; });
  return watch.ended;
}

void check_replay(const std::string& text, const Work& recorded) {
  const std::string json = import(text);
  const auto names = recorded_names(json);
  const auto ended = ends_of_run(json);
  REQUIRE(ended.size() == recorded.size());
  for (const auto& [ring, work] : recorded) {
    INFO(ring);
    std::vector<std::string> replayed;
    for (const std::string& operation : ended.at(ring)) replayed.push_back(names.at(operation));
    CHECK(replayed == work.ended);
  }
  const auto scenario = scenarios::load_scenario(json, "r.json", {});
  const auto registry = policies::Registry::built_in();
  const auto stack = scenarios::resolve_stack(*scenario, scenario->stacks.front(), registry);
  const auto record = campaign::run_one(*scenario, *stack, 1);
  CHECK(record.verdict == "complete");
  for (const auto& [ring, work] : recorded) {
    INFO(ring);
    CHECK(record.engine_busy_ns.at("gpu0/" + ring) / 1000 == Approx(work.busy_us).epsilon(0.01));
  }
}

}  // namespace

TEST_CASE("Replays of amdgpu keep rings busy and end jobs as recorded") {
  const std::string text = data("steamvr_amdgpu.txt");
  const Work recorded = amdgpu_work(text);
  REQUIRE(recorded.at("gfx").ended.size() > 400);
  check_replay(text, recorded);
}

TEST_CASE("Replays of i915 keep rings busy and end requests as recorded") {
  const std::string text = data("i915_h264encode.txt");
  const Work recorded = i915_work(text);
  REQUIRE(recorded.at("ring0").ended.size() > 200);
  check_replay(text, recorded);
}

TEST_CASE("Replays of virtio_gpu keep queues busy, and end commands and flip as recorded") {
  const std::string text = data("virtio_gpu.txt");
  const Work recorded = virtio_work(text);
  REQUIRE(recorded.at("control").ended.size() > 100);
  check_replay(text, recorded);
  std::size_t flips = 0;
  each_line(text, [&](const std::string&, const std::string& event, double) {
    flips += event == "drm_vblank_event_delivered" ? 1 : 0;
  });
  REQUIRE(flips > 50);
  const auto scenario = scenarios::load_scenario(import(text), "r.json", {});
  const auto registry = policies::Registry::built_in();
  const auto stack = scenarios::resolve_stack(*scenario, scenario->stacks.front(), registry);
  const auto record = campaign::run_one(*scenario, *stack, 1);
  CHECK(record.values.at("flips_count") == std::to_string(flips));
  CHECK(record.values.at("missed_vblanks_count") == "0");
}

TEST_CASE("Imported recordings run to their end under every preset") {
  const auto registry = policies::Registry::built_in();
  for (const char* const name : {"steamvr_amdgpu.txt", "i915_h264encode.txt", "virtio_gpu.txt"}) {
    const auto scenario = scenarios::load_scenario(import(data(name)), "r.json", {});
    REQUIRE(scenario.ok());
    for (const policies::Preset& preset : policies::presets()) {
      INFO(name << " under " << preset.name);
      scenarios::StackSpec spec;
      spec.name = spec.preset = preset.name;
      const auto stack = scenarios::resolve_stack(*scenario, spec, registry);
      REQUIRE(stack.ok());
      const auto record = campaign::run_one(*scenario, *stack, 1);
      CHECK(record.verdict == "complete");
      CHECK(record.values.at("jobs_done_count") == record.values.at("jobs_submitted_count"));
    }
  }
}

TEST_CASE("A task with a name longer than any in a scenario becomes a client") {
  std::string text = data("virtio_gpu.txt");
  const std::string name(200, 'x');
  std::string longer;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t dash = line.find('-');
    const bool is_event = !line.starts_with("cpus") && dash != std::string::npos && dash < 30;
    longer += (is_event ? name + line.substr(dash) : line) + "\n";
  }
  CHECK(scenarios::load_scenario(import(longer), "r.json", {}).ok());
}
