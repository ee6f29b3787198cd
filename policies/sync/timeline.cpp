#include "policies/sync/timeline.hpp"

#include <algorithm>
#include <array>

#include "core/wait_graph_builder.hpp"
#include "models/client.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/kernel_queue.hpp"

namespace fencelab::policies {

using models::Dependency;
using models::DependencyRule;
using models::Job;
using models::JobPtr;
using models::Syncobj;
using models::SyncPoint;

// ---------------------------------------------------------------- the submit thread's queue

SubmitQueue::SubmitQueue(core::Simulation& simulation, const std::string& name)
    : cell_(simulation),
      progress_(simulation, "points of " + name, 0, "timeline syncobj"),
      waiting_(simulation) {
  progress_.add_producer(*this);
}

void SubmitQueue::push(JobPtr job) {
  core::Simulation& simulation = progress_.simulation();
  cell_.write();
  ++pending_;
  for (const models::ValuePoint& signal : job->signals) {
    if (signal.timeline == &progress_ ||
        std::find(written_.begin(), written_.end(), signal.timeline) != written_.end())
      continue;
    written_.push_back(signal.timeline);
    signal.timeline->add_producer(*this);
  }
  simulation.emit(core::ProbeKind::message_sent, progress_.id(), ++pushed_);
  waiting_.push(std::move(job));
}

JobPtr SubmitQueue::take() {
  JobPtr job = waiting_.front();
  progress_.simulation().emit(core::ProbeKind::message_received, progress_.id(), ++taken_);
  return job;
}

const Job* SubmitQueue::writer_of(const core::ValueTimeline& timeline, std::uint64_t value) const {
  for (const JobPtr& job : waiting_.items())
    if (job->value_written(timeline) >= value) return job.get();
  return nullptr;
}

std::uint64_t SubmitQueue::reachable(const core::ValueTimeline& timeline) const {
  std::uint64_t value = 0;
  for (const JobPtr& job : waiting_.items()) value = std::max(value, job->value_written(timeline));
  return value;
}

core::GateIndex SubmitQueue::describe_release(core::WaitGraphBuilder& builder,
                                              const core::ValueTimeline& timeline,
                                              std::uint64_t value) const {
  const Job* const job = writer_of(timeline, value);
  return job ? builder.process(thread, "submission of " + job->name(), job->id())
             : builder.nobody("no submission writes it");
}

// ---------------------------------------------------------------- the policy

SubmitQueue& TimelineSync::queue_of(const Job& job) {
  auto& queue = run_.submit_queues[core::raw(job.entity->ring().id())];
  if (!queue) queue = std::make_unique<SubmitQueue>(run_.simulation, job.entity->ring().name());
  return *queue;
}

Syncobj& TimelineSync::syncobj_of(core::ValueTimeline& timeline) {
  auto& syncobj = run_.syncobjs[core::raw(timeline.id())];
  if (!syncobj) syncobj = Syncobj::make(run_.simulation);
  return *syncobj;
}

SyncPoint TimelineSync::point_of(core::ValueTimeline& timeline, std::uint64_t value) {
  const auto found = syncobj_of(timeline).find(value);
  if (found) return {*found, nullptr, 0};
  return {nullptr, &timeline, value};
}

std::optional<core::FencePtr> TimelineSync::fence_of(const Dependency& dependency) {
  const SyncPoint& point = dependency.point;
  // A queue's points are its jobs: the fence of the job itself stands for the node.
  if (point.job && dependency.producer) {
    const core::FencePtr fence = dependency.producer->published_completion().fence;
    if (fence) return fence;
  } else if (const auto found = syncobj_of(*point.timeline).find(point.value)) {
    return *found;
  }
  if (point.timeline->at_least(point.value)) return core::FencePtr{};
  return std::nullopt;
}

bool TimelineSync::materialised(const Job& job) {
  return std::all_of(job.dependencies.begin(), job.dependencies.end(),
                     [this](const Dependency& dependency) {
                       return !dependency.point.is_value() || fence_of(dependency).has_value();
                     });
}

// vkQueueSubmit: the order of the process's work is that of its calls, whenever the kernel hears of
// it.
bool TimelineSync::defer(const JobPtr& job) {
  ExplicitSync::add_dependencies(*job);
  SubmitQueue& queue = queue_of(*job);
  const std::uint64_t point = queue.next_point();
  job->signals.push_back({&queue.progress(), point});
  job->publish_completion({nullptr, &queue.progress(), point, job.get()});
  ExplicitSync::submitted(*job);
  if (!submit_thread_ || (!queue.busy() && materialised(*job))) return false;
  queue.push(job);
  if (!queue.thread)
    queue.thread = &run_.simulation.spawn(
        {job->entity->ring().name() + " (submit thread)", core::ProcessRole::user_thread, true},
        serve(queue));
  return true;
}

core::Task<> TimelineSync::serve(SubmitQueue& queue) {
  for (;;) {
    co_await queue.waiting().arrival();
    const JobPtr job = queue.take();
    co_await wait_for_points(job);
    co_await job->context->gpu().policies().submission->enter_kernel(job);
    queue.waiting().pop();
    queue.submitted();
  }
}

// DRM_SYNCOBJ_WAIT_FLAGS_WAIT_AVAILABLE: until there is a fence; it need not have signaled.
core::Task<> TimelineSync::wait_for_points(JobPtr job) {
  for (std::size_t i = 0; i < job->dependencies.size(); ++i) {
    const SyncPoint point = job->dependencies[i].point;
    if (!point.is_value()) continue;
    Syncobj& syncobj = syncobj_of(*point.timeline);
    for (;;) {
      const bool there = fence_of(job->dependencies[i]).has_value();
      if (there) break;
      const std::array items{core::WaitItem{&syncobj.changed()},
                             core::WaitItem{point.timeline, point.value}};
      core::MultiWait any(run_.simulation, items, 1, {.reason = core::WaitReason::submit});
      co_await any;
    }
  }
}

int TimelineSync::resolve_points(Job& job) {
  const auto dependencies = std::move(job.dependencies);
  job.dependencies.clear();
  for (const Dependency& dependency : dependencies) {
    if (!dependency.point.is_value()) {
      job.dependencies.push_back(dependency);
      continue;
    }
    const auto fence = fence_of(dependency);
    if (!fence) return core::fence_error::kInvalid;
    std::vector<core::FencePtr> leaves;
    if (*fence) (*fence)->leaves(leaves);
    for (const core::FencePtr& leaf : leaves)
      job.depend_on({leaf}, dependency.rule, dependency.buffer);
  }
  return 0;
}

void TimelineSync::submitted(Job& job) {
  for (const models::ValuePoint& signal : job.signals)
    syncobj_of(*signal.timeline).add_point(job.finished, signal.value);
}

// KMS takes fences only (IN_FENCE_FD): a compositor waits for a point to have one before it flips.
models::HandOver TimelineSync::flip_fences(models::Client& client, models::Buffer& buffer) {
  models::HandOver writes = ExplicitSync::flip_fences(client, buffer);
  for (auto& entry : writes) {
    if (!entry.point.is_value() || !entry.point.job) continue;
    const core::FencePtr fence = entry.point.job->published_completion().fence;
    if (fence) entry.point = {fence, nullptr, 0, entry.point.job};
  }
  return writes;
}

}  // namespace fencelab::policies
