#include "scenarios/load_operations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/load_values.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/program_facts.hpp"

namespace fencelab::scenarios {

namespace {

constexpr std::int64_t kMaxCount = 1'000'000;
constexpr std::int64_t kMaxTimes = 1'000'000'000'000;
constexpr std::int64_t kMaxPriority = 1023;

std::uint32_t count_of(const Node& body) {
  return static_cast<std::uint32_t>(body.integer(1, kMaxCount).value_or(1));
}

}  // namespace

std::pair<std::string, Node> operation_of(const Node& node) {
  for (auto& [name, body] : node.members()) {
    if (name != "id") return {name, body};
  }
  return {};
}

OperationLoader::OperationLoader(LoadContext& context, Index process, const Node& program)
    : context_(context), process_(process) {
  collect_held(program);
}

void OperationLoader::collect_held(const Node& program) {
  for (const Node& node : program.items()) {
    const auto [name, body] = operation_of(node);
    const Node chain = body.is_object() ? body["swapchain"] : body;
    if (name.empty()) chains_.is_unclear = channels_.is_unclear = true;
    if (name == "acquire" || name == "latch") add_held_name(chains_, Resource::swapchain, chain);
    if (name == "receive") add_held_name(channels_, Resource::channel, body);
    if (name == "loop") collect_held(body["body"]);
  }
}

void OperationLoader::add_held_name(Held& held, Resource kind, const Node& node) {
  const std::string name = node.text_or("");
  if (is_visible(context_, kind, process_, name))
    held.names.insert(name);
  else
    held.is_unclear = true;
}

const std::vector<OperationLoader::Entry>& OperationLoader::readers() {
  using L = OperationLoader;
  static const std::vector<Entry> kReaders = {{"submit", &L::read_submit},
                                              {"wait", &L::read_wait},
                                              {"think", &L::read_think},
                                              {"compute", &L::read_compute},
                                              {"access", &L::read_cpu_access},
                                              {"signal", &L::read_signal},
                                              {"alloc", &L::read_alloc},
                                              {"free", &L::read_free},
                                              {"memalloc_save", &L::read_memalloc_save},
                                              {"memalloc_restore", &L::read_memalloc_restore},
                                              {"madvise", &L::read_madvise},
                                              {"fork_mm", &L::read_fork_mm},
                                              {"migrate", &L::read_migrate},
                                              {"compact", &L::read_compact},
                                              {"bind", &L::read_bind},
                                              {"unbind", &L::read_unbind},
                                              {"lock", &L::read_lock},
                                              {"unlock", &L::read_unlock},
                                              {"read_lock", &L::read_read_lock},
                                              {"read_unlock", &L::read_read_unlock},
                                              {"write_lock", &L::read_write_lock},
                                              {"write_unlock", &L::read_write_unlock},
                                              {"ww_lock", &L::read_ww_lock},
                                              {"back_off_lock", &L::read_back_off_lock},
                                              {"ww_unlock", &L::read_ww_unlock},
                                              {"fork", &L::read_fork},
                                              {"join", &L::read_join},
                                              {"send", &L::read_send},
                                              {"receive", &L::read_receive},
                                              {"acquire", &L::read_acquire},
                                              {"present", &L::read_present},
                                              {"latch", &L::read_latch},
                                              {"flip", &L::read_flip},
                                              {"vblank", &L::read_vblank},
                                              {"loop", &L::read_loop},
                                              {"pace", &L::read_pace},
                                              {"sw_fence", &L::read_sw_fence},
                                              {"sw_signal", &L::read_sw_signal},
                                              {"terminate", &L::read_terminate},
                                              {"throttle", &L::read_throttle},
                                              {"queue_depth", &L::read_queue_depth},
                                              {"priority", &L::read_priority},
                                              {"preemption", &L::read_preemption},
                                              {"flush", &L::read_flush},
                                              {"invalidate", &L::read_invalidate},
                                              {"import", &L::read_import},
                                              {"annotate", &L::read_annotate},
                                              {"poll", &L::read_poll}};
  return kReaders;
}

Program OperationLoader::load_program(const Node& program) {
  Program ops;
  for (const Node& node : program.items()) {
    const bool is_reachable = ops.empty() || !is_endless(ops.back());
    if (!is_reachable) {
      context_.sink.warning(node.pointer(), {.code = "unreachable",
                                             .message = "the loop in front of this never ends"});
    }
    ops.push_back(load_op(node));
  }
  return ops;
}

Op OperationLoader::load_op(const Node& node) {
  const auto [operation, body] = operation_of(node);
  const auto& wanted = operation;
  const auto entry = std::find_if(readers().begin(), readers().end(),
                                  [&wanted](const Entry& each) { return each.name == wanted; });
  Op op{.what = SwFenceOp{}, .label = kNone, .place = context_.place_of(node)};
  if (entry != readers().end()) op.what = (this->*entry->read)(body);
  if (const auto id = node["id"].text()) {
    const NamedThing* const label = names().labels.find(*id);
    if (label != nullptr) op.label = label->first;
  } else if (operation == "sw_fence" && !node["id"]) {
    context_.error(node, {.code = "missing-member",
                          .message = "nothing could signal an sw_fence without an id",
                          .expected = "a member \"id\""});
  }
  if (const auto* const loop = std::get_if<LoopOp>(&op.what)) check_loop(body, *loop);
  return op;
}

// A loop in which no time passes keeps the clock, and with it the horizon, from ever coming nearer.
void OperationLoader::check_loop(const Node& node, const LoopOp& loop) {
  constexpr std::uint64_t kMostOperations = 1'000'000;
  if (loop.period || takes_time(loop.body)) return;
  if (loop.body.empty() || context_.sink.has_error_under(node.pointer())) return;
  const std::uint64_t inside = timeless_operations(loop.body);
  const bool is_endless = loop.times == 0;
  if (!is_endless && loop.times <= kMostOperations / inside) return;
  context_.error(
      node, {.code = "timeless-loop",
             .message = is_endless
                            ? "this endless loop takes no time, so that the clock would stand still"
                            : "this loop does too much without any time passing",
             .expected = is_endless ? "a period, or an operation that takes or waits for time"
                                    : fmt::format("at most {} operations in a row, a period, or an "
                                                  "operation that takes or waits for time",
                                                  kMostOperations)});
}

Index OperationLoader::resource(Resource kind, const Node& node) {
  return resolve_resource(context_, kind, process_, node);
}

Index OperationLoader::context_of(const Node& body) {
  return resolve_name(context_, names().contexts, body["context"], "context");
}

OperationLoader::What OperationLoader::read_think(const Node& body) {
  return ThinkOp{read_distribution(context_, body)};
}

OperationLoader::What OperationLoader::read_compute(const Node& body) {
  return ComputeOp{read_distribution(context_, body)};
}

OperationLoader::What OperationLoader::read_free(const Node& body) {
  const Index buffer = resource(Resource::buffer, body);
  note_use(body, buffer);
  return FreeOp{buffer};
}

// Each lock once: taking one twice would wait for itself.
LockOp OperationLoader::locks_of(const Node& body, LockOp::Mode mode, bool unlock) {
  LockOp op{.locks = {}, .unlock = unlock, .mode = mode};
  const bool is_list = mode == LockOp::Mode::ww || mode == LockOp::Mode::back_off;
  for (const Node& node : is_list ? body.items() : std::vector<Node>{body}) {
    const Index lock = resource(Resource::lock, node);
    if (lock == kNone) continue;
    if (std::find(op.locks.begin(), op.locks.end(), lock) != op.locks.end()) {
      context_.error(node,
                     {.code = "duplicate-name",
                      .message = fmt::format("lock {} is listed twice", quote(node.text_or(""))),
                      .expected = "each lock once"});
    }
    op.locks.push_back(lock);
  }
  return op;
}

OperationLoader::What OperationLoader::read_lock(const Node& body) {
  return locks_of(body, LockOp::Mode::mutex, false);
}

OperationLoader::What OperationLoader::read_unlock(const Node& body) {
  return locks_of(body, LockOp::Mode::mutex, true);
}

OperationLoader::What OperationLoader::read_read_lock(const Node& body) {
  return locks_of(body, LockOp::Mode::read, false);
}

OperationLoader::What OperationLoader::read_read_unlock(const Node& body) {
  return locks_of(body, LockOp::Mode::read, true);
}

OperationLoader::What OperationLoader::read_write_lock(const Node& body) {
  return locks_of(body, LockOp::Mode::write, false);
}

OperationLoader::What OperationLoader::read_write_unlock(const Node& body) {
  return locks_of(body, LockOp::Mode::write, true);
}

OperationLoader::What OperationLoader::read_ww_lock(const Node& body) {
  return locks_of(body, LockOp::Mode::ww, false);
}

OperationLoader::What OperationLoader::read_back_off_lock(const Node& body) {
  return locks_of(body, LockOp::Mode::back_off, false);
}

OperationLoader::What OperationLoader::read_ww_unlock(const Node& body) {
  return locks_of(body, LockOp::Mode::ww, true);
}

OperationLoader::What OperationLoader::read_fork(const Node& body) {
  const Index thread = resolve_name(context_, names().threads, body, "thread");
  if (thread == kNone) return ForkOp{};
  const ThreadSpec& spec = context_.scenario.processes[process_].threads[thread];
  const bool is_unclear = context_.sink.has_error_under(pointer_to(spec.place.pointer, "forked"));
  if (!spec.forked && !is_unclear) {
    context_.error(body,
                   {.code = "not-forked",
                    .message = fmt::format("thread {} starts by itself", quote(body.text_or(""))),
                    .expected = "a thread with \"forked\": true"});
  }
  return ForkOp{thread, false};
}

OperationLoader::What OperationLoader::read_join(const Node& body) {
  return ForkOp{resolve_name(context_, names().threads, body, "thread"), true};
}

OperationLoader::What OperationLoader::read_loop(const Node& body) {
  LoopOp loop;
  loop.times = static_cast<std::uint64_t>(body["times"].integer(1, kMaxTimes).value_or(0));
  loop.period = read_duration(context_, body["period"], Zero::forbidden);
  ++open_loops_;
  loop.body = load_program(body["body"]);
  --open_loops_;
  return loop;
}

OperationLoader::What OperationLoader::read_pace(const Node& body) {
  if (open_loops_ == 0) {
    context_.error(body, {.code = "outside-loop",
                          .message = "there is no loop whose iterations could be paced",
                          .expected = "a pace inside the body of a loop"});
  }
  return PaceOp{read_duration(context_, body, Zero::forbidden).value_or(Duration::zero())};
}

OperationLoader::What OperationLoader::read_sw_fence(const Node&) { return SwFenceOp{}; }

OperationLoader::What OperationLoader::read_throttle(const Node& body) {
  return ThrottleOp{count_of(body)};
}

OperationLoader::What OperationLoader::read_queue_depth(const Node& body) {
  return QueueDepthOp{count_of(body)};
}

OperationLoader::What OperationLoader::read_priority(const Node& body) {
  const auto level = body["level"].integer(-kMaxPriority, kMaxPriority);
  return PriorityOp{context_of(body), static_cast<int>(level.value_or(0))};
}

OperationLoader::What OperationLoader::read_preemption(const Node& body) {
  const auto period = read_period_or_never(context_, body["period"]);
  return PreemptionOp{context_of(body), period.value_or(Duration::zero())};
}

OperationLoader::What OperationLoader::read_flush(const Node& body) {
  return FlushOp{resolve_name(context_, names().contexts, body, "context")};
}

Index OperationLoader::userptr_buffer(const Node& name) {
  const Index buffer = resource(Resource::buffer, name);
  if (buffer != kNone && !context_.scenario.buffers[buffer].userptr) {
    context_.error(name,
                   {.code = "wrong-kind",
                    .message = fmt::format("{} is no userptr memory", quote(name.text_or(""))),
                    .expected = "a buffer with \"userptr\": true"});
  }
  return buffer;
}

OperationLoader::What OperationLoader::read_invalidate(const Node& body) {
  const Index buffer = userptr_buffer(body);
  note_use(body, buffer);
  return InvalidateOp{buffer};
}

OperationLoader::What OperationLoader::read_import(const Node& body) {
  ImportOp op{.buffer = resource(Resource::buffer, body["buffer"]),
              .gpu = resolve_name(context_, context_.gpus, body["gpu"], "GPU"),
              .peer_to_peer = body["peer_to_peer"].flag_or(false),
              .is_static = body["static"].flag_or(false)};
  const bool of_process = op.buffer != kNone && (context_.scenario.buffers[op.buffer].userptr ||
                                                 context_.scenario.buffers[op.buffer].kind ==
                                                     models::MemoryKind::managed);
  if (of_process) {
    context_.error(body["buffer"], {.code = "wrong-kind",
                                    .message = "memory of a process cannot be shared as a dma-buf",
                                    .expected = "a buffer without \"userptr\""});
  }
  check_private(body["buffer"], op.buffer, "imported");
  return op;
}

OperationLoader::What OperationLoader::read_annotate(const Node& body) {
  AnnotateOp op;
  for (const auto& [key, value] : body.members()) op.notes[key] = value.text_or("");
  return op;
}

}  // namespace fencelab::scenarios
