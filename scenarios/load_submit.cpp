// Operations that wait for others, complete, or signal.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "models/gpu/credits.hpp"
#include "scenarios/load_engines.hpp"
#include "scenarios/load_operations.hpp"
#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::scenarios {

using Kinds = std::vector<std::string>;

const Kinds& completing() {
  static const Kinds kKinds = {"submit", "bind", "unbind", "sw_fence", "flip"};
  return kKinds;
}

OpRef OperationLoader::read_id(const Node& node, const Kinds& kinds, const std::string& purpose) {
  const Index label = resolve_name(context_, names().labels, node, "operation id");
  if (label == kNone) return {};
  const std::string& kind = names().label_infos[label].operation;
  if (!kind.empty() && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    context_.error(node, {.code = "wrong-kind",
                          .message = fmt::format("{} is the operation {}, which cannot be {}",
                                                 quote(node.text_or("")), quote(kind), purpose),
                          .expected = "the id of " + one_of(kinds)});
  }
  return {label};
}

std::vector<OpRef> OperationLoader::read_ids(const Node& list, const Kinds& kinds,
                                             const std::string& purpose) {
  std::vector<OpRef> ids;
  for (const Node& node : list.items()) ids.push_back(read_id(node, kinds, purpose));
  return ids;
}

ValueSpec OperationLoader::read_value(const Node& node) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  ValueSpec spec;
  spec.timeline = resource(Resource::timeline, node["timeline"]);
  const Node increment = node["increment"];
  spec.relative = static_cast<bool>(increment);
  spec.value = static_cast<std::uint64_t>(
      (increment ? increment : node["value"]).integer(0, kMax).value_or(0));
  return spec;
}

std::vector<ValueSpec> OperationLoader::read_values(const Node& list) {
  std::vector<ValueSpec> values;
  for (const Node& node : list.items()) values.push_back(read_value(node));
  return values;
}

OperationLoader::What OperationLoader::read_cpu_access(const Node& body) {
  AccessOp op;
  read_accesses(body["reads"], false, op.accesses);
  read_accesses(body["writes"], true, op.accesses);
  if (const Node duration = body["duration"]) op.duration = read_distribution(context_, duration);
  if (body.is_object() && !body["reads"] && !body["writes"])
    context_.error(body, {.code = "missing-member",
                          .message = "an access that touches nothing",
                          .expected = "\"reads\", \"writes\" or both"});
  return op;
}

// A page is in system memory or in that of one GPU.
void OperationLoader::check_managed(const Node& body, const SubmitOp& op) {
  if (op.context == kNone) return;
  const Index gpu = context_.scenario.processes[process_].contexts[op.context].gpu;
  for (const AccessSpec& access : op.accesses) {
    if (access.buffer == kNone) continue;
    const BufferSpec& buffer = context_.scenario.buffers[access.buffer];
    if (buffer.kind != models::MemoryKind::managed || buffer.gpu == gpu || gpu == kNone) continue;
    context_.error(body, {.code = "foreign-managed-memory",
                          .message = fmt::format("managed memory {} is shared with another GPU",
                                                 quote(buffer.name)),
                          .expected = "a context of the GPU that the buffer names"});
  }
}

OperationLoader::What OperationLoader::read_submit(const Node& body) {
  SubmitOp op;
  op.context = context_of(body);
  if (const Node engine = body["engine"]; engine && op.context != kNone) {
    op.engine = resolve_engine_of(context_, engine,
                                  context_.scenario.processes[process_].contexts[op.context]);
  }
  op.credits =
      static_cast<std::uint32_t>(body["credits"].integer(1, models::Credits::kMost).value_or(1));
  const Node duration = body["duration"];
  op.infinite = duration.text() == "infinite";
  if (!op.infinite && is_duration_or(context_, duration, "infinite")) {
    op.duration = read_distribution(context_, duration);
  }
  read_accesses(body["reads"], false, op.accesses);
  read_accesses(body["writes"], true, op.accesses);
  check_managed(body, op);
  if (const Node declares = body["declares"]) {
    op.declares = true;
    op.declares_to_kernel = declares["to"].text() == "kernel";
    read_accesses(declares["reads"], false, op.declared);
    read_accesses(declares["writes"], true, op.declared);
  }
  op.after = read_ids(body["after"], completing(), "waited for");
  op.after_start = read_ids(body["after_start"], {"submit"}, "waited for to start");
  op.wait_values = read_values(body["wait_values"]);
  op.signal_values = read_values(body["signal_values"]);
  return op;
}

OperationLoader::What OperationLoader::read_wait(const Node& body) {
  WaitOp op;
  op.ops = read_ids(body["ops"], completing(), "waited for");
  op.values = read_values(body["values"]);
  op.timeout = read_duration(context_, body["timeout"], Zero::allowed);
  const std::size_t targets = op.ops.size() + op.values.size();
  const bool is_readable = body.is_object() && !context_.sink.has_error_under(body.pointer());
  if (targets == 0 && is_readable) {
    context_.error(body, {.code = "empty-wait",
                          .message = "this waits for nothing",
                          .expected = "ids in \"ops\" or values in \"values\""});
  }
  const Node mode = body["mode"];
  if (mode.text() == "any") op.need = 1;
  const Node at_least = mode["at_least"];
  if (const auto need = at_least.integer(1, 1'000'000)) {
    op.need = static_cast<std::uint32_t>(*need);
    if (op.need > targets && targets > 0) {
      context_.error(at_least,
                     {.code = "out-of-range",
                      .message = fmt::format("at least {} of {} can never be", op.need, targets),
                      .expected = fmt::format("1 to {}", targets)});
    }
  }
  return op;
}

OperationLoader::What OperationLoader::read_signal(const Node& body) {
  return SignalOp{read_value(body)};
}

OperationLoader::What OperationLoader::read_sw_signal(const Node& body) {
  return SwSignalOp{read_id(body, {"sw_fence"}, "signaled by the CPU")};
}

OperationLoader::What OperationLoader::read_terminate(const Node& body) {
  const OpRef job = read_id(body, {"submit"}, "terminated");
  if (job.label != kNone) {
    const Label& label = names().label_infos[job.label];
    if (label.operation == "submit" && label.is_finite) {
      context_.error(body,
                     {.code = "not-infinite",
                      .message = fmt::format("job {} ends by itself", quote(body.text_or(""))),
                      .expected = "a job with \"duration\": \"infinite\""});
    }
  }
  return TerminateOp{job};
}

}  // namespace fencelab::scenarios
