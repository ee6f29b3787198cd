#include "analysis/trace/tracepoints.hpp"

#include <algorithm>

#include "analysis/trace/fence_names.hpp"
#include "models/client.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/kernel_queue.hpp"

namespace fencelab::analysis {

using core::Probe;
using core::ProbeEvent;
using core::ProbeKind;
using models::Job;

const Probe::Mask Tracepoints::kMask =
    Probe::bit(ProbeKind::process_ended) | Probe::bit(ProbeKind::wait_begin) |
    Probe::bit(ProbeKind::wait_end) | Probe::bit(ProbeKind::fence_created) |
    Probe::bit(ProbeKind::fence_armed) | Probe::bit(ProbeKind::fence_signaled) |
    Probe::bit(ProbeKind::fence_destroyed) | Probe::bit(ProbeKind::job_queued) |
    Probe::bit(ProbeKind::job_blocked) | Probe::bit(ProbeKind::job_on_ring) |
    Probe::bit(ProbeKind::job_finished) | Probe::bit(ProbeKind::flip_latched);

Tracepoint Tracepoints::at(TracepointKind kind, const ProbeEvent& event) {
  Tracepoint point;
  point.kind = kind;
  point.at = event.at;
  point.thread = threads_.of(event.process);
  return point;
}

// ---------------------------------------------------------------- dma_fence

void Tracepoints::note_fence(const ProbeEvent& event, const core::DmaFence& fence) {
  FenceNames names = names_of(fence);
  Fence& known = fences_[fence.id()];
  known = {&*words_.insert(std::move(names.driver)).first,
           &*words_.insert(std::move(names.timeline)).first, trace_context(fence.context()),
           fence.seqno()};
  fire(TracepointKind::fence_init, event, fence.id());
}

void Tracepoints::fire(TracepointKind kind, const ProbeEvent& event, core::ObjectId fence) {
  const auto known = fences_.find(fence);
  if (known == fences_.end()) return;  // made before anybody looked
  Tracepoint point = at(kind, event);
  point.driver = *known->second.driver;
  point.timeline = *known->second.timeline;
  point.context = known->second.context;
  point.seqno = known->second.seqno;
  sink_.tracepoint(point);
}

// dma_fence_wait() blocks a thread; schedulers and engines wait by callbacks.
void Tracepoints::begin_wait(const ProbeEvent& event) {
  const auto& process = *static_cast<const core::Process*>(event.subject);
  const core::ProcessRole role = process.spec.role;
  if (process.state == core::ProcessState::idle || role == core::ProcessRole::engine ||
      role == core::ProcessRole::queue || role == core::ProcessRole::firmware)
    return;
  const core::WaitRecord& wait = process.wait;
  for (std::uint32_t i = 0; i < wait.count; ++i) {
    const core::ObjectId object = wait.links[i].object->id();
    if (wait.links[i].done || !fences_.contains(object)) continue;
    waits_[process.id].push_back(object);
    fire(TracepointKind::fence_wait_start, event, object);
  }
}

void Tracepoints::end_wait(const ProbeEvent& event, core::ProcessId process) {
  const auto wait = waits_.find(process);
  if (wait == waits_.end()) return;
  const std::vector<core::ObjectId> fences = std::move(waits_.extract(wait).mapped());
  for (auto fence = fences.rbegin(); fence != fences.rend(); ++fence) {
    ProbeEvent by = event;
    by.process = process;
    fire(TracepointKind::fence_wait_end, by, *fence);
  }
}

// ---------------------------------------------------------------- gpu_scheduler

namespace {

/// Whose scheduler the job belongs to.
models::Engine& engine_of(const Job& job) {
  if (job.engine) return *job.engine;
  return (job.wanted_engine ? job.wanted_engine : job.context->engines().front())->for_fences();
}

}  // namespace

void Tracepoints::fire_job(TracepointKind kind, const ProbeEvent& event, const Job& job) {
  Tracepoint point = at(kind, event);
  models::Engine& engine = engine_of(job);
  point.driver = job.context->gpu().name();
  point.timeline = engine.name();
  point.context = trace_context(job.finished->context());
  point.seqno = job.finished->seqno();
  point.job = core::raw(job.id());
  point.entity = core::raw(job.entity->ring().id());
  point.fence = core::raw(job.finished->id());
  point.client = job.client && !job.of_kernel ? job.client->index() + 1 : 0;
  point.job_count = static_cast<std::uint32_t>(job.entity->known_waiting().size());
  point.hw_job_count = static_cast<std::int32_t>(engine.spec().credits - engine.credits().free());
  sink_.tracepoint(point);
}

// drm_sched_entity_push_job() names the job, then each fence that it depends on.
void Tracepoints::queue_job(const ProbeEvent& event, const Job& job) {
  if (!job.finished) return;
  fire_job(TracepointKind::job_queue, event, job);
  for (const models::Dependency& dependency : job.dependencies) {
    if (!dependency.point.fence) continue;
    Tracepoint point = at(TracepointKind::job_add_dep, event);
    point.context = trace_context(job.finished->context());
    point.seqno = job.finished->seqno();
    point.on_context = trace_context(dependency.point.fence->context());
    point.on_seqno = dependency.point.fence->seqno();
    sink_.tracepoint(point);
  }
}

void Tracepoints::block_job(const ProbeEvent& event, const Job& job) {
  const auto on = fences_.find(core::ObjectId{event.a});
  if (!job.finished || on == fences_.end()) return;
  Tracepoint point = at(TracepointKind::job_unschedulable, event);
  point.timeline = engine_of(job).name();
  point.context = trace_context(job.finished->context());
  point.seqno = job.finished->seqno();
  point.on_context = on->second.context;
  point.on_seqno = on->second.seqno;
  point.on_fence = event.a;
  point.job = core::raw(job.id());
  sink_.tracepoint(point);
}

void Tracepoints::run_job(const ProbeEvent& event, const Job& job) {
  if (!job.entity || !job.finished) return;
  running_.insert(job.id());
  fire_job(TracepointKind::job_run, event, job);
  fire(TracepointKind::fence_emit, event, job.finished->id());
}

// drm_sched_job_done() comes before the fence signals.
void Tracepoints::signal(const ProbeEvent& event, const core::DmaFence& fence) {
  const auto* const job = dynamic_cast<const Job*>(fence.producer());
  if (job && job->finished.get() == &fence && running_.erase(job->id()) > 0)
    fire_job(TracepointKind::job_done, event, *job);
  fire(TracepointKind::fence_signaled, event, fence.id());
}

// ---------------------------------------------------------------- drm

void Tracepoints::flip(const ProbeEvent& event) {
  const auto display =
      std::find_if(displays_.begin(), displays_.end(),
                   [&event](const MachineNames::Display& each) { return each.id == event.object; });
  if (display == displays_.end()) return;
  const auto vblank = [&](TracepointKind kind) {
    Tracepoint point = at(kind, event);
    point.crtc = static_cast<std::int32_t>(display - displays_.begin());
    point.fence = core::raw(display->id);
    point.seqno = static_cast<std::uint64_t>(event.at.time_since_epoch() / display->period);
    sink_.tracepoint(point);
  };
  vblank(TracepointKind::vblank);
  vblank(TracepointKind::vblank_delivered);
}

void Tracepoints::on_event(const ProbeEvent& event) {
  switch (event.kind) {
    case ProbeKind::process_ended:
      return end_wait(event, static_cast<const core::Process*>(event.subject)->id);
    case ProbeKind::wait_begin: return begin_wait(event);
    case ProbeKind::wait_end: return end_wait(event, event.process);
    case ProbeKind::fence_created:
      return note_fence(event, *static_cast<const core::DmaFence*>(event.subject));
    case ProbeKind::fence_armed:
      return fire(TracepointKind::fence_enable_signal, event, event.object);
    case ProbeKind::fence_signaled:
      return signal(event, *static_cast<const core::DmaFence*>(event.subject));
    case ProbeKind::fence_destroyed:
      fire(TracepointKind::fence_destroy, event, event.object);
      fences_.erase(event.object);
      return;
    case ProbeKind::job_queued: return queue_job(event, *static_cast<const Job*>(event.subject));
    case ProbeKind::job_blocked: return block_job(event, *static_cast<const Job*>(event.subject));
    case ProbeKind::job_on_ring: return run_job(event, *static_cast<const Job*>(event.subject));
    case ProbeKind::job_finished:
      if (static_cast<const Job*>(event.subject)->never_signals) running_.erase(event.object);
      return;
    case ProbeKind::flip_latched: return flip(event);
    default: return;
  }
}

}  // namespace fencelab::analysis
