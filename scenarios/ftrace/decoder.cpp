#include "scenarios/ftrace/decoder.hpp"

namespace fencelab::scenarios::ftrace {

std::string_view name_of(Driver driver) {
  switch (driver) {
    case Driver::drm_sched: return "drm_sched";
    case Driver::amdgpu: return "amdgpu";
    case Driver::i915: return "i915";
    case Driver::virtio_gpu: return "virtio_gpu";
  }
  return "";
}

JobKey fence_key(std::uint64_t context, std::uint64_t seqno) {
  constexpr std::uint64_t kPrinted = 0xFFFFFFFF;  // include/trace/events/dma_fence.h: %u
  return {JobKey::Kind::fence, context & kPrinted, seqno & kPrinted};
}

const std::unordered_map<std::string_view, Decoder::Reader>& Decoder::readers() {
  static const std::unordered_map<std::string_view, Reader> readers = {
      {"drm_sched_job_queue", &Decoder::sched_queue},
      {"drm_sched_job_run", &Decoder::sched_run},
      {"drm_sched_job_done", &Decoder::sched_done},
      {"drm_sched_job_add_dep", &Decoder::sched_dependency},
      {"drm_sched_job_unschedulable", &Decoder::sched_dependency},
      {"drm_sched_job", &Decoder::legacy_queue},
      {"drm_run_job", &Decoder::legacy_run},
      {"drm_sched_process_job", &Decoder::legacy_done},
      {"drm_sched_job_wait_dep", &Decoder::sched_wait_dep},
      {"amdgpu_cs_ioctl", &Decoder::amdgpu_queue},
      {"amdgpu_sched_run_job", &Decoder::amdgpu_run},
      {"i915_request_add", &Decoder::i915_add},
      {"i915_request_in", &Decoder::i915_in},
      {"i915_request_out", &Decoder::i915_out},
      {"i915_request_wait_begin", &Decoder::i915_wait_begin},
      {"i915_request_wait_end", &Decoder::i915_wait_end},
      {"virtio_gpu_cmd_queue", &Decoder::virtio_queue},
      {"virtio_gpu_cmd_response", &Decoder::virtio_response},
      {"dma_fence_signaled", &Decoder::fence_signaled},
      {"dma_fence_wait_start", &Decoder::fence_wait_start},
      {"dma_fence_wait_end", &Decoder::fence_wait_end},
      {"drm_vblank_event", &Decoder::vblank},
      {"drm_vblank_event_queued", &Decoder::vblank_queued},
      {"drm_vblank_event_delivered", &Decoder::vblank_delivered},
      {"sched_process_exit", &Decoder::task_exit},
  };
  return readers;
}

Decoded Decoder::decode(const Line& line, Event& event) {
  const auto found = readers().find(line.event);
  if (found == readers().end()) return {};
  event.ns = line.ns;
  const char* const missing = (this->*found->second)(line, Fields(line.fields), event);
  return {true, missing ? missing : ""};
}

// ---------------------------------------------------------------- who and where

// A name seen with a number that had another one may be a new task or a renamed one; both are
// told apart, for the jobs of an entity keep them together.
std::uint32_t Decoder::task(const Line& line) {
  std::string comm(line.comm);
  const auto newest = newest_.find(line.pid);
  if (newest != newest_.end() && (comm == "<...>" || recording_.tasks[newest->second].comm == comm))
    return newest->second;
  const auto [known, is_new] = tasks_.emplace(std::pair(line.pid, comm),
                                              static_cast<std::uint32_t>(recording_.tasks.size()));
  if (is_new) recording_.tasks.push_back({std::move(comm), line.pid, line.tgid});
  Task& task = recording_.tasks[known->second];
  if (!task.tgid) task.tgid = line.tgid;
  newest_[line.pid] = known->second;
  return known->second;
}

std::uint32_t Decoder::ring(Driver driver, std::string_view device, std::string_view name) {
  // Traces of this program name the rings of several GPUs apart, as "gpu0/rcs0"; kernels' rings
  // have no slashes.
  const std::size_t slash = name.rfind('/');
  if (slash != std::string_view::npos && (device.empty() || device == name.substr(0, slash))) {
    device = name.substr(0, slash);
    name.remove_prefix(slash + 1);
  }
  const auto [known, is_new] =
      rings_.emplace(std::tuple(driver, std::string(device), std::string(name)),
                     static_cast<std::uint32_t>(recording_.rings.size()));
  if (is_new) recording_.rings.push_back({driver, std::string(device), std::string(name)});
  return known->second;
}

// "sched_process_exit: comm=X pid=12 prio=120"
const char* Decoder::task_exit(const Line& line, const Fields& fields, Event& event) {
  event.kind = EventKind::task_ended;
  const auto pid = fields.number("pid");
  const std::int32_t ended = pid ? static_cast<std::int32_t>(*pid) : line.pid;
  newest_.erase(ended);
  auto task = tasks_.lower_bound({ended, ""});
  while (task != tasks_.end() && task->first.first == ended) task = tasks_.erase(task);
  return nullptr;
}

// ---------------------------------------------------------------- dma_fence, drm

const char* Decoder::fence(const Fields& fields, Event& event) {
  const auto context = fields.number("context"), seqno = fields.number("seqno");
  if (!context) return "context";
  if (!seqno) return "seqno";
  event.key = fence_key(*context, *seqno);
  return nullptr;
}

const char* Decoder::fence_signaled(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::fence_signaled;
  return fence(fields, event);
}

const char* Decoder::fence_wait_start(const Line& line, const Fields& fields, Event& event) {
  event.kind = EventKind::wait_began;
  event.task = task(line);
  return fence(fields, event);
}

const char* Decoder::fence_wait_end(const Line& line, const Fields& fields, Event& event) {
  event.kind = EventKind::wait_ended;
  event.task = task(line);
  return fence(fields, event);
}

const char* Decoder::vblank_event(const Fields& fields, Event& event) {
  const auto crtc = fields.number("crtc"), seq = fields.number("seq");
  if (!crtc) return "crtc";
  if (!seq) return "seq";
  event.number = *crtc;
  event.key = {JobKey::Kind::none, fields.pointer("file").value_or(0), *seq};
  return nullptr;
}

const char* Decoder::vblank(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::vblank;
  return vblank_event(fields, event);
}

const char* Decoder::vblank_queued(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::vblank_asked;
  return vblank_event(fields, event);
}

const char* Decoder::vblank_delivered(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::vblank_told;
  return vblank_event(fields, event);
}

}  // namespace fencelab::scenarios::ftrace
