#include "tests/golden/retold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "models/cpu/memory_defaults.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::tests {

using nlohmann::json;

namespace {

const char* const kResources[] = {"buffers",  "timelines",  "locks",
                                  "channels", "swapchains", "displays"};

void put(json& list, json element, bool first) {
  list.insert(first ? list.begin() : list.end(), std::move(element));
}

bool has_gpus(const json& scenario) {
  return scenario["platform"].contains("gpus") && !scenario["platform"]["gpus"].empty();
}

void reverse(json& owner, const char* member) {
  if (owner.contains(member)) std::reverse(owner[member].begin(), owner[member].end());
}

// ---------------------------------------------------------------- names

using Names = std::map<std::string, std::string>;

void collect(const json& owner, const char* member, std::set<std::string>& names) {
  if (!owner.contains(member)) return;
  for (const json& each : owner[member])
    names.insert(each.is_string() ? each.get<std::string>() : each.value("name", std::string()));
}

void collect_labels(const json& value, std::set<std::string>& names) {
  if (value.is_object() && value.contains("id") && value["id"].is_string())
    names.insert(value["id"].get<std::string>());
  for (const json& member : value)
    if (member.is_structured()) collect_labels(member, names);
}

Names new_names(const json& scenario) {
  std::set<std::string> names;
  for (const char* const list : kResources) collect(scenario, list, names);
  collect(scenario, "processes", names);
  collect(scenario["platform"], "gpus", names);
  collect(scenario["platform"], "links", names);
  for (const json& process : scenario["processes"]) {
    for (const char* const list : kResources) collect(process, list, names);
    for (const char* const list : {"contexts", "threads"}) collect(process, list, names);
    collect_labels(process, names);
  }
  names.erase("");
  names.erase("memory");  // links end there
  Names into;
  std::size_t left = names.size();
  for (const std::string& name : names) into[name] = fmt::format("r{:03}", left--);
  return into;
}

// "frame.0", "@window", "#frames", "client/thread": each part that is a name by itself.
std::string renamed(const std::string& text, const Names& names) {
  std::string into;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = text.find_first_not_of("@#/.[]{}$", at);
    into.append(text, at, begin == std::string::npos ? begin : begin - at);
    if (begin == std::string::npos) break;
    at = std::min(text.find_first_of("@#/.[]{}$", begin), text.size());
    const std::string part = text.substr(begin, at - begin);
    const auto found = names.find(part);
    into += found == names.end() ? part : found->second;
  }
  return into;
}

/// Members whose texts are words of the format, of drivers or of engines.
bool holds_no_names(const std::string& member) {
  static const std::set<std::string> kWords = {
      "driver",  "engine",     "engines", "kind",
      "gfp",     "policy",     "mode",    "protocol",
      "when",    "preemption", "memory",  "at",
      "publish", "stall",      "pattern", "release_timeline"};
  return kWords.contains(member);
}

json renamed(const json& value, const Names& names, const std::string& member) {
  if (value.is_string())
    return holds_no_names(member) ? value : json(renamed(value.get<std::string>(), names));
  if (!value.is_structured()) return value;
  json into = value;
  for (auto& [key, each] : into.items())
    each = renamed(json(each), names, value.is_array() ? member : key);
  return into;
}

// ---------------------------------------------------------------- slow motion

using scenarios::Duration;

constexpr int kSlower = 2;

void slow(Duration& duration) { duration *= kSlower; }
void slow(std::optional<Duration>& duration) {
  if (duration) *duration *= kSlower;
}
void slow(std::optional<Duration>& duration, Duration by_default) {
  duration = kSlower * duration.value_or(by_default);
}
void slow(std::uint64_t& per_second) { per_second /= kSlower; }
void slow(scenarios::Distribution& distribution) {
  slow(distribution.step);
  for (auto& part : distribution.parts) slow(part.min), slow(part.max);
}

void slow(scenarios::Program& program);

void slow(scenarios::Op& op) {
  using namespace scenarios;
  if (auto* submit = std::get_if<SubmitOp>(&op.what)) slow(submit->duration);
  if (auto* wait = std::get_if<WaitOp>(&op.what)) slow(wait->timeout);
  if (auto* think = std::get_if<ThinkOp>(&op.what)) slow(think->duration);
  if (auto* compute = std::get_if<ComputeOp>(&op.what)) slow(compute->duration);
  if (auto* access = std::get_if<AccessOp>(&op.what); access && access->duration)
    slow(*access->duration);
  if (auto* loop = std::get_if<LoopOp>(&op.what)) slow(loop->period), slow(loop->body);
  if (auto* pace = std::get_if<PaceOp>(&op.what)) slow(pace->period);
  if (auto* poll = std::get_if<PollOp>(&op.what)) slow(poll->timeout);
  if (auto* preemption = std::get_if<PreemptionOp>(&op.what)) slow(preemption->period);
  if (auto* mm = std::get_if<MmOp>(&op.what)) slow(mm->child_life);
}

void slow(scenarios::Program& program) {
  for (scenarios::Op& op : program) slow(op);
}

void slow(scenarios::PlatformSpec& platform) {
  using namespace std::chrono_literals;
  slow(platform.disk_latency);
  slow(platform.reclaim_pause, models::memory_defaults::kReclaimPause);
  slow(platform.swap_bytes_per_second);
  slow(platform.disk_bytes_per_second);
  slow(platform.copy_bytes_per_second);
  for (auto& link : platform.links) slow(link.latency), slow(link.bytes_per_second);
  for (auto& gpu : platform.gpus) {
    slow(gpu.timeslice, 1ms);
    slow(gpu.preemption_cost, 50us);
    slow(gpu.firmware_quantum, 1ms);
    slow(gpu.firmware_latency, 20us);
  }
}

void slow(scenarios::ResolvedStack::Choice& choice) {
  if (!choice.policy) return;
  for (const policies::Parameter& parameter : choice.policy->parameters)
    if (parameter.kind == policies::ParameterKind::duration)
      choice.values.set(parameter.name, kSlower * choice.values.get(parameter.name));
}

}  // namespace

void slow_down(Plan& plan) {
  slow(plan.scenario.horizon);
  slow(plan.scenario.progress_bound);
  slow(plan.scenario.platform);
  for (auto& display : plan.scenario.displays)
    slow(display.period), slow(display.commit_timeout, std::chrono::seconds(10));
  for (auto& fault : plan.scenario.faults) slow(fault.when);
  for (auto& process : plan.scenario.processes) {
    for (auto& context : process.contexts) slow(context.preemption_period);
    for (auto& thread : process.threads) slow(thread.start), slow(thread.program);
  }
  for (auto& stack : plan.stacks) {
    for (auto& [axis, choice] : stack.system) slow(choice);
    for (auto& [gpu, axes] : stack.by_gpu)
      for (auto& [axis, choice] : axes) slow(choice);
  }
}

json with_idle_client(json scenario, bool first) {
  json client = {
      {"name", "zz-idle"},
      {"threads", {{{"name", "t"}, {"program", {{{"annotate", {{"does", "nothing"}}}}}}}}}};
  if (has_gpus(scenario)) {
    const json& gpu = scenario["platform"]["gpus"][0];
    const json& engine = gpu["engines"][0];
    client["contexts"] = {{{"name", "c"},
                           {"gpu", gpu["name"]},
                           {"engine", engine.is_string() ? engine : engine["name"]}}};
  }
  put(scenario["processes"], std::move(client), first);
  return scenario;
}

json with_unused_gpu(json scenario, bool first) {
  // Contexts are on the first GPU unless they say otherwise.
  if (has_gpus(scenario)) {
    const json home = scenario["platform"]["gpus"][0]["name"];
    for (json& process : scenario["processes"])
      if (process.contains("contexts"))
        for (json& context : process["contexts"])
          if (!context.contains("gpu")) context["gpu"] = home;
  } else {
    scenario["platform"]["gpus"] = json::array();
  }
  put(scenario["platform"]["gpus"],
      {{"name", "zz-unused"}, {"driver", "xe"}, {"vram", "1 GiB"}, {"engines", {"rcs0"}}}, first);
  return scenario;
}

json renamed(const json& scenario) {
  const Names names = new_names(scenario);
  json into = scenario;
  for (const char* const member : {"platform", "processes", "faults"})
    if (into.contains(member)) into[member] = renamed(into[member], names, member);
  for (const char* const list : kResources)
    if (into.contains(list)) into[list] = renamed(into[list], names, list);
  for (json& stack : into["stacks"]) {
    if (!stack.contains("gpus")) continue;
    json gpus;
    for (const auto& [gpu, axes] : stack["gpus"].items()) gpus[renamed(gpu, names)] = axes;
    stack["gpus"] = gpus;
  }
  return into;
}

json with_resources_reversed(json scenario) {
  // The first GPU, too, is one by default.
  scenario = with_unused_gpu(std::move(scenario), false);
  for (const char* const list : {"gpus", "links"}) reverse(scenario["platform"], list);
  for (const char* const list : kResources) reverse(scenario, list);
  for (json& process : scenario["processes"]) {
    for (const char* const list : kResources) reverse(process, list);
    reverse(process, "contexts");
  }
  return scenario;
}

json with_processes_reversed(json scenario) {
  reverse(scenario, "processes");
  return scenario;
}

}  // namespace fencelab::tests
