#include "analysis/hazards/hazard_tracker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/memory/buffer.hpp"

namespace fencelab::analysis {

using core::ProbeKind;
using models::Job;

const core::Probe::Mask HazardTracker::kMask =
    HappensBefore::kMask | core::Probe::bit(ProbeKind::job_resumed) |
    core::Probe::bit(ProbeKind::buffer_evicted) | core::Probe::bit(ProbeKind::buffer_freed) |
    core::Probe::bit(ProbeKind::flip_queued) | core::Probe::bit(ProbeKind::flip_latched) |
    core::Probe::bit(ProbeKind::frame_shown) | core::Probe::bit(ProbeKind::cpu_accessed) |
    core::Probe::bit(ProbeKind::pages_replaced);

void HazardTracker::on_event(const core::ProbeEvent& event) {
  now_ns_ = core::nanoseconds_of(event.at);
  switch (event.kind) {
    case ProbeKind::job_submitted:
    case ProbeKind::job_started:
    case ProbeKind::job_resumed:
    case ProbeKind::job_finished: return on_job(event);
    case ProbeKind::cpu_accessed: return on_accessed(event);
    case ProbeKind::flip_queued:
      return on_flip_queued(*static_cast<const models::Display::Commit*>(event.subject));
    case ProbeKind::flip_latched:
      return on_flip_latched(*static_cast<const models::Display::Commit*>(event.subject),
                             event.object);
    case ProbeKind::frame_shown: return on_shown(*static_cast<const models::Frame*>(event.subject));
    case ProbeKind::buffer_evicted:
      return on_gone(*static_cast<const models::Buffer*>(event.subject), "evicted");
    case ProbeKind::pages_replaced:
      return on_gone(*static_cast<const models::Buffer*>(event.subject), "replaced");
    case ProbeKind::buffer_freed:
      return on_gone(*static_cast<const models::Buffer*>(event.subject), "freed");
    case ProbeKind::process_ended:
      end_access(core::ProcessId(static_cast<std::uint32_t>(event.a)));  // it was killed
      [[fallthrough]];
    default: return order_.on_event(event);
  }
}

void HazardTracker::on_job(const core::ProbeEvent& event) {
  const Job& job = *static_cast<const Job*>(event.subject);
  if (event.kind != ProbeKind::job_resumed) order_.on_event(event);
  if (event.kind == ProbeKind::job_submitted) return on_submitted(job);
  if (event.kind == ProbeKind::job_finished) return on_finished(job);
  on_started(job);
}

std::vector<const Job*>& HazardTracker::jobs_on(const models::Buffer& buffer) {
  if (buffer.index() >= by_buffer_.size()) by_buffer_.resize(buffer.index() + 1);
  return by_buffer_[buffer.index()];
}

void HazardTracker::on_submitted(const Job& job) {
  if (!order_.find(job)) return;
  for (const models::Access& access : job.accesses) {
    auto& jobs = jobs_on(*access.buffer);
    if (jobs.empty() || jobs.back() != &job) jobs.push_back(&job);
  }
}

void HazardTracker::on_started(const Job& job) {
  look_for_absences(job);
  const bool is_shown = !flips_.empty() || !screens_.empty();
  const HappensBefore::InFlight* own = is_shown ? order_.find(job) : nullptr;
  if (own) draw_over(mark_of(job, own->epoch, own->submission), job.accesses);
}

void HazardTracker::on_finished(const Job& job) {
  const HappensBefore::InFlight* own = order_.find(job);
  if (!own) return;
  for (const models::Access& access : job.accesses) {
    auto& jobs = jobs_on(*access.buffer);
    const auto place = std::find(jobs.begin(), jobs.end(), &job);
    if (place != jobs.end()) jobs.erase(place);
  }
  if (own->executes()) judge(*own);
  order_.forget(job);
}

void HazardTracker::finish() {
  for (const HappensBefore::InFlight& own : order_.running()) judge(own);
  while (!open_.empty()) end_access(core::ProcessId(open_.begin()->first));
}

// ---------------------------------------------------------------- accesses of threads

void HazardTracker::on_accessed(const core::ProbeEvent& event) {
  if (event.a != 0) return end_access(event.process);
  const auto& access = *static_cast<const models::CpuAccess*>(event.subject);
  const Epoch epoch = order_.begin_access(event.process);
  const JobMark mark{kCpuAccess + epoch.sequence,
                     order_.submissions(),
                     access.iteration,
                     access.label,
                     access.client,
                     epoch,
                     now_ns_,
                     access.place,
                     true};
  open_.insert_or_assign(core::raw(event.process), OpenAccess{access, mark, now_ns_});
  for (const models::Access& bytes : access.accesses) {
    if (bytes.buffer->exists) continue;
    const auto freer = freed_by_.find(bytes.buffer->index());
    absent(mark, bytes, "freed",
           freer == freed_by_.end()
               ? "nothing made it wait for the allocation"
               : fmt::format("{} freed it, and nothing made that wait for this", freer->second));
  }
  draw_over(mark, access.accesses);
}

// What orders the thread has not changed since it began.
void HazardTracker::end_access(core::ProcessId process) {
  const auto found = open_.find(core::raw(process));
  if (found == open_.end()) return;
  OpenAccess own = std::move(found->second);
  open_.erase(found);
  own.mark.done_ns = now_ns_;
  judge({own.mark, own.access.accesses, order_.known_to(process), own.begun_ns});
  order_.end_access(process, own.mark.epoch);
}

// ---------------------------------------------------------------- races

void HazardTracker::judge(const HappensBefore::InFlight& own) {
  judge({mark_of(*own.job, own.epoch, own.submission), own.job->accesses, own.clock,
         core::nanoseconds_of(own.job->started_at)});
}

// All that must come before it was judged before it.
void HazardTracker::judge(const Toucher& own) {
  boost::container::small_vector<std::uint64_t, 4> raced;
  for (const models::Access& access : own.accesses)
    accesses_.races(access, own.mark.epoch.queue, own.clock,
                    [&](const AccessMark& other, bool other_writes) {
                      if (std::find(raced.begin(), raced.end(), other.job.id) != raced.end())
                        return;
                      raced.push_back(other.job.id);
                      report(own, access, other, other_writes);
                    });
  for (const models::Access& access : own.accesses) accesses_.touch(access, own.mark);
}

std::string bytes_of(const models::Access& access) {
  return fmt::format("{} bytes {} to {}", access.write ? "writes" : "reads", access.begin,
                     access.end);
}

void HazardTracker::report(const Toucher& own, const models::Access& access,
                           const AccessMark& other, bool other_writes) {
  const bool both_write = access.write && other_writes;
  const HazardKind kind_of_race =
      both_write ? HazardKind::write_write_race : HazardKind::read_write_race;
  if (listener_) listener_({other.job.id, own.mark.id, both_write});
  log_.add({kind_of_race, own.mark.label, other.job.label, access.buffer}, [&] {
    models::Access others = access;
    others.begin = other.begin, others.end = other.end, others.write = other_writes;
    const bool they_first = other.job.submission < own.mark.submission;
    const JobMark& first = they_first ? other.job : own.mark;
    const JobMark& second = they_first ? own.mark : other.job;
    const bool by_luck = other.job.done_ns <= own.begun_ns;
    HazardClass made{.kind = kind_of_race};
    made.text = fmt::format(
        "{} ({}) and {} ({}) conflict on {}: nothing orders the end of the first before the start "
        "of the second{}; a wait of {} for {}, or for anything after it, would",
        first.name(), bytes_of(they_first ? others : access), second.name(),
        bytes_of(they_first ? access : others), access.buffer->name(),
        by_luck ? " (here luck did)" : "", second.name(), first.name());
    const auto kind = [](bool writes) { return writes ? "writes" : "reads"; };
    std::string mine = fmt::format("{} ({})", own.mark.operation(), kind(access.write));
    std::string theirs = fmt::format("{} ({})", other.job.operation(), kind(other_writes));
    if (theirs < mine) std::swap(mine, theirs);
    made.signature =
        fmt::format("{}, {} on {}", mine, theirs, without_number(access.buffer->name()));
    made.members = {first.name(), second.name()};
    made.place = second.place;
    return made;
  });
}

}  // namespace fencelab::analysis
