#include "scenarios/ftrace/importer.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "scenarios/ftrace/summary.hpp"
#include "scenarios/ftrace/writer.hpp"
#include "scenarios/json_document.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::scenarios::ftrace {

namespace {

using Json = nlohmann::ordered_json;

Diagnostic refusal(const std::string& file, const char* code, std::string message,
                   std::string expected) {
  Diagnostic error;
  error.code = code;
  error.file = file;
  error.message = std::move(message);
  error.expected = std::move(expected);
  return error;
}

std::string joined(const std::vector<std::string>& lines, const char* between) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : between) + line;
  return text;
}

std::size_t count_values(const Json& json) {
  std::size_t count = 1;
  if (json.is_structured())
    for (const Json& child : json) count += count_values(child);
  return count;
}

constexpr const char* kRecorded = "recorded";

// The stack of the driver that was recorded, then others to compare it with. Submissions were
// recorded at the end of the ioctl. What a job waits for across processes is a fence to the kernel,
// which points of timelines are.
Json stacks_for(const Recording& recording, const Plan& plan) {
  bool amdgpu = false;
  for (std::size_t i = 0; i < recording.rings.size(); ++i)
    amdgpu |= plan.gpu_of_ring[i] != kNothing && recording.rings[i].driver == Driver::amdgpu;
  const Json free_ioctls{{"policy", "kernel"}, {"ioctl_cost", "0 ns"}};
  const Json recorded{{"name", kRecorded},
                      {"preset", amdgpu ? "amdgpu-implicit" : "linux-implicit"},
                      {"axes",
                       {{"submission", free_ioctls},
                        {"sync", {{"policy", "timeline"}, {"submit_thread", false}}}}}};
  return Json::array({recorded, "linux-implicit", "vulkan-explicit", "amdgpu-implicit"});
}

}  // namespace

Loaded<Imported> import_recording(const Recording& recording, const std::string& file,
                                  const ImportOptions& options) {
  const Jobs jobs = match_jobs(recording);
  const Clients clients = find_clients(recording, jobs);
  const Plan plan = plan_replay(recording, jobs, clients);
  const Screens screens = find_screens(recording);
  Imported imported;
  imported.summary = summarise(recording, jobs, plan, screens);
  if (jobs.jobs.empty()) {
    Diagnostic error = refusal(file, "no-jobs", "no job is recorded with begin and end",
                               "events of gpu_scheduler, amdgpu, i915 (with "
                               "CONFIG_DRM_I915_LOW_LEVEL_TRACEPOINTS) or virtio_gpu");
    error.hint = joined(imported.summary, "; ");
    return std::vector{error};
  }
  const Replay replay{recording, jobs, clients, plan, screens};
  const std::int64_t origin = origin_of(replay);
  const std::string summary = joined(imported.summary, "; ");
  Json json;
  json["format"] = 1;
  json["name"] = options.name;
  json["title"] = "Recording " + options.name;
  json["description"] = fmt::format(
      "Imported from a recording of ftrace; its zero is {}.{:09} s of the recording's "
      "clock. {} The recording: {}.",
      origin / 1'000'000'000, origin % 1'000'000'000, assumptions(), summary);
  json["truth"] = "Jobs touch no memory that anybody knows of.";
  write_replay(replay, json);
  json["stacks"] = stacks_for(recording, plan);
  json["expect"][kRecorded] = {{"verdict", "complete"}, {"why", "What was recorded was done."}};
  const std::size_t values = count_values(json);
  imported.scenario = json.dump(1) + "\n";
  constexpr DocumentLimits kMost;  // what is made loads without asking for more
  if (values > kMost.values || imported.scenario.size() > kMost.bytes)
    return std::vector{
        refusal(file, "recording-too-large",
                fmt::format("{} jobs make a scenario of {} values and {}", jobs.jobs.size(), values,
                            format_size(imported.scenario.size())),
                fmt::format("at most {} values and {}; --window takes a part of it", kMost.values,
                            format_size(kMost.bytes)))};
  return imported;
}

}  // namespace fencelab::scenarios::ftrace
