#include "analysis/trace/ftrace_text.hpp"

#include <fmt/format.h>

#include "analysis/trace/text.hpp"

namespace fencelab::analysis {

namespace {

/// What %p shows of a kernel object.
std::string pointer(std::uint64_t id) {
  return fmt::format("0x{:016x}", 0xffff'8880'0000'0000ull + id * 64);
}

std::uint32_t low(std::uint64_t number) { return static_cast<std::uint32_t>(number); }

std::string fence_fields(const Tracepoint& point) {
  return fmt::format("driver={} timeline={} context={} seqno={}", ftrace_word(point.driver),
                     ftrace_word(point.timeline), low(point.context), low(point.seqno));
}

std::string job_fields(const Tracepoint& point) {
  return fmt::format("dev={}, fence={}:{}, ring={}, job count:{}, hw job count:{}, client_id:{}",
                     ftrace_word(point.driver), point.context, point.seqno,
                     ftrace_word(point.timeline), point.job_count, point.hw_job_count,
                     point.client);
}

std::string legacy_job_fields(const Tracepoint& point) {
  return fmt::format("entity={}, id={}, fence={}, ring={}, job count:{}, hw job count:{}",
                     pointer(point.entity), point.job, pointer(point.fence),
                     ftrace_word(point.timeline), point.job_count, point.hw_job_count);
}

}  // namespace

FtraceText::FtraceText(TraceOutput& output, TraceNames names) : output_(output), names_(names) {
  output_.append("cpus=1\n");
}

void FtraceText::declare(const Track& track) {
  if (track.kind != TrackKind::thread) return;
  if (track.id >= threads_.size()) threads_.resize(track.id + 1);
  threads_[track.id] = ftrace_word(track.name);
}

FtraceText::Event FtraceText::event_of(const Tracepoint& point) const {
  const bool legacy = names_ == TraceNames::legacy;
  switch (point.kind) {
    case TracepointKind::fence_init: return {"dma_fence_init", fence_fields(point)};
    case TracepointKind::fence_emit: return {"dma_fence_emit", fence_fields(point)};
    case TracepointKind::fence_enable_signal:
      return {"dma_fence_enable_signal", fence_fields(point)};
    case TracepointKind::fence_signaled: return {"dma_fence_signaled", fence_fields(point)};
    case TracepointKind::fence_destroy: return {"dma_fence_destroy", fence_fields(point)};
    case TracepointKind::fence_wait_start: return {"dma_fence_wait_start", fence_fields(point)};
    case TracepointKind::fence_wait_end: return {"dma_fence_wait_end", fence_fields(point)};
    case TracepointKind::job_queue:
      if (legacy) return {"drm_sched_job", legacy_job_fields(point)};
      return {"drm_sched_job_queue", job_fields(point)};
    case TracepointKind::job_run:
      if (legacy) return {"drm_run_job", legacy_job_fields(point)};
      return {"drm_sched_job_run", job_fields(point)};
    case TracepointKind::job_done:
      if (legacy)
        return {"drm_sched_process_job", fmt::format("fence={} signaled", pointer(point.fence))};
      return {"drm_sched_job_done",
              fmt::format("fence={}:{} signaled", point.context, point.seqno)};
    case TracepointKind::job_add_dep:
      if (legacy) return {};
      return {"drm_sched_job_add_dep",
              fmt::format("fence={}:{} depends on fence={}:{}", point.context, point.seqno,
                          point.on_context, point.on_seqno)};
    case TracepointKind::job_unschedulable:
      if (legacy)
        return {"drm_sched_job_wait_dep",
                fmt::format("job ring={}, id={}, depends fence={}, context={}, seq={}",
                            ftrace_word(point.timeline), point.job, pointer(point.on_fence),
                            point.on_context, low(point.on_seqno))};
      return {"drm_sched_job_unschedulable",
              fmt::format("fence={}:{} depends on unsignalled fence={}:{}", point.context,
                          point.seqno, point.on_context, point.on_seqno)};
    case TracepointKind::vblank:
      return {"drm_vblank_event",
              fmt::format("crtc={}, seq={}, time={}, high-prec=true", point.crtc, low(point.seqno),
                          core::nanoseconds_of(point.at))};
    case TracepointKind::vblank_delivered:
      return {"drm_vblank_event_delivered",
              fmt::format("file={}, crtc={}, seq={}", pointer(point.fence), point.crtc,
                          low(point.seqno))};
  }
  return {};
}

void FtraceText::tracepoint(const Tracepoint& point) {
  const Event event = event_of(point);
  if (!event.name) return;
  const std::int64_t ns = core::nanoseconds_of(point.at);
  const bool idle = point.thread == 0;
  output_.append(fmt::format("{:>16}-{:<5} [000] {:5}.{:09}: {:<21} {}\n",
                             idle ? "<idle>" : threads_[point.thread], point.thread,
                             ns / 1'000'000'000, ns % 1'000'000'000, fmt::format("{}:", event.name),
                             event.fields));
}

}  // namespace fencelab::analysis
