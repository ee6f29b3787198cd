#include "models/vm/bind_queue.hpp"

#include "core/order_events.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"
#include "models/vm/gpu_vm.hpp"

namespace fencelab::models {

BindQueue::BindQueue(GpuVm& vm, const std::string& name)
    : vm_(vm),
      simulation_(vm.simulation()),
      asked_cell_(simulation_),
      requests_(simulation_),
      dead_cell_(simulation_) {
  fence_context_ = core::raw(simulation_.new_object_id());
  fence_class_ = gpu().order_class(core::OrderKind::fence, "bind fence");
  const std::string role = name.empty() ? " bind queue" : " bind queue " + name;
  worker_ = &simulation_.spawn(
      {client().name() + role + "@" + gpu().name(), core::ProcessRole::kernel_worker, true},
      serve());
  worker_->doing = "VM_BIND";
}

Gpu& BindQueue::gpu() const { return vm_.gpu(); }
Client& BindQueue::client() const { return vm_.client(); }

core::FencePtr BindQueue::new_fence() {
  asked_cell_.write();
  ++seqno_;
  synchronous_[seqno_] = simulation_.current();
  return core::make_intrusive<core::DmaFence>(simulation_, this, fence_context_, seqno_);
}

// The ioctl's out-fence: whoever has it may wait, and its in-fences stand before it
// (Documentation/gpu/drm-vm-bind-async.rst).
void BindQueue::note_published(const BindRequest& request) const {
  // Made whoever watches: what is made later would have other numbers.
  const bool may_fail = request.maps() && vm_.traits().after_failure == AfterFailure::restarts;
  core::ValueTimeline* const restarts = may_fail ? &vm_.restarts() : nullptr;
  if (!simulation_.probe().wanted(core::ProbeKind::fence_depends)) return;
  core::note_published(*request.done);
  if (restarts) core::note_dependency(*request.done, *restarts);
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
  vm_.note_queued(*this, *request);
  request->queued = true;
  requests_.push(std::move(request));
}

core::Task<> BindQueue::wait_in(BindRequestPtr request) {
  for (std::size_t i = 0; i < request->in.size(); ++i) {
    const SyncPoint point = request->in[i];
    if (!point.done()) co_await point.wait({.reason = core::WaitReason::fence});
  }
}

// While it waits for memory others may add or drop tables: it looks again until it has enough.
core::Task<bool> BindQueue::take_missing_tables(BindRequestPtr request, AllocRequest allocation) {
  for (;;) {
    const std::uint64_t needed = vm_.missing_tables(*request) * PageTables::kTableBytes;
    if (request->reserved >= needed) co_return true;
    const std::uint64_t more = (needed - request->reserved) / PageTables::kTableBytes;
    const bool taken = co_await vm_.take_tables(request, more, allocation);
    if (!taken) co_return false;
  }
}

// Whoever carries out a bind may be killed at any wait: what it took is on the books of the
// address space.
core::Task<> BindQueue::execute(BindRequestPtr request, AllocRequest allocation) {
  bool able = true;
  if (request->maps()) able = co_await take_missing_tables(request, allocation);
  core::RetryLoop tries(simulation_);
  const AfterFailure after = vm_.traits().after_failure;
  while (!able && after != AfterFailure::fails && !is_dead()) {
    tries.again();
    if (after == AfterFailure::retries)
      co_await core::sleep_for(simulation_, vm_.traits().retry_pause);
    else
      co_await vm_.wait_for_restart();
    able = co_await take_missing_tables(request, allocation);
  }
  if (able) {
    const core::Duration cost = vm_.begin_update(*request);
    co_await core::sleep_for(simulation_, cost);
    vm_.finish_update(*request);
  } else {
    request->error = is_dead() ? core::fence_error::kSearch : core::fence_error::kNoMemory;
  }
  end(*request);
}

void BindQueue::end(BindRequest& request) {
  synchronous_.erase(request.done->seqno());
  vm_.note_over(request);
  if (request.error != 0) request.done->set_error(request.error);
  request.done->signal();
  vm_.retire_if_dead();
}

void BindQueue::fail(BindRequest& request) { end(request); }

void BindQueue::cancel(BindRequest& request, int error) {
  request.error = error;
  end(request);
}

void BindQueue::kill() {
  asked_cell_.write();
  dead_cell_.write();
  dead_ = true;
  synchronous_.clear();  // nobody but their threads knew of those fences
}

core::Task<> BindQueue::serve() {
  for (;;) {
    co_await requests_.arrival();
    const BindRequestPtr request = requests_.front();
    worker_->place = request->place;
    co_await wait_in(request);
    const bool dead = is_dead();
    if (dead || vm_.banned()) {
      cancel(*request, dead ? core::fence_error::kSearch : core::fence_error::kCanceled);
      requests_.pop();
      vm_.retire_if_dead();
      continue;
    }
    // The job that updates page tables: xe_pt.c, panthor_mmu.c take memory for it in the ioctl.
    core::OrderScope section(simulation_, core::ScopeKind::signalling, fence_class_);
    co_await execute(request, {AllocRequest::Context::signalling, &client(), nullptr});
    section.leave();
    if (request->error != 0) vm_.ban();
    requests_.pop();
    vm_.retire_if_dead();
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
  return "bind " + std::to_string(fence.seqno()) + " of " + client().name();
}

}  // namespace fencelab::models
