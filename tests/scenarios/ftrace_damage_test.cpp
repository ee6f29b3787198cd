// Recordings that are damaged: refused with the line, or used as far as they go, and counted.
#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "scenarios/ftrace/importer.hpp"
#include "scenarios/loader.hpp"

using namespace fencelab::scenarios;

namespace {

/// One event of CPU 0.
std::string event(const char* seconds, const std::string& rest, int cpu = 0) {
  return fmt::format("app-7 [{:03}] {}: {}\n", cpu, seconds, rest);
}
std::string queued(const char* seconds, int number) {
  return event(seconds,
               fmt::format("drm_sched_job_queue: dev=a, fence=4:{}, ring=gfx, job count:0, "
                           "hw job count:0, client_id:9",
                           number));
}
std::string began(const char* seconds, int number, int cpu = 0) {
  return event(seconds,
               fmt::format("drm_sched_job_run: dev=a, fence=4:{}, ring=gfx, job count:0, "
                           "hw job count:1, client_id:9",
                           number),
               cpu);
}
std::string ended(const char* seconds, int number) {
  return event(seconds, fmt::format("drm_sched_job_done: fence=4:{} signaled", number));
}

Diagnostic refusal_of(const std::string& text) {
  std::istringstream input(text);
  const auto recording = ftrace::read_text(input, "r.txt", {});
  if (!recording) return recording.diagnostics().front();
  const auto imported = ftrace::import_recording(*recording, "r.txt", {"r", {}});
  REQUIRE_FALSE(imported.ok());
  return imported.diagnostics().front();
}

ftrace::Imported import(const std::string& text, const ftrace::Window& window = {}) {
  std::istringstream input(text);
  const auto recording = ftrace::read_text(input, "r.txt", window);
  REQUIRE(recording.ok());
  const auto imported = ftrace::import_recording(*recording, "r.txt", {"r", {}});
  REQUIRE(imported.ok());
  CHECK(load_scenario(imported->scenario, "r.json", {}).ok());
  return *imported;
}

bool says(const ftrace::Imported& imported, const std::string& part) {
  return std::any_of(imported.summary.begin(), imported.summary.end(),
                     [&](const std::string& line) { return line.starts_with(part); });
}

}  // namespace

TEST_CASE("A line that is no event is refused with its number") {
  const Diagnostic error = refusal_of(queued("1.0", 1) + "what is this\n" + began("1.1", 1));
  CHECK(error.code == "no-event");
  CHECK(error.line == 2);
  CHECK(error.message == "\"what is this\" is no event of ftrace");
}

TEST_CASE("Texts of user space may have several lines") {
  const auto imported = import(queued("1.0", 1) + began("1.1", 1) + event("1.15", "print: hello") +
                               "and more\nof it\n" + ended("1.2", 1));
  CHECK(says(imported, "1 jobs from 6 lines"));
}

TEST_CASE("An event without a field that it needs is refused with its number") {
  for (const char* const rest :
       {"drm_sched_job_run: dev=a, ring=gfx, job count:0", "drm_sched_job_done: fence=4 signaled",
        "drm_sched_job_add_dep: fence=4:1 depends", "amdgpu_cs_ioctl: context=1, seqno=2",
        "i915_request_in: dev=0, ctx=1, seqno=2", "virtio_gpu_cmd_queue: vdev=0, seqno=1",
        "drm_sched_job: entity=0x1, id=1, ring=r, job count:0", "dma_fence_signaled: context=1",
        "drm_vblank_event: crtc=0", "drm_sched_job_wait_dep: job ring=r, id=1, depends"}) {
    INFO(rest);
    const Diagnostic error = refusal_of(queued("1.0", 1) + event("1.1", rest));
    CHECK(error.code == "bad-event");
    CHECK(error.line == 2);
  }
}

TEST_CASE("A clock that goes backwards on one CPU, or counts no seconds, is refused") {
  const Diagnostic back = refusal_of(queued("1.5", 1) + began("1.4", 1));
  CHECK(back.code == "clock-backwards");
  CHECK(back.line == 2);
  CHECK(back.message == "the clock of CPU 0 goes back by 100000000 ns");
  CHECK(refusal_of("app-7 [000] .... 12345: drm_vblank_event: crtc=0, seq=1\n").code ==
        "bad-clock");
}

TEST_CASE("Events of several CPUs that are out of order are sorted and counted") {
  const auto imported = import(queued("1.0", 1) + ended("1.3", 1) + began("1.1", 1, 1));
  CHECK(says(imported, "1 jobs"));
  CHECK(says(imported, "1 events printed behind later ones"));
}

TEST_CASE("What is neither text nor trace.dat is refused") {
  CHECK(refusal_of("").code == "no-events");
  CHECK(refusal_of("# tracer: nop\n").code == "no-events");
  CHECK(refusal_of(std::string("\x00\x01\xff junk", 8)).code == "no-event");
  CHECK(refusal_of(std::string(100'000, 'x')).code == "line-too-long");
}

TEST_CASE("A recording without a whole job is refused with what it has") {
  const Diagnostic error = refusal_of(queued("1.0", 1) + began("1.1", 1));
  CHECK(error.code == "no-jobs");
  CHECK(error.hint.find("1 jobs left out: their end is not recorded") != std::string::npos);
}

TEST_CASE("Jobs that are not whole are left out, and counted") {
  const auto imported =
      import(ended("0.9", 1) + began("1.0", 2) + queued("1.05", 3) + ended("1.1", 2) +
             began("1.2", 3) + ended("1.3", 3) + queued("1.35", 4) + began("1.4", 4) +
             "CPU:0 [LOST 3 EVENTS]\n" + queued("1.6", 5));
  CHECK(says(imported, "2 jobs from 10 lines"));
  CHECK(says(imported, "1 jobs without a submission"));
  CHECK(says(imported, "1 jobs left out: they did not begin"));
  CHECK(says(imported, "1 jobs left out: their end is not recorded"));
  CHECK(says(imported, "1 ends left out"));
  CHECK(says(imported, "1 places where events were lost"));
}

TEST_CASE("A window takes what lies in it") {
  const std::string text = queued("1.0", 1) + began("1.1", 1) + ended("1.2", 1) + queued("2.0", 2) +
                           began("2.1", 2) + ended("2.2", 2);
  const auto imported = import(text, {1'500'000'000, 2'200'000'000});
  CHECK(says(imported, "1 jobs from 6 lines"));
  CHECK(says(imported, "3 events outside the window"));
}

TEST_CASE("Names of a recording that are no names become some, and stay apart") {
  const std::string text =
      "a \x1b\"b-7 [000] 1.0: drm_sched_job_queue: dev=\x1b[2J, fence=4:1, ring=0.1, job count:0\n"
      "x-1 [000] 1.1: drm_sched_job_run: dev=\x1b[2J, fence=4:1, ring=0.1, job count:0\n"
      "x-1 [000] 1.2: drm_sched_job_run: dev=\x1b[2J, fence=5:1, ring=0_1, job count:0\n" +
      ended("1.3", 1) + event("1.4", "drm_sched_job_done: fence=5:1 signaled");
  const auto imported = import(text);
  CHECK(imported.scenario.find('\x1b') == std::string::npos);
  CHECK(imported.scenario.find("\"a___b-7\"") != std::string::npos);
  CHECK(imported.scenario.find("\"0_1\"") != std::string::npos);
  CHECK(imported.scenario.find("\"0_1_2x\"") != std::string::npos);
}

TEST_CASE(
    "Whatever byte of a recording is wrong, it is refused with a line or becomes a scenario") {
  std::ifstream file(FENCELAB_SOURCE_DIR "/tests/data/ftrace/virtio_gpu.txt", std::ios::binary);
  std::string text, line;
  for (int lines = 0; lines < 120 && std::getline(file, line); ++lines) text += line + "\n";
  constexpr std::size_t kStep = 37;
  for (std::size_t at = 0; at < text.size(); at += kStep) {
    for (const char wrong : {'9', ',', '\n', '\xff', '\0'}) {
      INFO("byte " << at << " becomes " << static_cast<int>(wrong));
      std::string damaged = text;
      damaged[at] = wrong;
      std::istringstream input(damaged);
      const auto recording = ftrace::read_text(input, "r.txt", {});
      if (!recording) {
        CHECK(recording.diagnostics().front().line > 0);
        continue;
      }
      const auto imported = ftrace::import_recording(*recording, "r.txt", {"r", {}});
      REQUIRE(imported.ok());
      const auto scenario = load_scenario(imported->scenario, "r.json", {});
      INFO(format_diagnostics(scenario.diagnostics()));
      REQUIRE(scenario.ok());
    }
  }
}
