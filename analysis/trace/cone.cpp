#include "analysis/trace/cone.hpp"

#include <fmt/format.h>

#include "analysis/trace/fence_names.hpp"
#include "core/fence.hpp"
#include "core/process.hpp"
#include "core/timeline.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/hw_queue.hpp"

namespace fencelab::analysis {

using core::Probe;
using core::ProbeEvent;
using core::ProbeKind;
using core::ProcessRole;

const Probe::Mask CausalCone::kMask =
    Probe::bit(ProbeKind::process_started) | Probe::bit(ProbeKind::process_ended) |
    Probe::bit(ProbeKind::wait_begin) | Probe::bit(ProbeKind::wait_end) |
    Probe::bit(ProbeKind::fence_created) | Probe::bit(ProbeKind::fence_signaled) |
    Probe::bit(ProbeKind::fence_observed) | Probe::bit(ProbeKind::fence_polled) |
    Probe::bit(ProbeKind::fence_depends) | Probe::bit(ProbeKind::timeline_advanced) |
    Probe::bit(ProbeKind::timeline_observed) | Probe::bit(ProbeKind::timeline_polled) |
    Probe::bit(ProbeKind::lock_released) | Probe::bit(ProbeKind::completed) |
    Probe::bit(ProbeKind::message_sent) | Probe::bit(ProbeKind::message_received) |
    Probe::bit(ProbeKind::job_submitted) | Probe::bit(ProbeKind::job_queued) |
    Probe::bit(ProbeKind::job_ready) | Probe::bit(ProbeKind::job_on_ring) |
    Probe::bit(ProbeKind::job_started) | Probe::bit(ProbeKind::job_preempted) |
    Probe::bit(ProbeKind::job_resumed) | Probe::bit(ProbeKind::job_finished) |
    Probe::bit(ProbeKind::frame_begun) | Probe::bit(ProbeKind::frame_presented) |
    Probe::bit(ProbeKind::frame_shown) | Probe::bit(ProbeKind::frame_dropped) |
    Probe::bit(ProbeKind::flip_queued) | Probe::bit(ProbeKind::flip_latched);

void CausalCone::add(std::uint32_t event, std::uint32_t cause) {
  if (cause == kNone || cause == event) return;
  first_.resize(event + 1, kNone);
  edges_.push_back({cause, first_[event]});
  first_[event] = static_cast<std::uint32_t>(edges_.size() - 1);
}

void CausalCone::add_last(std::uint32_t event, const Last& last, std::uint64_t key) {
  if (const auto found = last.find(key); found != last.end()) add(event, found->second);
}

void CausalCone::add_newer(std::uint32_t event, const Last& last, std::uint64_t key,
                           std::uint32_t than) {
  const auto found = last.find(key);
  if (found != last.end() && than != kNone && found->second > than) add(event, found->second);
}

// Whoever brought the timeline to the value or beyond.
void CausalCone::add_value(std::uint32_t event, std::uint64_t timeline, std::uint64_t value) {
  for (const auto& [reached, by] : values_[timeline])
    if (reached >= value) return add(event, by);
}

// ---------------------------------------------------------------- who does what

void CausalCone::follow_process(const ProbeEvent& event, std::uint32_t index) {
  const auto known = actors_.find(event.process);
  if (known == actors_.end() || !known->second.in_order) return;
  add(index, known->second.last);
  known->second.last = index;
}

void CausalCone::begin_wait(const ProbeEvent& event, Actor& actor) {
  const auto& process = *static_cast<const core::Process*>(event.subject);
  actor.waits.clear();
  for (std::uint32_t i = 0; i < process.wait.count; ++i)
    actor.waits.emplace_back(core::raw(process.wait.links[i].object->id()),
                             process.wait.links[i].value);
  // With no work left a service is done with what it did.
  if (actor.is_service && process.state == core::ProcessState::idle) actor.last = kNone;
}

void CausalCone::end_wait(std::uint32_t index, Actor& actor) {
  for (const auto& [object, value] : actor.waits) {
    if (values_.contains(object))
      add_value(index, object, value);
    else
      add_last(index, published_, object);
  }
  actor.waits.clear();
}

// ---------------------------------------------------------------- fences and jobs

void CausalCone::take_fence(const ProbeEvent& event, std::uint32_t index) {
  const auto& fence = *static_cast<const core::DmaFence*>(event.subject);
  const std::uint64_t id = core::raw(event.object);
  if (event.kind == ProbeKind::fence_created) {
    const std::string name = fmt::format("{}:{}", trace_context(fence.context()), fence.seqno());
    fence_names_[id] = name;
    fences_[name] = index;
    return;
  }
  if (const auto* const job = dynamic_cast<const models::Job*>(fence.producer()))
    add_last(index, of_job_, core::raw(job->id()));
  if (const auto behind = behind_.find(id); behind != behind_.end())
    for (const std::uint64_t other : behind->second) add_last(index, published_, other);
  published_[id] = index;
  if (const auto name = fence_names_.find(id); name != fence_names_.end()) {
    fences_[name->second] = index;
    fence_names_.erase(name);
  }
}

void CausalCone::take_job(const ProbeEvent& event, std::uint32_t index, const models::Job& job) {
  const std::uint64_t id = core::raw(event.object);
  const std::uint64_t queue = job.queue ? core::raw(job.queue->id()) : 0;
  const std::uint64_t engine = job.engine ? core::raw(job.engine->id()) : 0;
  JobTimes& times = times_[id];
  add_last(index, of_job_, id);
  of_job_[id] = index;
  switch (event.kind) {
    case ProbeKind::job_submitted: job_names_[job.name()] = id; break;
    case ProbeKind::job_queued:
      times.queued = index;
      if (job.finished)
        fence_of_job_[id] =
            fmt::format("{}:{}", trace_context(job.finished->context()), job.finished->seqno());
      break;
    case ProbeKind::job_ready:
      times.ready = index;
      add_newer(index, came_to_ring_, queue, times.queued);  // it was behind that one
      for (const models::Dependency& dependency : job.dependencies) {
        if (dependency.point.is_value())
          add_value(index, core::raw(dependency.point.id()), dependency.point.value);
        else
          add_last(index, published_, core::raw(dependency.point.id()));
      }
      break;
    case ProbeKind::job_on_ring:
      times.on_ring = index;
      came_to_ring_[queue] = index;
      add_newer(index, left_engine_, engine, times.ready);  // that one's credits
      break;
    case ProbeKind::job_started:
    case ProbeKind::job_resumed:
      add_newer(index, left_engine_, engine, times.on_ring);
      for (const models::ValuePoint& wait : job.ring_waits)
        add_value(index, core::raw(wait.timeline->id()), wait.value);
      break;
    case ProbeKind::job_preempted:
    case ProbeKind::job_finished: left_engine_[engine] = index; break;
    default: break;
  }
}

void CausalCone::on_event(const ProbeEvent& event, std::uint32_t index) {
  const std::uint64_t object = core::raw(event.object);
  at_.resize(index + 1, event.at);
  follow_process(event, index);
  switch (event.kind) {
    case ProbeKind::process_started: {
      const auto& process = *static_cast<const core::Process*>(event.subject);
      const ProcessRole role = process.spec.role;
      Actor& actor = actors_[process.id];
      actor = {};
      actor.in_order = role == ProcessRole::user_thread || role == ProcessRole::kernel_worker;
      actor.is_service = process.spec.daemon;
      if (actor.in_order) actor.last = index;
      return;
    }
    case ProbeKind::process_ended:
      actors_.erase(static_cast<const core::Process*>(event.subject)->id);
      return;
    case ProbeKind::wait_begin: return begin_wait(event, actors_[event.process]);
    case ProbeKind::wait_end: return end_wait(index, actors_[event.process]);
    case ProbeKind::fence_created: return take_fence(event, index);
    case ProbeKind::fence_signaled: return take_fence(event, index);
    case ProbeKind::fence_observed:
    case ProbeKind::fence_polled: return add_last(index, published_, object);
    case ProbeKind::fence_depends: behind_[object].push_back(event.a); return;
    case ProbeKind::timeline_advanced: values_[object].emplace_back(event.a, index); return;
    case ProbeKind::timeline_observed:
    case ProbeKind::timeline_polled: return add_value(index, object, event.a);
    case ProbeKind::lock_released:
    case ProbeKind::completed: published_[object] = index; return;
    case ProbeKind::message_sent:
      published_[object] = index;
      of_commit_[{object, event.a}] = index;
      return;
    case ProbeKind::message_received:
      if (const auto sent = of_commit_.find({object, event.a}); sent != of_commit_.end())
        add(index, sent->second);
      return;
    case ProbeKind::frame_begun:
    case ProbeKind::frame_presented:
    case ProbeKind::frame_shown:
    case ProbeKind::frame_dropped:
      add_last(index, of_frame_, object);
      of_frame_[object] = index;
      return;
    case ProbeKind::flip_queued: of_commit_[{object, event.a}] = index; return;
    case ProbeKind::flip_latched:
      if (const auto queued = of_commit_.find({object, event.a}); queued != of_commit_.end())
        add(index, queued->second);
      return;
    case ProbeKind::job_submitted:
    case ProbeKind::job_queued:
    case ProbeKind::job_ready:
    case ProbeKind::job_on_ring:
    case ProbeKind::job_started:
    case ProbeKind::job_preempted:
    case ProbeKind::job_resumed:
    case ProbeKind::job_finished:
      return take_job(event, index, *static_cast<const models::Job*>(event.subject));
    default: return;
  }
}

// ---------------------------------------------------------------- what is asked of it

std::optional<std::uint32_t> CausalCone::find(std::string_view name) const {
  if (const auto fence = fences_.find(name); fence != fences_.end()) {
    // What never signaled: the last step of its job.
    for (const auto& [job, of] : fence_of_job_)
      if (of == name) return std::max(fence->second, of_job_.at(job));
    return fence->second;
  }
  const auto job = job_names_.find(name);
  if (job == job_names_.end()) return std::nullopt;
  const auto fence = fence_of_job_.find(job->second);
  return fence == fence_of_job_.end() ? of_job_.at(job->second) : find(fence->second);
}

std::vector<std::string> CausalCone::jobs() const {
  std::vector<std::string> names;
  for (const auto& [name, id] : job_names_) names.push_back(name);
  return names;
}

std::vector<bool> CausalCone::causes_of(std::uint32_t event) const {
  std::vector<bool> kept(event + 1);
  std::vector<std::uint32_t> left{event};
  while (!left.empty()) {
    const std::uint32_t next = left.back();
    left.pop_back();
    if (kept[next]) continue;
    kept[next] = true;
    for (std::uint32_t edge = next < first_.size() ? first_[next] : kNone; edge != kNone;
         edge = edges_[edge].next)
      left.push_back(edges_[edge].cause);
  }
  return kept;
}

}  // namespace fencelab::analysis
