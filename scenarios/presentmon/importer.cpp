#include "scenarios/presentmon/importer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "scenarios/nearest_name.hpp"
#include "scenarios/quantity.hpp"
#include "scenarios/utf8.hpp"

namespace fencelab::scenarios::presentmon {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kFewestFrames = 10;
constexpr std::size_t kQuantiles = 250;
/// As IDXGIDevice1::SetMaximumFrameLatency() has it unless told otherwise.
constexpr int kFramesInFlight = 3;

std::string duration(std::int64_t ns) { return format_duration(core::Duration(ns)); }

Diagnostic refusal(const std::string& file, const char* code, std::string message,
                   std::string expected) {
  Diagnostic error;
  error.code = code;
  error.file = file;
  error.message = std::move(message);
  error.expected = std::move(expected);
  return error;
}

// Of the application, if one is named, the chain with most frames that can be used.
const Chain* choose(const FrameLog& log, const std::string& application) {
  const Chain* best = nullptr;
  for (const Chain& chain : log.chains)
    if (application.empty() || chain.application == application)
      if (!best || chain.cpu_ns.size() > best->cpu_ns.size()) best = &chain;
  return best;
}

Json distribution(const std::vector<std::int64_t>& times) {
  Json list = Json::array();
  for (const std::int64_t time : quantiles_of(times, kQuantiles)) list.push_back(duration(time));
  return {{"quantiles", std::move(list)}};
}

std::string mean_ms(const std::vector<std::int64_t>& times) {
  const double sum = std::accumulate(times.begin(), times.end(), 0.0);
  return fmt::format("{:.3f} ms", sum / static_cast<double>(times.size()) / 1e6);
}

std::vector<std::string> summarise(const FrameLog& log, const Chain& chain, std::int64_t period,
                                   bool mailbox) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{} of {} frames of {} (process {}, swap chain {})",
                              chain.cpu_ns.size(), chain.frames, printable(chain.application),
                              printable(chain.process_id), printable(chain.address)));
  lines.push_back("columns: " + log.version);
  lines.push_back(fmt::format("mean time of the CPU {}, of the GPU {}{}", mean_ms(chain.cpu_ns),
                              mean_ms(chain.gpu_ns), chain.gpu_estimated ? " (estimated)" : ""));
  lines.push_back(fmt::format("{} frames were not shown: the swap chain is in {} mode",
                              chain.dropped, mailbox ? "mailbox" : "fifo"));
  lines.push_back(period > 0 ? fmt::format("the screen refreshes every {}", duration(period))
                             : "no time between refreshes can be told: 60 Hz");
  for (const Chain& other : log.chains)
    if (&other != &chain)
      lines.push_back(fmt::format("left out: {} frames of {} (process {}, swap chain {})",
                                  other.frames, printable(other.application),
                                  printable(other.process_id), printable(other.address)));
  return lines;
}

Json game(const Chain& chain, std::size_t frames) {
  const Json body =
      Json::array({Json{{"compute", distribution(chain.cpu_ns)}}, Json{{"acquire", "window"}},
                   Json{{"id", "frame"},
                        {"submit",
                         {{"context", "render"},
                          {"duration", distribution(chain.gpu_ns)},
                          {"writes", Json::array({"@window"})}}}},
                   Json{{"present", "window"}}});
  const Json program = Json::array({Json{{"throttle", kFramesInFlight}},
                                    Json{{"loop", {{"times", frames}, {"body", body}}}},
                                    Json{{"wait", {{"ops", Json::array({"frame"})}}}}});
  return {{"name", "game"},
          {"contexts", Json::array({Json{{"name", "render"}, {"engine", "rcs0"}}})},
          {"threads", Json::array({Json{{"name", "main"}, {"program", program}}})}};
}

// In fifo mode each frame is shown; in mailbox mode at each refresh the newest.
Json compositor(std::size_t frames, std::int64_t span_ns, std::int64_t period, bool mailbox) {
  const Json first{{"latch", {{"swapchain", "window"}, {"wait", true}}}};
  const Json flip{{"flip", {{"display", "screen"}, {"planes", Json::array({"@window"})}}}};
  Json program = Json::array();
  if (mailbox) {
    const std::int64_t refreshes = 2 * span_ns / period + 1;
    program = Json::array({first, flip,
                           Json{{"loop",
                                 {{"times", refreshes},
                                  {"body", Json::array({Json{{"vblank", "screen"}},
                                                        Json{{"latch", "window"}}, flip})}}}}});
  } else {
    program.push_back({{"loop", {{"times", frames}, {"body", Json::array({first, flip})}}}});
  }
  return {{"name", "compositor"},
          {"threads", Json::array({Json{{"name", "main"}, {"program", std::move(program)}}})}};
}

// One on the screen, one for the next refresh, one that is drawn; one that is done or, as a
// mailbox, as many as are done within a refresh.
std::int64_t images_for(std::int64_t frames, std::int64_t span_ns, std::int64_t period,
                        bool mailbox) {
  constexpr std::int64_t kOthers = 3, kMost = 16;
  if (!mailbox) return kOthers + 1;
  return std::min(kOthers + 1 + frames * period / span_ns, kMost);
}

constexpr const char* kAssumptions =
    "Assumed, because the log does not tell: the application works for a frame, then submits one "
    "job for it and presents; times of frames are drawn anew, without regard to those before and "
    "to each other; the CPU is at most three frames ahead of the GPU; images enough to draw on "
    "while others are shown, by direct "
    "scan-out, implicit synchronisation; nothing else uses the GPU, and CPU time is free.";

}  // namespace

std::vector<std::int64_t> quantiles_of(std::vector<std::int64_t> times, std::size_t count) {
  std::sort(times.begin(), times.end());
  if (times.size() <= count + 1) return times;
  std::vector<std::int64_t> quantiles;
  for (std::size_t i = 0; i <= count; ++i)
    quantiles.push_back(times[(i * (times.size() - 1) + count / 2) / count]);
  return quantiles;
}

// A frame stays for one refresh or more of them: a short time is a first guess, by which all of
// them together are so many. Times far below it are of tearing.
std::int64_t refresh_period(std::vector<std::int64_t> display_ns) {
  if (display_ns.size() < kFewestFrames) return 0;
  std::sort(display_ns.begin(), display_ns.end());
  const std::int64_t guess = display_ns[display_ns.size() / 10];
  constexpr std::int64_t kShortest = 500'000;  // 2 kHz
  if (guess < kShortest) return 0;
  std::int64_t sum = 0, refreshes = 0;
  for (const std::int64_t time : display_ns) {
    const std::int64_t count = (time + guess / 2) / guess;
    constexpr std::int64_t kFarApart = 4;  // where the guess's error adds up
    if (count == 0 || count > kFarApart) continue;
    sum += time;
    refreshes += count;
  }
  return (sum + refreshes / 2) / refreshes;
}

Loaded<Imported> import_frame_log(const FrameLog& log, const std::string& file,
                                  const ImportOptions& options) {
  const Chain* const chain = choose(log, options.application);
  if (!chain) {
    std::vector<std::string> names;
    for (const Chain& other : log.chains) names.push_back(other.application);
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return std::vector{refusal(file, "unknown-application",
                               fmt::format("no frame of {}", quote(options.application)),
                               one_of(names))};
  }
  if (chain->cpu_ns.size() < kFewestFrames)
    return std::vector{
        refusal(file, "too-few-frames",
                fmt::format("{} frames with times of CPU and GPU", chain->cpu_ns.size()),
                fmt::format("at least {}", kFewestFrames))};
  if (*std::max_element(chain->cpu_ns.begin(), chain->cpu_ns.end()) == 0 ||
      *std::max_element(chain->gpu_ns.begin(), chain->gpu_ns.end()) == 0)
    return std::vector{refusal(file, "no-times", "the CPU or the GPU did nothing in any frame",
                               "times above zero in CPUBusy and GPUBusy")};
  const std::int64_t known_period = refresh_period(chain->display_ns);
  constexpr std::int64_t kSixtyHertz = 16'666'667;
  const std::int64_t period = known_period > 0 ? known_period : kSixtyHertz;
  // A few are lost where a log begins and ends.
  const bool mailbox = chain->dropped > chain->frames / 20;
  Imported imported;
  imported.summary = summarise(log, *chain, known_period, mailbox);
  std::string summary;
  for (const std::string& line : imported.summary) summary += (summary.empty() ? "" : "; ") + line;
  const std::size_t frames = chain->cpu_ns.size();
  const auto count = static_cast<std::int64_t>(frames);
  const std::int64_t span = chain->span_ns > 0 ? chain->span_ns : count * period;
  const std::int64_t images = images_for(count, span, period, mailbox);
  Json json;
  json["format"] = 1;
  json["name"] = options.name;
  json["title"] = "Frames of " + printable(chain->application);
  json["description"] =
      fmt::format("Imported from a frame-time log. {} The log: {}.", kAssumptions, summary);
  json["truth"] = "A frame is drawn before it is shown, and is not drawn over while it is.";
  constexpr std::int64_t kSpare = 10'000'000'000;
  const std::int64_t longest = std::max(span, count * period);
  json["horizon"] = duration(4 * longest + kSpare);
  json["platform"]["gpus"] =
      Json::array({Json{{"name", "gpu0"}, {"engines", Json::array({"rcs0"})}}});
  json["swapchains"] = Json::array({Json{{"name", "window"},
                                         {"images", images},
                                         {"size", "8 MiB"},
                                         {"gpu", "gpu0"},
                                         {"mode", mailbox ? "mailbox" : "fifo"}}});
  json["displays"] = Json::array(
      {Json{{"name", "screen"}, {"refresh", format_frequency(core::Duration(period))}}});
  json["processes"] =
      Json::array({game(*chain, frames), compositor(frames, span, period, mailbox)});
  json["stacks"] = {"linux-implicit", "explicit-bridged", "amdgpu-implicit"};
  json["expect"]["linux-implicit"] = {{"verdict", "complete"}};
  imported.scenario = json.dump(1) + "\n";
  return imported;
}

}  // namespace fencelab::scenarios::presentmon
