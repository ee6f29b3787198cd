// ThreadRunner: waiting on the CPU, for work, for values and for buffers.
#include <algorithm>

#include "models/gpu/dependency_wait.hpp"
#include "scenarios/runtime/thread_runner.hpp"

namespace fencelab::scenarios {

using core::Task;
using core::Time;
using core::WaitReason;

Task<> ThreadRunner::hold_back(const models::JobPtr& job) {
  const bool looks = job->completion_lost || !simulation_.untimed();
  if (looks && job->is_done()) co_return;
  if (job->completion.empty()) co_return;
  const models::SyncPoint point = job->completion;
  if (!point.done()) co_await point.wait({.reason = WaitReason::fence});
  simulation_.emit(core::ProbeKind::fence_observed, point.id(), core::raw(job->id()), 0, job.get());
}

// A machine may have no GPU, and then nobody who knows of fences behind values.
models::SyncPoint ThreadRunner::point_of(core::ValueTimeline& timeline, std::uint64_t value) {
  if (world_.machine().gpus().empty()) return {nullptr, &timeline, value};
  return gpu().policies().sync->point_of(timeline, value);
}

Task<> ThreadRunner::wait(const WaitOp& op, OpState& state) {
  process_->doing = "wait";
  std::vector<core::FencePtr> keep;
  std::vector<models::JobPtr> jobs;
  std::vector<core::WaitItem> items;
  std::uint32_t done = 0;
  bool values = !op.values.empty();
  for (const OpRef& ref : op.ops) {
    const LabelState& label = clone_.label(ref.label);
    if (label.job) jobs.push_back(label.job);
    const models::SyncPoint point = label.point();
    if (point.done()) {
      ++done;
    } else if (point.fence) {
      keep.push_back(point.fence);
      items.push_back({point.fence.get(), 0});
    } else {
      values = true;
      items.push_back({point.timeline, point.value});
    }
  }
  for (const ValueSpec& value : op.values) {
    const models::SyncPoint point =
        point_of(world_.timeline(value.timeline, clone_), value_of(value, state));
    if (point.fence) {
      keep.push_back(point.fence);
      items.push_back({point.fence.get(), 0});
    } else {
      items.push_back({point.timeline, point.value});
    }
  }
  const auto total = static_cast<std::uint32_t>(items.size()) + done;
  const std::uint32_t need = op.need == 0 ? total : op.need;
  if (need > done && !items.empty()) {
    core::MultiWait all(simulation_, items, need - done,
                        {.reason = values ? WaitReason::value : WaitReason::fence,
                         .deadline = op.timeout ? simulation_.now() + *op.timeout : core::kNever,
                         .recovery = op.timeout.has_value()});
    co_await all;
  }
  for (const models::JobPtr& job : jobs)
    if (job->is_done())
      simulation_.emit(core::ProbeKind::fence_observed, job->id(), core::raw(job->id()), 0,
                       job.get());
}

// dma_buf_poll() in drivers/dma-buf/dma-buf.c: it waits for one fence and looks again.
Task<> ThreadRunner::poll(const PollOp& op) {
  process_->doing = "poll";
  models::AccessList accesses;
  for (const AccessSpec& access : op.buffers) resolve(access, accesses);
  const Time deadline = op.timeout ? simulation_.now() + *op.timeout : core::kNever;
  for (std::size_t i = 0; i < accesses.size();) {
    core::FencePtr pending;
    accesses[i].buffer->resv().for_each(models::usage_rw(accesses[i].write),
                                        [&](const models::DmaResv::Entry& entry) {
                                          if (!pending && !entry.fence->is_signaled())
                                            pending = entry.fence;
                                        });
    if (!pending) {
      ++i;
      continue;
    }
    const Time since = simulation_.now();
    const core::WaitResult result = co_await pending->wait({.reason = core::WaitReason::fence,
                                                            .deadline = deadline,
                                                            .recovery = op.timeout.has_value()});
    if (result == core::WaitResult::timed_out) co_return;
    const models::Dependency waited =
        models::dependency_on({pending}, models::DependencyRule::program, accesses[i].buffer);
    const models::WaitedDependency event{&waited, nullptr, clone_.client, since};
    simulation_.emit(core::ProbeKind::dependency_waited, pending->id(), 0,
                     static_cast<std::uint64_t>(waited.rule), &event);
    if (waited.producer)
      simulation_.emit(core::ProbeKind::fence_observed, pending->id(),
                       core::raw(waited.producer->id()), 0, waited.producer.get());
  }
}

}  // namespace fencelab::scenarios
