#include "models/vm/bind_queue.hpp"

#include "core/order_events.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

namespace {
constexpr std::uint64_t kPage = 4096, kEntry = 8;
/// 2 us fixed and 16 ns per page-table entry: derived from the Xe SVM fault costs published with
/// commit 192cb1f5cb16 (bind of 512 entries 10 us, of one 2 us).
constexpr core::Duration kBindFixed{2'000}, kBindPerEntry{16};
}  // namespace

std::uint64_t BindQueue::table_bytes(std::uint64_t bytes) {
  const std::uint64_t entries = (bytes + kPage - 1) / kPage;
  return (entries * kEntry + kPage - 1) / kPage * kPage;
}

BindQueue::BindQueue(Client& client, Gpu& gpu)
    : client_(client),
      gpu_(gpu),
      simulation_(gpu.machine().simulation()),
      asked_cell_(simulation_),
      bound_cell_(simulation_),
      requests_(simulation_),
      dead_cell_(simulation_),
      held_cell_(simulation_) {
  fence_context_ = core::raw(simulation_.new_object_id());
  fence_class_ = gpu.order_class(core::OrderKind::fence, "bind fence");
  worker_ = &simulation_.spawn(
      {client.name() + " bind queue@" + gpu.name(), core::ProcessRole::kernel_worker, true},
      serve());
  worker_->doing = "VM_BIND";
}

core::FencePtr BindQueue::new_fence() {
  asked_cell_.write();
  ++seqno_;
  synchronous_[seqno_] = simulation_.current();
  return core::make_intrusive<core::DmaFence>(simulation_, this, fence_context_, seqno_);
}

bool BindQueue::managed(const Buffer& buffer) const {
  asked_cell_.read();
  bound_cell_.read();
  return last_.count(buffer.index()) != 0 || bound_.count(buffer.index()) != 0;
}

bool BindQueue::bound(const Buffer& buffer) const {
  bound_cell_.read();
  const auto found = bound_.find(buffer.index());
  return found != bound_.end() && found->second;
}

core::FencePtr BindQueue::last_fence(const Buffer& buffer) const {
  asked_cell_.read();
  const auto found = last_.find(buffer.index());
  return found == last_.end() ? nullptr : found->second;
}

// The ioctl's out-fence: whoever has it may wait, and its in-fences stand before it
// (Documentation/gpu/drm-vm-bind-async.rst).
void BindQueue::note_published(const BindRequest& request) const {
  if (!simulation_.probe().wanted(core::ProbeKind::fence_depends)) return;
  core::note_published(*request.done);
  for (const SyncPoint& point : request.in)
    if (point.fence)
      core::note_dependency(*request.done, *point.fence);
    else if (point.timeline)
      core::note_dependency(*request.done, *point.timeline);
}

void BindQueue::push(BindRequestPtr request) {
  asked_cell_.write();
  synchronous_.erase(request->done->seqno());
  note_published(*request);
  hold(request->reserved);
  if (!request->unbind) last_[request->buffer->index()] = request->done;
  requests_.push(std::move(request));
}

core::Task<> BindQueue::wait_in(BindRequestPtr request) {
  for (std::size_t i = 0; i < request->in.size(); ++i) {
    const SyncPoint point = request->in[i];
    if (!point.done()) co_await point.wait({.reason = core::WaitReason::fence});
  }
}

void BindQueue::hold(std::uint64_t bytes) {
  held_cell_.add();
  held_ += bytes;
}

void BindQueue::give_back(std::uint64_t bytes) {
  if (bytes == 0) return;
  held_cell_.add();
  held_ -= bytes;
  Memory& memory = gpu_.machine().memory();
  memory.unreserve(memory.system(), bytes);
}

// Whoever carries out a bind may be killed at any wait: what it took is on the books of the queue.
core::Task<> BindQueue::update(BindRequestPtr request) {
  const std::uint64_t bytes = request->buffer->bytes(), needed = table_bytes(bytes);
  const auto entries = static_cast<std::int64_t>((bytes + kPage - 1) / kPage);
  if (request->error == 0)
    co_await core::sleep_for(simulation_, kBindFixed + entries * kBindPerEntry);
  bound_cell_.write();
  bool& bound = bound_[request->buffer->index()];
  if (request->unbind && bound) give_back(needed);
  if (request->error == 0) bound = !request->unbind;
}

core::Task<> BindQueue::execute(BindRequestPtr request, AllocRequest allocation) {
  Memory& memory = gpu_.machine().memory();
  const std::uint64_t needed = table_bytes(request->buffer->bytes());
  if (!request->unbind && request->reserved == 0) {
    const Placement taken = co_await memory.reserve(memory.system(), needed, allocation);
    if (taken != Placement::ok) request->error = core::fence_error::kNoMemory;
    if (taken == Placement::ok) hold(needed);
  } else if (!request->unbind && request->reserved > needed) {
    give_back(request->reserved - needed);  // the worst case did not happen
  }
  co_await update(request);
  synchronous_.erase(request->done->seqno());
  if (request->error != 0) request->done->set_error(request->error);
  request->done->signal();
  retire_if_dead();
}

void BindQueue::cancel(BindRequest& request) {
  if (!request.unbind) give_back(request.reserved);
  request.error = core::fence_error::kSearch;
  request.done->set_error(request.error);
  request.done->signal();
}

void BindQueue::kill() {
  asked_cell_.write();
  dead_cell_.write();
  dead_ = true;
  synchronous_.clear();  // nobody but their threads knew of those fences
  retire();
}

void BindQueue::retire() {
  if (!requests_.items().empty() || !synchronous_.empty()) return;
  bound_cell_.write();
  bound_.clear();
  give_back(table_bytes_held());
}

void BindQueue::retire_if_dead() {
  dead_cell_.read();
  if (dead_) retire();
}

core::Task<> BindQueue::serve() {
  for (;;) {
    co_await requests_.arrival();
    const BindRequestPtr request = requests_.front();
    worker_->place = request->place;
    co_await wait_in(request);
    dead_cell_.read();
    if (dead_) {
      cancel(*request);
      requests_.pop();
      retire();
      continue;
    }
    // The job that updates page tables: xe_pt.c, panthor_mmu.c take memory for it in the ioctl.
    core::OrderScope section(simulation_, core::ScopeKind::signalling, fence_class_);
    co_await execute(request, {AllocRequest::Context::signalling, &client_, nullptr});
    section.leave();
    requests_.pop();
    retire_if_dead();
  }
}

core::GateIndex BindQueue::describe_release(core::WaitGraphBuilder& builder,
                                            const core::DmaFence& fence) const {
  const auto found = synchronous_.find(fence.seqno());
  if (found != synchronous_.end()) return builder.process(found->second, "bind", fence.id());
  // In order: everything ahead, with its own in-fences, then the worker itself.
  std::vector<core::GateIndex> inputs{builder.process(worker_, "bind queue", fence.id())};
  for (const BindRequestPtr& request : requests_.items()) {
    if (request->done->seqno() > fence.seqno()) break;
    for (const SyncPoint& point : request->in)
      if (!point.done())
        inputs.push_back(point.fence ? point.fence->describe_release(builder)
                                     : point.timeline->describe_release(builder, point.value));
  }
  return builder.all_of(std::move(inputs), {}, fence.id());
}

std::string BindQueue::describe(const core::DmaFence& fence) const {
  return "bind " + std::to_string(fence.seqno()) + " of " + client_.name();
}

}  // namespace fencelab::models
