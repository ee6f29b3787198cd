#include <catch2/catch.hpp>
#include <regex>
#include <sstream>

#include "tests/cli/program.hpp"
#include "tests/trace/readers.hpp"

namespace fencelab::tests {

namespace {

/// The prints of the kernel's TP_printk, with what each % stands for named.
struct Format {
  std::vector<std::string> events;
  std::string print;  ///< a regular expression
  std::vector<std::string> fields;
};

const std::vector<Format>& formats() {
  static const std::string word = R"(([^\s,=()]+))", number = R"((\d+))",
                           pointer = "(0x[0-9a-f]{16})";
  static const std::vector<Format> all = {
      {{"dma_fence_init", "dma_fence_emit", "dma_fence_enable_signal", "dma_fence_signaled",
        "dma_fence_destroy", "dma_fence_wait_start", "dma_fence_wait_end"},
       "driver=" + word + " timeline=" + word + " context=" + number + " seqno=" + number,
       {"driver", "timeline", "context", "seqno"}},
      {{"drm_sched_job_queue", "drm_sched_job_run"},
       "dev=" + word + ", fence=" + number + ":" + number + ", ring=" + word +
           ", job count:" + number + ", hw job count:" + number + ", client_id:" + number,
       {"dev", "fence_context", "fence_seqno", "name", "job_count", "hw_job_count", "client_id"}},
      {{"drm_sched_job_done"},
       "fence=" + number + ":" + number + " signaled",
       {"fence_context", "fence_seqno"}},
      {{"drm_sched_job_add_dep"},
       "fence=" + number + ":" + number + " depends on fence=" + number + ":" + number,
       {"fence_context", "fence_seqno", "ctx", "seqno"}},
      {{"drm_sched_job_unschedulable"},
       "fence=" + number + ":" + number + " depends on unsignalled fence=" + number + ":" + number,
       {"fence_context", "fence_seqno", "ctx", "seqno"}},
      {{"drm_sched_job", "drm_run_job"},
       "entity=" + pointer + ", id=" + number + ", fence=" + pointer + ", ring=" + word +
           ", job count:" + number + ", hw job count:" + number,
       {"entity", "id", "fence", "name", "job_count", "hw_job_count"}},
      {{"drm_sched_process_job"}, "fence=" + pointer + " signaled", {"fence"}},
      {{"drm_sched_job_wait_dep"},
       "job ring=" + word + ", id=" + number + ", depends fence=" + pointer +
           ", context=" + number + ", seq=" + number,
       {"name", "id", "fence", "ctx", "seqno"}},
      {{"drm_vblank_event"},
       "crtc=" + number + ", seq=" + number + ", time=" + number + ", high-prec=(true|false)",
       {"crtc", "seq", "time", "high_prec"}},
      {{"drm_vblank_event_queued", "drm_vblank_event_delivered"},
       "file=" + pointer + ", crtc=" + number + ", seq=" + number,
       {"file", "crtc", "seq"}}};
  return all;
}

std::map<std::string, std::string> fields_of(const std::string& event, const std::string& text) {
  static const std::map<std::string, std::pair<std::regex, std::vector<std::string>>> known = [] {
    std::map<std::string, std::pair<std::regex, std::vector<std::string>>> by_event;
    for (const Format& format : formats())
      for (const std::string& name : format.events)
        by_event.emplace(name, std::pair(std::regex(format.print), format.fields));
    return by_event;
  }();
  const auto format = known.find(event);
  std::smatch match;
  if (format == known.end() || !std::regex_match(text, match, format->second.first))
    FAIL("no tracepoint: " << event << ": " << text);
  std::map<std::string, std::string> fields;
  for (std::size_t i = 0; i < format->second.second.size(); ++i)
    fields[format->second.second[i]] = match.str(i + 1);
  return fields;
}

}  // namespace

std::vector<TracePoint> read_ftrace(const std::string& path) {
  static const std::regex line_format(
      R"( *(\S+)-(\d+) +\[(\d{3})\] +(\d+)\.(\d{9}): (\w+): +(.*))");
  std::istringstream file(testing::read_file(path));
  std::string line;
  REQUIRE(std::getline(file, line));
  CHECK(line == "cpus=1");
  std::vector<TracePoint> points;
  while (std::getline(file, line)) {
    std::smatch match;
    if (!std::regex_match(line, match, line_format)) FAIL("no line of ftrace: " << line);
    TracePoint point;
    point.comm = match.str(1);
    point.pid = std::stoull(match.str(2));
    point.at_ns = std::stoll(match.str(4)) * 1'000'000'000 + std::stoll(match.str(5));
    point.name = match.str(6);
    point.fields = fields_of(point.name, match.str(7));
    if (!points.empty() && point.at_ns < points.back().at_ns) FAIL("time goes back: " << line);
    points.push_back(std::move(point));
  }
  return points;
}

}  // namespace fencelab::tests
