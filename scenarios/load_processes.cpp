#include <fmt/format.h>

#include "scenarios/load_operations.hpp"
#include "scenarios/load_parts.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::scenarios {

namespace {

constexpr std::int64_t kMaxClones = 1'000'000;

bool is_finite(const Node& duration) {
  return duration.is_object() || (duration.is_text() && parse_duration(duration.text_or("")));
}

// Ids of a program and of the loops inside it.
void declare_labels(LoadContext& context, const Node& program, Index process) {
  ProcessNames& names = context.inside[process];
  for (const Node& node : declarations(names.labels, program)) {
    const auto [operation, body] = operation_of(node);
    if (const Node id = node["id"]) {
      const auto index = static_cast<Index>(names.label_infos.size());
      names.label_infos.push_back({operation, is_finite(body["duration"])});
      context.scenario.processes[process].labels.push_back(id.text_or(""));
      declare_name(context, names.labels, id, {.first = index, .pointer = id.pointer()},
                   "operation");
    }
    const Node inner = body["body"];
    if (operation == "loop") declare_labels(context, inner, process);
    const bool is_unclear = operation.empty() || (operation == "loop" && !inner.is_list());
    if (is_unclear) names.labels.mark_incomplete();
  }
}

VramShare read_share(LoadContext& context, const Node& node) {
  VramShare share{read_size(context, node["max"], Zero::allowed),
                  read_size(context, node["min"], Zero::allowed),
                  read_size(context, node["low"], Zero::allowed)};
  const std::uint64_t most = share.max.value_or(~std::uint64_t{0});
  if (share.min.value_or(0) > most || share.low.value_or(0) > most)
    context.error(node, {.code = "share-order",
                         .message = "what is kept for a process is more than it may have",
                         .expected = "min and low at most max"});
  return share;
}

}  // namespace

void declare_processes(LoadContext& context, const Node& processes) {
  const std::vector<Node> nodes = declarations(context.processes, processes);
  context.inside.resize(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    const auto count = node["count"].integer(1, kMaxClones);
    ProcessSpec process;
    process.name = node["name"].text_or("");
    process.count = static_cast<std::uint32_t>(count.value_or(1));
    process.memlock_bytes = read_size(context, node["memlock"], Zero::allowed);
    process.place = context.place_of(node);
    if (node["dmem"]) process.vram = read_share(context, node["dmem"]);
    NamedThing thing{.first = static_cast<Index>(i), .pointer = node.pointer()};
    thing.is_broken = node["count"] && !count;  // how many clones there are is anyone's guess
    declare_name(context, context.processes, node["name"], thing, "process");
    context.scenario.processes.push_back(std::move(process));
  }
}

void declare_threads(LoadContext& context, const Node& threads, Index process) {
  std::vector<ThreadSpec>& specs = context.scenario.processes[process].threads;
  if (threads && !threads.is_list()) context.inside[process].labels.mark_incomplete();
  for (const Node& node : declarations(context.inside[process].threads, threads)) {
    ThreadSpec thread;
    thread.name = node["name"].text_or("");
    thread.forked = node["forked"].flag_or(false);
    thread.start = read_duration(context, node["start"], Zero::allowed).value_or(Duration::zero());
    thread.nice = read_nice(node["nice"]);
    thread.place = context.place_of(node);
    declare_name(context, context.inside[process].threads, node["name"],
                 {.first = static_cast<Index>(specs.size()), .pointer = node.pointer()}, "thread");
    declare_labels(context, node["program"], process);
    if (!node["program"]) context.inside[process].labels.mark_incomplete();
    specs.push_back(std::move(thread));
  }
}

void check_thread_count(LoadContext& context, const std::vector<Node>& processes) {
  std::uint64_t threads = 0;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const ProcessSpec& process = context.scenario.processes[i];
    threads += std::uint64_t{process.count} * process.threads.size();
    if (threads <= context.document.limits.threads) continue;
    const Node count = processes[i]["count"];
    return context.error(
        count ? count : processes[i],
        {.code = "too-large",
         .message = "too many threads in this scenario, clones of processes counted",
         .expected = fmt::format("at most {} (--max-threads)", context.document.limits.threads)});
  }
}

void load_programs(LoadContext& context, const Node& threads, Index process) {
  const std::vector<Node> nodes = threads.items();
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    OperationLoader loader(context, process, nodes[i]["program"]);
    context.scenario.processes[process].threads[i].program =
        loader.load_program(nodes[i]["program"]);
  }
}

}  // namespace fencelab::scenarios
