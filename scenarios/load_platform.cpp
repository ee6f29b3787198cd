#include <fmt/format.h>

#include <algorithm>

#include "scenarios/load_parts.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

constexpr const char* kMemory = "memory";
constexpr std::int64_t kMaxCount = 1'000'000;

std::optional<std::uint32_t> read_count(const Node& node) {
  const auto count = node.integer(1, kMaxCount);
  if (!count) return std::nullopt;
  return static_cast<std::uint32_t>(*count);
}

// The name without the digits at its end: "vcs" for "vcs1".
std::string class_of(const std::string& engine) {
  const std::size_t last = engine.find_last_not_of("0123456789");
  return last == std::string::npos ? engine : engine.substr(0, last + 1);
}

void load_engines(LoadContext& context, const Node& engines, GpuSpec& gpu) {
  NameTable names;
  for (const Node& node : engines.items()) {
    const Node name = node.is_object() ? node["name"] : node;
    EngineSpec engine;
    engine.name = name.text_or("");
    engine.klass = node["class"].text_or(class_of(engine.name));
    const Node worker = node["worker"];
    engine.worker = static_cast<bool>(worker);
    engine.nice = read_nice(worker["nice"]);
    engine.place = context.place_of(node);
    const auto index = static_cast<Index>(gpu.engines.size());
    declare_name(context, names, name, {.first = index, .pointer = node.pointer()}, "engine");
    gpu.engines.push_back(std::move(engine));
  }
}

// Some engine must be one.
void check_engines(LoadContext& context, const Node& engines, const GpuSpec& gpu) {
  const bool any = std::any_of(gpu.engines.begin(), gpu.engines.end(),
                               [](const EngineSpec& engine) { return !engine.worker; });
  if (any || gpu.engines.empty()) return;
  context.error(engines, {.code = "no-engine",
                          .message = fmt::format("GPU {} has workers only", quote(gpu.name)),
                          .expected = "an engine"});
}

void load_gpu(LoadContext& context, const Node& node) {
  GpuSpec gpu;
  gpu.name = node["name"].text_or("");
  gpu.driver = node["driver"].text_or(gpu.name);
  gpu.vram_bytes = read_size(context, node["vram"], Zero::forbidden).value_or(0);
  gpu.vram_page = read_page(context, node["vram_page"]);
  gpu.gtt_bytes = read_size(context, node["gtt"], Zero::forbidden).value_or(0);
  gpu.evicts_to_system = node["evict_to"].text_or("gtt") == "system";
  if (node["vram_page"] && !node["vram"])
    context.error(node["vram_page"], {.code = "missing-member",
                                      .message = "there is no memory that this is the page of",
                                      .expected = "a member \"vram\""});
  gpu.timeslice = read_duration(context, node["timeslice"], Zero::forbidden);
  gpu.preemption_cost = read_duration(context, node["preemption_cost"], Zero::allowed);
  gpu.credits = read_count(node["credits"]);
  gpu.shared_rings = node["rings"].text_or("per-context") == "shared";
  gpu.firmware_slots = read_count(node["firmware_slots"]);
  gpu.firmware_quantum = read_duration(context, node["firmware_quantum"], Zero::forbidden);
  gpu.firmware_latency = read_duration(context, node["firmware_latency"], Zero::allowed);
  gpu.place = context.place_of(node);
  load_engines(context, node["engines"], gpu);
  check_engines(context, node["engines"], gpu);
  if (gpu.name == kMemory) {
    context.error(node["name"], {.code = "reserved-name",
                                 .message = "\"memory\" is the system memory",
                                 .expected = "another name for the GPU"});
  }
  const auto index = static_cast<Index>(context.scenario.platform.gpus.size());
  declare_name(context, context.gpus, node["name"], {.first = index, .pointer = node.pointer()},
               "GPU");
  context.scenario.platform.gpus.push_back(std::move(gpu));
}

std::string load_end(LoadContext& context, const Node& node) {
  const std::string name = node.text_or("");
  if (!node.is_text() || name == kMemory || context.gpus.find(name) != nullptr) return name;
  std::vector<std::string> names = context.gpus.names();
  names.emplace_back(kMemory);
  if (!context.gpus.is_incomplete()) {
    context.error(node, {.code = "unknown-name",
                         .message = fmt::format("unknown end {} of a link", quote(name)),
                         .expected = one_of(names),
                         .hint = did_you_mean(name, names)});
  }
  return name;
}

void load_link(LoadContext& context, const Node& node, NameTable& names) {
  LinkSpec link;
  link.name = node["name"].text_or("");
  link.bytes_per_second = read_bandwidth(context, node["bandwidth"]).value_or(0);
  link.latency = read_duration(context, node["latency"], Zero::allowed).value_or(Duration::zero());
  link.place = context.place_of(node);
  const Node connects = node["connects"];
  const std::vector<Node> ends = connects.items();
  if (ends.size() == 2) {
    link.from = load_end(context, ends[0]);
    link.to = load_end(context, ends[1]);
    if (link.from == link.to && ends[0].is_text() && ends[1].is_text()) {
      context.error(connects,
                    {.code = "same-ends",
                     .message = fmt::format("both ends of the link are {}", quote(link.to)),
                     .expected = "two different ends"});
    }
  }
  declare_name(context, names, node["name"], {.first = 0, .pointer = node.pointer()}, "link");
  context.scenario.platform.links.push_back(std::move(link));
}

}  // namespace

void load_platform(LoadContext& context, const Node& platform) {
  PlatformSpec& spec = context.scenario.platform;
  spec.cpu_cores = read_count(platform["cpus"]["cores"]).value_or(0);
  load_memory(context, platform["memory"]);
  for (const Node& gpu : declarations(context.gpus, platform["gpus"])) load_gpu(context, gpu);
  // Without a readable platform every GPU would be unknown, which is no news.
  if (context.sink.has_errors() && spec.gpus.empty()) context.gpus.mark_incomplete();
  NameTable links;
  for (const Node& link : platform["links"].items()) load_link(context, link, links);
}

void load_displays(LoadContext& context, const Node& displays) {
  for (const Node& node : declarations(context.displays, displays)) {
    DisplaySpec display;
    display.name = node["name"].text_or("");
    display.period = read_frequency(context, node["refresh"]).value_or(Duration::zero());
    if (const Node gpu = node["gpu"])
      display.gpu = resolve_name(context, context.gpus, gpu, "GPU");
    else if (!context.scenario.platform.gpus.empty())
      display.gpu = 0;
    else if (!context.gpus.is_incomplete())
      context.error(node, {.code = "no-gpu",
                           .message = "a display engine of a GPU drives a display, but the "
                                      "platform has none",
                           .expected = "a GPU in /platform/gpus"});
    display.commit_timeout = read_duration(context, node["commit_timeout"], Zero::forbidden);
    display.place = context.place_of(node);
    const auto index = static_cast<Index>(context.scenario.displays.size());
    declare_name(context, context.displays, node["name"],
                 {.first = index, .pointer = node.pointer()}, "display");
    context.scenario.displays.push_back(std::move(display));
  }
}

}  // namespace fencelab::scenarios
