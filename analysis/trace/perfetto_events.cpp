#include "analysis/trace/perfetto_events.hpp"

#include <protozero/pbf_writer.hpp>

#include "analysis/trace/text.hpp"

namespace fencelab::analysis {

namespace {

using protozero::pbf_writer;

constexpr std::uint32_t kTimestamp = 1, kPid = 2;

/// Numbers of FtraceEvent's fields.
enum EventField : std::uint32_t {
  kNone = 0,
  kDrmVblankEvent = 409,
  kDrmVblankEventDelivered = 410,
  kDrmSchedJob = 411,
  kDrmRunJob = 412,
  kDrmSchedProcessJob = 413,
  kDmaFenceInit = 414,
  kDmaFenceEmit = 415,
  kDmaFenceSignaled = 416,
  kDmaFenceWaitStart = 417,
  kDmaFenceWaitEnd = 418,
  kDrmSchedJobAddDep = 591,
  kDrmSchedJobDone = 592,
  kDrmSchedJobQueue = 593,
  kDrmSchedJobRun = 594,
  kDrmSchedJobUnschedulable = 595,
};

EventField field_of(TracepointKind kind, bool legacy) {
  switch (kind) {
    case TracepointKind::fence_init: return kDmaFenceInit;
    case TracepointKind::fence_emit: return kDmaFenceEmit;
    case TracepointKind::fence_signaled: return kDmaFenceSignaled;
    case TracepointKind::fence_wait_start: return kDmaFenceWaitStart;
    case TracepointKind::fence_wait_end: return kDmaFenceWaitEnd;
    case TracepointKind::job_queue: return legacy ? kDrmSchedJob : kDrmSchedJobQueue;
    case TracepointKind::job_run: return legacy ? kDrmRunJob : kDrmSchedJobRun;
    case TracepointKind::job_done: return legacy ? kDrmSchedProcessJob : kDrmSchedJobDone;
    case TracepointKind::job_add_dep: return legacy ? kNone : kDrmSchedJobAddDep;
    case TracepointKind::job_unschedulable: return legacy ? kNone : kDrmSchedJobUnschedulable;
    case TracepointKind::vblank: return kDrmVblankEvent;
    case TracepointKind::vblank_delivered: return kDrmVblankEventDelivered;
    case TracepointKind::fence_enable_signal:
    case TracepointKind::fence_destroy: break;
  }
  return kNone;
}

void write_fence(pbf_writer& event, const Tracepoint& point) {
  event.add_uint32(1, static_cast<std::uint32_t>(point.context));
  event.add_string(2, valid_utf8(point.driver));
  event.add_uint32(3, static_cast<std::uint32_t>(point.seqno));
  event.add_string(4, valid_utf8(point.timeline));
}

void write_job(pbf_writer& event, const Tracepoint& point) {
  event.add_string(1, valid_utf8(point.timeline));
  event.add_uint32(2, point.job_count);
  event.add_int32(3, point.hw_job_count);
  event.add_string(4, valid_utf8(point.driver));
  event.add_uint64(5, point.context);
  event.add_uint64(6, point.seqno);
  event.add_uint64(7, point.client);
}

void write_legacy_job(pbf_writer& event, const Tracepoint& point) {
  event.add_uint64(1, point.entity);
  event.add_uint64(2, point.fence);
  event.add_int32(3, point.hw_job_count);
  event.add_uint64(4, point.job);
  event.add_uint32(5, point.job_count);
  event.add_string(6, valid_utf8(point.timeline));
}

void write_dependency(pbf_writer& event, const Tracepoint& point) {
  event.add_uint64(1, point.context);
  event.add_uint64(2, point.seqno);
  event.add_uint64(3, point.on_context);
  event.add_uint64(4, point.on_seqno);
}

void write_vblank(pbf_writer& event, const Tracepoint& point) {
  event.add_int32(1, point.crtc);
  event.add_uint32(2, 1);
  event.add_uint32(3, static_cast<std::uint32_t>(point.seqno));
  event.add_int64(4, core::nanoseconds_of(point.at));
}

void write_delivery(pbf_writer& event, const Tracepoint& point) {
  event.add_int32(1, point.crtc);
  event.add_uint64(2, point.fence);
  event.add_uint32(3, static_cast<std::uint32_t>(point.seqno));
}

void write(pbf_writer& event, const Tracepoint& point, bool legacy) {
  switch (point.kind) {
    case TracepointKind::job_queue:
    case TracepointKind::job_run:
      return legacy ? write_legacy_job(event, point) : write_job(event, point);
    case TracepointKind::job_done:
      if (legacy) return event.add_uint64(1, point.fence);
      event.add_uint64(1, point.context);
      return event.add_uint64(2, point.seqno);
    case TracepointKind::job_add_dep:
    case TracepointKind::job_unschedulable: return write_dependency(event, point);
    case TracepointKind::vblank: return write_vblank(event, point);
    case TracepointKind::vblank_delivered: return write_delivery(event, point);
    default: return write_fence(event, point);
  }
}

}  // namespace

std::string perfetto_ftrace_event(const Tracepoint& point, TraceNames names) {
  const bool legacy = names == TraceNames::legacy;
  const EventField field = field_of(point.kind, legacy);
  std::string body;
  if (field == kNone) return body;
  pbf_writer writer(body);
  writer.add_uint64(kTimestamp, static_cast<std::uint64_t>(core::nanoseconds_of(point.at)));
  writer.add_uint32(kPid, point.thread);
  {
    pbf_writer event(writer, field);
    write(event, point, legacy);
  }
  return body;
}

}  // namespace fencelab::analysis
