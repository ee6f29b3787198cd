#include <fmt/format.h>

#include <algorithm>

#include "scenarios/load_engines.hpp"
#include "scenarios/load_parts.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

constexpr std::int64_t kMaxPriority = 1023;

std::vector<Index> engines_of_class(LoadContext& context, const Node& node, const GpuSpec& gpu) {
  const std::string wanted = node.text_or("");
  std::vector<Index> found;
  std::vector<std::string> classes;
  for (std::size_t i = 0; i < gpu.engines.size(); ++i) {
    const std::string& klass = gpu.engines[i].klass;
    if (klass == wanted) found.push_back(static_cast<Index>(i));
    if (std::find(classes.begin(), classes.end(), klass) == classes.end()) classes.push_back(klass);
  }
  if (found.empty() && node.is_text() && !context.sink.has_error_under(gpu.place.pointer)) {
    context.error(node, {.code = "unknown-name",
                         .message = fmt::format("GPU {} has no engine of class {}", quote(gpu.name),
                                                quote(wanted)),
                         .expected = one_of(classes),
                         .hint = did_you_mean(wanted, classes)});
  }
  return found;
}

std::vector<Index> listed_engines(LoadContext& context, const Node& list, const GpuSpec& gpu) {
  std::vector<Index> found;
  for (const Node& node : list.items()) {
    const Index engine = resolve_engine(context, node, gpu);
    if (engine == kNone) continue;
    if (std::find(found.begin(), found.end(), engine) != found.end()) {
      context.error(node,
                    {.code = "duplicate-name",
                     .message = fmt::format("engine {} is listed twice", quote(node.text_or(""))),
                     .expected = "each engine once"});
    }
    found.push_back(engine);
  }
  return found;
}

std::vector<Index> all_engines(const GpuSpec& gpu) {
  std::vector<Index> all;
  for (std::size_t i = 0; i < gpu.engines.size(); ++i)
    if (!gpu.engines[i].worker) all.push_back(static_cast<Index>(i));
  return all;
}

// The engine map: one engine, a list, a class, or all engines of the GPU.
std::vector<Index> load_engine_map(LoadContext& context, const Node& node, const GpuSpec& gpu) {
  const Node engine = node["engine"], engines = node["engines"], klass = node["class"];
  const int given = (engine ? 1 : 0) + (engines ? 1 : 0) + (klass ? 1 : 0);
  if (given > 1) {
    context.error(node, {.code = "conflicting-members",
                         .message = "this context names its engines in several ways",
                         .expected = "only one of \"engine\", \"engines\", \"class\""});
    return {};
  }
  if (given == 0) return all_engines(gpu);
  if (klass) return engines_of_class(context, klass, gpu);
  if (engines) return listed_engines(context, engines, gpu);
  const Index single = resolve_engine(context, engine, gpu);
  return single == kNone ? std::vector<Index>{} : std::vector<Index>{single};
}

BondSpec load_bond(LoadContext& context, const Node& node, const ContextSpec& spec) {
  const GpuSpec& gpu = context.scenario.platform.gpus[spec.gpu];
  BondSpec bond;
  bond.place = context.place_of(node);
  for (const Node& name : node["engines"].items()) {
    bond.engines.push_back(resolve_engine_of(context, name, spec));
  }
  bond.master = resolve_engine(context, node["master"], gpu);
  return bond;
}

void load_bonds(LoadContext& context, const Node& node, ContextSpec& spec) {
  const Node bonds = node["bonds"], balanced = node["balanced"];
  const bool is_unclear = balanced && context.sink.has_error_under(balanced.pointer());
  if (!bonds || is_unclear) return;
  if (!spec.balanced) {
    context.error(bonds, {.code = "bond-without-balance",
                          .message = "bonds choose among the engines of a balanced context",
                          .expected = "\"balanced\": true in this context"});
    return;
  }
  for (const Node& bond : bonds.items()) spec.bonds.push_back(load_bond(context, bond, spec));
}

// What kernel threads do is nothing that an engine could do instead, and has dma_fences.
void check_workers(LoadContext& context, const Node& node, const ContextSpec& spec) {
  const GpuSpec& gpu = context.scenario.platform.gpus[spec.gpu];
  const auto workers =
      std::count_if(spec.engines.begin(), spec.engines.end(),
                    [&](const Index engine) { return gpu.engines[engine].worker; });
  if (workers == 0) return;
  if (spec.engines.size() > 1)
    context.error(node, {.code = "worker-beside-engines",
                         .message = fmt::format("context {} has a worker beside other engines",
                                                quote(spec.name)),
                         .expected = "a worker alone"});
  if (spec.long_running)
    context.error(node["long_running"],
                  {.code = "long-running-worker",
                   .message = fmt::format("work items of {} have a dma_fence", quote(spec.name)),
                   .expected = "no long_running for a context of a worker"});
}

Index gpu_of_context(LoadContext& context, const Node& node) {
  if (const Node gpu = node["gpu"]) return resolve_name(context, context.gpus, gpu, "GPU");
  if (!context.scenario.platform.gpus.empty()) return 0;
  if (!context.gpus.is_incomplete()) {
    context.error(node, {.code = "no-gpu",
                         .message = "a context needs a GPU, but the platform has none",
                         .expected = "a GPU in /platform/gpus"});
  }
  return kNone;
}

}  // namespace

Index resolve_engine(LoadContext& context, const Node& node, const GpuSpec& gpu) {
  const std::optional<std::string> name = node.text();
  if (!name) return kNone;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < gpu.engines.size(); ++i) {
    if (gpu.engines[i].name == *name) return static_cast<Index>(i);
    if (!gpu.engines[i].name.empty()) names.push_back(gpu.engines[i].name);
  }
  if (names.size() < gpu.engines.size() || names.empty()) return kNone;
  context.error(node,
                {.code = "unknown-name",
                 .message = fmt::format("GPU {} has no engine {}", quote(gpu.name), quote(*name)),
                 .expected = one_of(names),
                 .hint = did_you_mean(*name, names)});
  return kNone;
}

Index resolve_engine_of(LoadContext& context, const Node& node, const ContextSpec& spec) {
  if (spec.gpu == kNone || spec.engines.empty()) return kNone;  // reported where it was declared
  const GpuSpec& gpu = context.scenario.platform.gpus[spec.gpu];
  const Index engine = resolve_engine(context, node, gpu);
  const bool is_allowed =
      std::find(spec.engines.begin(), spec.engines.end(), engine) != spec.engines.end();
  if (engine == kNone || is_allowed) return engine;
  std::vector<std::string> names;
  for (const Index each : spec.engines) names.push_back(gpu.engines[each].name);
  context.error(node, {.code = "engine-not-in-context",
                       .message = fmt::format("engine {} is none of context {}",
                                              quote(node.text_or("")), quote(spec.name)),
                       .expected = one_of(names)});
  return kNone;
}

// One address space reports to one place.
void load_bind_errors(LoadContext& context, const Node& node, Index process, ContextSpec& spec) {
  if (!node) return;
  spec.bind_errors = resolve_resource(context, Resource::timeline, process, node["report"]);
  spec.bind_restarts = resolve_resource(context, Resource::timeline, process, node["restart"]);
  for (const ContextSpec& other : context.scenario.processes[process].contexts) {
    if (other.gpu != spec.gpu || other.bind_errors == kNone) continue;
    context.error(node, {.code = "duplicate-member",
                         .message = fmt::format("context {} says already where binds of this "
                                                "address space report errors",
                                                quote(other.name)),
                         .expected = "one such member for each GPU of a process"});
  }
}

void load_contexts(LoadContext& context, const Node& contexts, Index process) {
  ProcessNames& names = context.inside[process];
  std::vector<ContextSpec>& specs = context.scenario.processes[process].contexts;
  for (const Node& node : declarations(names.contexts, contexts)) {
    ContextSpec spec;
    spec.name = node["name"].text_or("");
    spec.gpu = gpu_of_context(context, node);
    spec.balanced = node["balanced"].flag_or(false);
    spec.priority =
        static_cast<int>(node["priority"].integer(-kMaxPriority, kMaxPriority).value_or(0));
    spec.preemption_period = read_period_or_never(context, node["preemption"]);
    spec.long_running = node["long_running"].flag_or(false);
    load_bind_errors(context, node["bind_errors"], process, spec);
    spec.place = context.place_of(node);
    for (const auto& [key, value] : node["annotations"].members()) {
      spec.annotations[key] = value.text_or("");
    }
    if (spec.gpu != kNone) {
      spec.engines = load_engine_map(context, node, context.scenario.platform.gpus[spec.gpu]);
      load_bonds(context, node, spec);
      check_workers(context, node, spec);
    }
    const auto index = static_cast<Index>(specs.size());
    declare_name(context, names.contexts, node["name"], {.first = index, .pointer = node.pointer()},
                 "context");
    specs.push_back(std::move(spec));
  }
}

}  // namespace fencelab::scenarios
