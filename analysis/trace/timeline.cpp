#include "analysis/trace/timeline.hpp"

#include "core/fence.hpp"
#include "core/recovery.hpp"
#include "core/timeline.hpp"
#include "models/memory/buffer.hpp"
#include "models/memory/pool.hpp"

namespace fencelab::analysis {

using core::Probe;
using core::ProbeEvent;
using core::ProbeKind;

namespace {

Probe::Mask mask_of(std::initializer_list<ProbeKind> kinds) {
  Probe::Mask mask;
  for (const ProbeKind kind : kinds) mask = mask | Probe::bit(kind);
  return mask;
}

}  // namespace

const Probe::Mask Timeline::kMask =
    mask_of({ProbeKind::process_started, ProbeKind::process_ended,  ProbeKind::wait_begin,
             ProbeKind::wait_end,        ProbeKind::fence_signaled, ProbeKind::timeline_advanced,
             ProbeKind::operation_begun, ProbeKind::operation_done, ProbeKind::job_submitted,
             ProbeKind::job_queued,      ProbeKind::job_blocked,    ProbeKind::job_ready,
             ProbeKind::job_on_ring,     ProbeKind::job_started,    ProbeKind::job_preempted,
             ProbeKind::job_resumed,     ProbeKind::job_finished,   ProbeKind::ioctl_begin,
             ProbeKind::ioctl_end,       ProbeKind::buffer_evicted, ProbeKind::allocation_failed,
             ProbeKind::queue_suspended, ProbeKind::queue_resumed,  ProbeKind::frame_begun,
             ProbeKind::frame_presented, ProbeKind::frame_shown,    ProbeKind::frame_dropped,
             ProbeKind::flip_queued,     ProbeKind::flip_latched,   ProbeKind::flip_refused,
             ProbeKind::vblank_missed,   ProbeKind::recovery_fired, ProbeKind::gpu_reset,
             ProbeKind::fence_forced,    ProbeKind::fault_struck,   ProbeKind::engine_switched,
             ProbeKind::memory_used});

/// Where what has no thread stands: the clock, and the start of the run.
TrackId Timeline::here(const ProbeEvent& event) {
  const TrackId track = threads_.of(event.process);
  if (track != 0) return track;
  return tracks_.lane(tracks_.group("kernel"), "timers");
}

void Timeline::note(const ProbeEvent& event, std::string_view what,
                    std::span<const Argument> arguments, std::span<const std::uint64_t> flows) {
  sink_.instant({here(event), event.at, what, arguments, flows});
}

void Timeline::begin_wait(const ProbeEvent& event) {
  const auto& process = *static_cast<const core::Process*>(event.subject);
  if (process.state == core::ProcessState::idle) return;  // a server without work
  const TrackId track = threads_.of(event.process);
  const core::WaitRecord& wait = process.wait;
  for (std::uint32_t i = 0; i < wait.count; ++i)
    if (!wait.links[i].done) arrows_.wait(track, wait.links[i].object->id(), wait.links[i].value);
  const std::string what = wait.links[0].object->describe();
  const Argument arguments[] = {{"for", what}, {"objects", wait.count}, {"needed", wait.need}};
  slices_.begin(SliceKind::wait,
                {track, event.at, "wait: " + std::string(to_string(wait.reason)), arguments});
}

void Timeline::happened(const ProbeEvent& event, std::uint64_t value, const core::Waitable& what) {
  const std::vector<std::uint64_t> arrows = arrows_.happened(event.object, value);
  if (arrows.empty()) return;
  const std::string words = what.describe();
  const Argument arguments[] = {{"what", words}};
  note(event, "signals", arguments, arrows);
}

void Timeline::on_thread_event(const ProbeEvent& event) {
  const TrackId track = threads_.of(event.process);
  switch (event.kind) {
    case ProbeKind::operation_begun:
      return slices_.begin(SliceKind::operation,
                           {track, event.at, static_cast<const char*>(event.subject)});
    case ProbeKind::operation_done: return slices_.end(SliceKind::operation, track, event.at);
    case ProbeKind::ioctl_begin: return slices_.begin(SliceKind::ioctl, {track, event.at, "ioctl"});
    case ProbeKind::ioctl_end: return slices_.end(SliceKind::ioctl, track, event.at);
    case ProbeKind::wait_end:
      return slices_.end(SliceKind::wait, track, event.at, arrows_.arrived(track));
    default: return;
  }
}

void Timeline::on_event(const ProbeEvent& event) {
  switch (event.kind) {
    case ProbeKind::process_started: {
      const auto& process = *static_cast<const core::Process*>(event.subject);
      if (process.spec.role != core::ProcessRole::kernel_worker) return;
      return slices_.begin(SliceKind::worker, {threads_.of(process.id), event.at, "worker"});
    }
    case ProbeKind::process_ended: {
      const auto& process = *static_cast<const core::Process*>(event.subject);
      const TrackId track = threads_.of(process.id);
      arrows_.arrived(track);
      return slices_.end_all(track, event.at);
    }
    case ProbeKind::wait_begin: return begin_wait(event);
    case ProbeKind::operation_begun:
    case ProbeKind::operation_done:
    case ProbeKind::ioctl_begin:
    case ProbeKind::ioctl_end:
    case ProbeKind::wait_end: return on_thread_event(event);
    case ProbeKind::fence_signaled: {
      const auto& fence = *static_cast<const core::DmaFence*>(event.subject);
      happened(event, ~std::uint64_t{0}, fence);
      const auto* const job = dynamic_cast<const models::Job*>(fence.producer());
      if (!job || job->finished.get() != &fence) return;
      const auto stage = jobs_.find(job->id());
      if (stage != jobs_.end() && stage->second.over) close(job->id(), event.at);
      return;
    }
    case ProbeKind::timeline_advanced:
      return happened(event, event.a, *static_cast<const core::ValueTimeline*>(event.subject));
    case ProbeKind::memory_used: {
      const auto& pool = *static_cast<const models::MemoryPool*>(event.subject);
      return sink_.count(tracks_.counter(tracks_.group("memory"), pool.name, true), event.at,
                         event.a);
    }
    case ProbeKind::buffer_evicted: {
      const auto& buffer = *static_cast<const models::Buffer*>(event.subject);
      const Argument arguments[] = {{"buffer", buffer.name()}, {"ns", event.b}};
      return note(event, "evicted", arguments);
    }
    case ProbeKind::allocation_failed: {
      const Argument arguments[] = {{"bytes", event.a}};
      return note(event, "allocation failed", arguments);
    }
    case ProbeKind::queue_suspended: return note(event, "queue suspended");
    case ProbeKind::queue_resumed: return note(event, "queue resumed");
    case ProbeKind::recovery_fired: return note(event, "timeout");
    case ProbeKind::gpu_reset: {
      const Argument arguments[] = {{"guilty job", event.a}, {"innocent jobs", event.b}};
      return note(event, "GPU reset", arguments);
    }
    case ProbeKind::fence_forced: return note(event, "fence forced");
    case ProbeKind::fault_struck: return note(event, "fault");
    case ProbeKind::engine_switched: {
      const Argument arguments[] = {{"ns", event.b}};
      return note(event, "switched", arguments);
    }
    case ProbeKind::frame_begun:
    case ProbeKind::frame_presented:
    case ProbeKind::frame_shown:
    case ProbeKind::frame_dropped: return on_frame_event(event);
    case ProbeKind::flip_queued:
    case ProbeKind::flip_latched:
    case ProbeKind::flip_refused:
    case ProbeKind::vblank_missed: return on_flip_event(event);
    default: return on_job_event(event, *static_cast<const models::Job*>(event.subject));
  }
}

}  // namespace fencelab::analysis
