// The tracepoints of Linux that a run fires: their fields, under the names of two generations of
// kernels (include/trace/events/dma_fence.h, drivers/gpu/drm/scheduler/gpu_scheduler_trace.h,
// drivers/gpu/drm/drm_trace.h).
#pragma once

#include <cstdint>
#include <string_view>

#include "core/time.hpp"

namespace fencelab::analysis {

/// Which names the tracepoints of the DRM scheduler have.
enum class TraceNames : std::uint8_t {
  legacy,     ///< before Linux 6.17: drm_sched_job, drm_run_job, drm_sched_process_job, ...
  linux_6_17  ///< from 6.17, stable: drm_sched_job_queue, _run, _done, _add_dep, ...
};

/// Of several the first fields only are used; see Tracepoint.
enum class TracepointKind : std::uint8_t {
  fence_init,  ///< fence_*: driver, timeline, context, seqno
  fence_emit,
  fence_enable_signal,
  fence_signaled,
  fence_destroy,
  fence_wait_start,
  fence_wait_end,
  job_queue,  ///< job_queue, job_run: driver is the device, timeline the ring; counts
  job_run,
  job_done,           ///< context, seqno of the job
  job_add_dep,        ///< and on_context, on_seqno of what it depends on
  job_unschedulable,  ///< likewise: it is first in its queue, and waits for that one now
  vblank,             ///< crtc, seqno, and the time itself
  /// crtc, seqno. drm_vblank_event_queued is not among these: it tells of vblanks that somebody
  /// asked for, flips do without (drivers/gpu/drm/drm_vblank.c).
  vblank_delivered,
};

struct Tracepoint {
  TracepointKind kind{};
  core::Time at{};
  std::uint32_t thread = 0;  ///< TrackId of who was running; 0: nobody (an interrupt)
  std::string_view driver, timeline;
  std::uint64_t context = 0, seqno = 0;
  std::uint64_t on_context = 0, on_seqno = 0;
  std::uint64_t job = 0, entity = 0, fence = 0, on_fence = 0;  ///< ids, for pointers of old names
  std::uint64_t client = 0;  ///< 1 + index of the client; 0: the kernel itself
  std::uint32_t job_count = 0;
  std::int32_t hw_job_count = 0;
  std::int32_t crtc = 0;
};

}  // namespace fencelab::analysis
