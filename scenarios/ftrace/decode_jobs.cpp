// Events of jobs, driver by driver. The formats are those of the kernel's trace headers:
// drivers/gpu/drm/scheduler/gpu_scheduler_trace.h, amd/amdgpu/amdgpu_trace.h, i915/i915_trace.h,
// virtio/virtgpu_trace.h.
#include <fmt/format.h>

#include "scenarios/ftrace/decoder.hpp"

namespace fencelab::scenarios::ftrace {

// ---------------------------------------------------------------- gpu_scheduler from Linux 6.17 on

// "dev=0000:04:00.0, fence=401:1, ring=gfx_0.0.0, job count:0, hw job count:1, client_id:13"
const char* Decoder::sched_job(const Fields& fields, Event& event) {
  const auto fence = fields.pair("fence");
  const auto name = fields.text("ring", ", job count");
  if (!fence) return "fence";
  if (!name) return "ring";
  event.key = fence_key(fence->first, fence->second);
  event.entity = fence->first;
  event.number = fields.count("client_id").value_or(1);
  event.ring = ring(Driver::drm_sched, fields.word("dev").value_or(""), *name);
  return nullptr;
}

const char* Decoder::sched_queue(const Line& line, const Fields& fields, Event& event) {
  event.kind = EventKind::job_queued;
  event.task = task(line);
  return sched_job(fields, event);
}

const char* Decoder::sched_run(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::job_began;
  return sched_job(fields, event);
}

// "fence=401:1 signaled"
const char* Decoder::sched_done(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::job_ended;
  const auto fence = fields.pair("fence");
  if (!fence) return "fence";
  event.key = fence_key(fence->first, fence->second);
  return nullptr;
}

// "fence=401:2 depends on fence=401:1", "... depends on unsignalled fence=401:1"
const char* Decoder::sched_dependency(const Line& line, const Fields& fields, Event& event) {
  event.kind = EventKind::job_depends;
  const auto fence = fields.pair("fence");
  const std::size_t on = line.fields.find(" on ");
  if (!fence || on == std::string_view::npos) return "fence";
  const auto other = Fields(line.fields.substr(on + 1)).pair("fence");
  if (!other) return "second fence";
  event.key = fence_key(fence->first, fence->second);
  event.other = fence_key(other->first, other->second);
  return nullptr;
}

// ---------------------------------------------------------------- gpu_scheduler before that

// "entity=0000000012345678, id=13481, fence=00000000abcdef01, ring=ring0, job count:0, ..."
const char* Decoder::legacy_job(const Fields& fields, Event& event) {
  const auto fence = fields.pointer("fence"), entity = fields.pointer("entity");
  const auto name = fields.text("ring", ", job count");
  if (!entity) return "entity";
  if (!fence) return "fence";
  if (!name) return "ring";
  event.key = {JobKey::Kind::pointer, *fence, 0};
  event.entity = *entity;
  event.number = fields.number("id").value_or(0);
  event.ring = ring(Driver::drm_sched, "", *name);
  return nullptr;
}

const char* Decoder::legacy_queue(const Line& line, const Fields& fields, Event& event) {
  event.kind = EventKind::job_queued;
  event.task = task(line);
  return legacy_job(fields, event);
}

const char* Decoder::legacy_run(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::job_began;
  return legacy_job(fields, event);
}

// "fence=00000000abcdef01 signaled"
const char* Decoder::legacy_done(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::job_ended;
  const auto fence = fields.pointer("fence");
  if (!fence) return "fence";
  event.key = {JobKey::Kind::pointer, *fence, 0};
  return nullptr;
}

// "job ring=gfx, id=12, depends fence=00000000abcdef01, context=5, seq=7": the job by its number.
const char* Decoder::sched_wait_dep(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::job_depends;
  const auto name = fields.text("ring", ", id");
  const auto id = fields.number("id");
  const auto fence = fields.pointer("fence");
  if (!name) return "ring";
  if (!id) return "id";
  if (!fence) return "fence";
  event.ring = ring(Driver::drm_sched, "", *name);
  event.number = *id;
  event.other = {JobKey::Kind::pointer, *fence, 0};
  return nullptr;
}

// ---------------------------------------------------------------- amdgpu

// "sched_job=3489726, timeline=gfx, context=4929, seqno=3200, ring_name=..., num_ibs=1", newest:
// "timeline=gfx, fence=4929:3200, ring_name=gfx, num_ibs=1"
const char* Decoder::amdgpu_job(const Fields& fields, Event& event) {
  const auto timeline = fields.text("timeline", ", ");
  if (!timeline) return "timeline";
  auto fence = fields.pair("fence");
  if (!fence) {
    const auto context = fields.number("context"), seqno = fields.number("seqno");
    if (!context) return "context";
    if (!seqno) return "seqno";
    fence = {*context, *seqno};
  }
  event.key = fence_key(fence->first, fence->second);
  event.entity = fence->first;
  event.ring = ring(Driver::amdgpu, "", *timeline);
  return nullptr;
}

const char* Decoder::amdgpu_queue(const Line& line, const Fields& fields, Event& event) {
  event.kind = EventKind::job_queued;
  event.task = task(line);
  return amdgpu_job(fields, event);
}

const char* Decoder::amdgpu_run(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::job_began;
  return amdgpu_job(fields, event);
}

// ---------------------------------------------------------------- i915

// "dev=0, hw_id=3, ring=0, ctx=20, seqno=45489, ...", newer: "dev=0, engine=0:0, ctx=20, seqno=..."
const char* Decoder::i915_job(const Fields& fields, Event& event) {
  const auto context = fields.number("ctx"), seqno = fields.number("seqno");
  if (!context) return "ctx";
  if (!seqno) return "seqno";
  std::string name;
  if (const auto engine = fields.pair("engine")) {
    // enum drm_i915_gem_engine_class
    static constexpr const char* kClasses[] = {"rcs", "bcs", "vcs", "vecs", "ccs"};
    name = engine->first < std::size(kClasses)
               ? fmt::format("{}{}", kClasses[engine->first], engine->second)
               : fmt::format("class{}-{}", engine->first, engine->second);
  } else if (const auto number = fields.number("ring")) {
    name = fmt::format("ring{}", *number);
  } else {
    return "engine";
  }
  event.key = fence_key(*context, *seqno);
  event.entity = *context;
  event.ring = ring(Driver::i915, fields.word("dev").value_or(""), name);
  return nullptr;
}

const char* Decoder::i915_add(const Line& line, const Fields& fields, Event& event) {
  event.kind = EventKind::job_queued;
  event.task = task(line);
  return i915_job(fields, event);
}

const char* Decoder::i915_in(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::job_began;
  return i915_job(fields, event);
}

// "completed?=0": preempted; kernels that do not say print it at the end only.
const char* Decoder::i915_out(const Line&, const Fields& fields, Event& event) {
  const bool preempted = fields.number("completed?") == std::uint64_t{0};
  event.kind = preempted ? EventKind::job_left : EventKind::job_ended;
  return i915_job(fields, event);
}

const char* Decoder::i915_wait_begin(const Line& line, const Fields& fields, Event& event) {
  const char* const missing = i915_job(fields, event);
  event.kind = EventKind::wait_began;
  event.task = task(line);
  return missing;
}

const char* Decoder::i915_wait_end(const Line& line, const Fields& fields, Event& event) {
  const char* const missing = i915_job(fields, event);
  event.kind = EventKind::wait_ended;
  event.task = task(line);
  return missing;
}

// ---------------------------------------------------------------- virtio_gpu

// "vdev=0 vq=0 name=control type=0x105 flags=0x0 fence_id=0 ctx_id=0 num_free=63 seqno=44"; before
// Linux 6.2 without the last two.
const char* Decoder::virtio_command(const Fields& fields, Event& event) {
  const auto device = fields.number("vdev"), queue = fields.number("vq");
  const auto name = fields.word("name");
  if (!device) return "vdev";
  if (!queue) return "vq";
  const auto seqno = fields.number("seqno");
  const std::uint64_t where = *device << 16 | (*queue & 0xFFFF);
  event.key = {seqno ? JobKey::Kind::command : JobKey::Kind::order, where, seqno.value_or(0)};
  event.entity = where;
  event.ring = ring(Driver::virtio_gpu, fields.word("vdev").value_or(""),
                    name ? std::string(*name) : fmt::format("vq{}", *queue));
  return nullptr;
}

const char* Decoder::virtio_queue(const Line& line, const Fields& fields, Event& event) {
  event.kind = EventKind::job_queued;
  event.task = task(line);
  return virtio_command(fields, event);
}

const char* Decoder::virtio_response(const Line&, const Fields& fields, Event& event) {
  event.kind = EventKind::job_ended;
  return virtio_command(fields, event);
}

}  // namespace fencelab::scenarios::ftrace
