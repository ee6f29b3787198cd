#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scenarios/load_parts.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

namespace {

using Kind = FaultSpec::Kind;

struct KindName {
  std::string_view name;
  Kind kind;
};

constexpr std::array<KindName, 15> kKinds = {{{"hang", Kind::hang},
                                              {"never-signal", Kind::never_signal},
                                              {"slow", Kind::slow},
                                              {"lost-doorbell", Kind::lost_doorbell},
                                              {"kill", Kind::kill},
                                              {"no-memory", Kind::no_memory},
                                              {"wrong-value", Kind::wrong_value},
                                              {"backwards-value", Kind::backwards_value},
                                              {"wrong-wait", Kind::wrong_wait},
                                              {"page-fault", Kind::page_fault},
                                              {"corrupt-ring", Kind::corrupt_ring},
                                              {"lost-interrupt", Kind::lost_interrupt},
                                              {"slow-interrupt", Kind::slow_interrupt},
                                              {"firmware-stop", Kind::firmware_stop},
                                              {"unplug", Kind::unplug}}};

constexpr std::int64_t kMaxExecutions = 1'000'000'000'000;
constexpr std::int64_t kMaxCount = 1'000'000;

class FaultLoader {
 public:
  explicit FaultLoader(LoadContext& context) : context_(context) {}
  void load(const Node& node);

 private:
  void resolve_process(const Node& node, FaultSpec& fault);
  void resolve_operation(const Node& node, FaultSpec& fault);
  void require(const Node& fault, const std::string& member, const std::string& kind);
  void forbid(const Node& fault, const std::string& member, const std::string& kind);
  void check_members(const Node& node, Kind kind, const std::string& name);

  LoadContext& context_;
};

// "name", or "name.2" for one clone of several.
void FaultLoader::resolve_process(const Node& node, FaultSpec& fault) {
  const auto text = node.text();
  if (!text) return;
  const auto reference = parse_reference(*text);
  const std::string base = reference ? reference->base : *text;
  const NamedThing* const thing = context_.processes.find(base);
  if (thing == nullptr) {
    const std::vector<std::string> names = context_.processes.names();
    if (context_.processes.is_incomplete()) return;
    return context_.error(node, {.code = "unknown-name",
                                 .message = fmt::format("unknown process {}", quote(base)),
                                 .expected = one_of(names),
                                 .hint = did_you_mean(base, names)});
  }
  fault.process = thing->first;
  const std::uint32_t count = context_.scenario.processes[thing->first].count;
  using Form = Reference::Form;
  const bool is_one =
      reference && (reference->form == Form::plain || reference->form == Form::element);
  if (thing->is_broken) return;
  if (!is_one || reference->first >= count) {
    return context_.error(node,
                          {.code = "out-of-range",
                           .message = fmt::format("process {} has {} clone{}", quote(base), count,
                                                  count == 1 ? "" : "s"),
                           .expected = fmt::format("\"{0}.0\" to \"{0}.{1}\"", base, count - 1)});
  }
  fault.clone = reference->first;
}

void FaultLoader::resolve_operation(const Node& node, FaultSpec& fault) {
  if (!node || fault.process == kNone) return;
  ProcessNames& names = context_.inside[fault.process];
  fault.label = resolve_name(context_, names.labels, node, "operation id");
  if (fault.label == kNone) return;
  const std::string& operation = names.label_infos[fault.label].operation;
  std::vector<std::string> strikable = {"submit"};
  if (fault.kind == Kind::never_signal) strikable = {"submit", "bind", "unbind", "sw_fence"};
  if (operation.empty() ||
      std::find(strikable.begin(), strikable.end(), operation) != strikable.end()) {
    return;
  }
  context_.error(node,
                 {.code = "wrong-kind",
                  .message = fmt::format("{} is the operation {}, which this fault cannot strike",
                                         quote(node.text_or("")), quote(operation)),
                  .expected = "the id of " + one_of(strikable)});
}

void FaultLoader::require(const Node& fault, const std::string& member, const std::string& kind) {
  if (fault[member]) return;
  context_.error(fault, {.code = "missing-member",
                         .message = fmt::format("this fault has no member {}", quote(member)),
                         .expected = fmt::format("{} with kind {}", quote(member), quote(kind))});
}

void FaultLoader::forbid(const Node& fault, const std::string& member, const std::string& kind) {
  const Node found = fault[member];
  if (!found) return;
  context_.sink.error(found.pointer(), {.code = "misplaced-member",
                                        .message = fmt::format("a fault of kind {} has no {}",
                                                               quote(kind), quote(member)),
                                        .expected = fmt::format("no member {} here", quote(member)),
                                        .at_key = true});
}

void FaultLoader::check_members(const Node& node, Kind kind, const std::string& name) {
  if (kind == Kind::slow)
    require(node, "factor", name);
  else
    forbid(node, "factor", name);
  if (kind == Kind::slow_interrupt)
    require(node, "delay", name);
  else
    forbid(node, "delay", name);
  if (kind == Kind::no_memory) forbid(node, "op", name);
  const bool of_device = kind == Kind::firmware_stop || kind == Kind::unplug;
  if (of_device) {
    require(node, "gpu", name);
    forbid(node, "process", name);
  } else {
    require(node, "process", name);
    forbid(node, "gpu", name);
  }
  if (kind != Kind::kill && !of_device) return forbid(node, "when", name);
  require(node, "when", name);
  for (const char* const member : {"op", "at", "count"}) forbid(node, member, name);
}

void FaultLoader::load(const Node& node) {
  FaultSpec fault;
  const std::string name = node["kind"].text_or("");
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                 [&name](const KindName& each) { return each.name == name; });
  if (kind != kKinds.end()) {
    fault.kind = kind->kind;
    check_members(node, kind->kind, name);
  }
  resolve_process(node["process"], fault);
  if (node["gpu"]) fault.gpu = resolve_name(context_, context_.gpus, node["gpu"], "GPU");
  resolve_operation(node["op"], fault);
  fault.at = static_cast<std::uint64_t>(node["at"].integer(0, kMaxExecutions).value_or(0));
  const Node count = node["count"];
  fault.count = static_cast<std::uint64_t>(
      count.integer(1, kMaxCount).value_or(count.text() == "forever" ? 0 : 1));
  fault.factor = static_cast<std::uint32_t>(node["factor"].integer(1, kMaxCount).value_or(1));
  fault.delay = read_duration(context_, node["delay"], Zero::forbidden).value_or(Duration::zero());
  fault.when = read_duration(context_, node["when"], Zero::allowed).value_or(Duration::zero());
  fault.may = node["may"].flag_or(false);
  fault.place = context_.place_of(node);
  context_.scenario.faults.push_back(fault);
}

}  // namespace

void load_faults(LoadContext& context, const Node& faults) {
  FaultLoader loader(context);
  for (const Node& node : faults.items()) loader.load(node);
}

}  // namespace fencelab::scenarios
