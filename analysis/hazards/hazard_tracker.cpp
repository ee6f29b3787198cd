#include "analysis/hazards/hazard_tracker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/client.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/hw_queue.hpp"
#include "models/machine.hpp"
#include "models/memory/buffer.hpp"
#include "models/vm/bind_queue.hpp"

namespace fencelab::analysis {

using core::ProbeKind;
using models::Job;

const core::Probe::Mask HazardTracker::kMask =
    HappensBefore::kMask | core::Probe::bit(ProbeKind::job_resumed) |
    core::Probe::bit(ProbeKind::buffer_evicted) | core::Probe::bit(ProbeKind::buffer_freed) |
    core::Probe::bit(ProbeKind::flip_queued) | core::Probe::bit(ProbeKind::flip_latched) |
    core::Probe::bit(ProbeKind::frame_shown);

void HazardTracker::on_event(const core::ProbeEvent& event) {
  switch (event.kind) {
    case ProbeKind::job_submitted:
    case ProbeKind::job_started:
    case ProbeKind::job_resumed:
    case ProbeKind::job_finished: return on_job(event);
    case ProbeKind::flip_queued:
      return on_flip_queued(*static_cast<const models::Display::Commit*>(event.subject));
    case ProbeKind::flip_latched:
      return on_flip_latched(*static_cast<const models::Display::Commit*>(event.subject));
    case ProbeKind::frame_shown: return on_shown(*static_cast<const models::Frame*>(event.subject));
    case ProbeKind::buffer_evicted:
      return on_gone(*static_cast<const models::Buffer*>(event.subject), "evicted");
    case ProbeKind::buffer_freed:
      return on_gone(*static_cast<const models::Buffer*>(event.subject), "freed");
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

void HazardTracker::example(std::string text) {
  if (examples_.size() < kMaxExamples) examples_.push_back(std::move(text));
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
  if (!flips_.empty()) draw_over(job);
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
}

// ---------------------------------------------------------------- races

// All that must come before it was judged before it.
void HazardTracker::judge(const HappensBefore::InFlight& own) {
  const Job& job = *own.job;
  boost::container::small_vector<std::uint64_t, 4> raced;
  for (const models::Access& access : job.accesses)
    accesses_.races(access, own.epoch.queue, own.clock,
                    [&](const AccessMark& other, bool other_writes) {
                      if (std::find(raced.begin(), raced.end(), other.job.id) != raced.end())
                        return;
                      raced.push_back(other.job.id);
                      report(own, access, other, other_writes);
                    });
  const JobMark mark{core::raw(job.id()),
                     own.submission,
                     job.iteration,
                     job.label,
                     job.client,
                     own.epoch,
                     core::nanoseconds_of(job.simulation().now())};
  for (const models::Access& access : job.accesses) accesses_.touch(access, mark);
}

namespace {

std::string name_of(const JobMark& job) {
  return fmt::format("job {}#{} of {}", job.label ? *job.label : std::string("?"), job.iteration,
                     job.client ? job.client->name() : std::string("?"));
}

std::string bytes_of(bool write, std::uint64_t begin, std::uint64_t end) {
  return fmt::format("{} bytes {} to {}", write ? "writes" : "reads", begin, end);
}

}  // namespace

void HazardTracker::report(const HappensBefore::InFlight& own, const models::Access& access,
                           const AccessMark& other, bool other_writes) {
  const bool both_write = access.write && other_writes;
  ++(both_write ? write_write_ : read_write_);
  if (listener_) listener_({other.job.id, core::raw(own.job->id()), both_write});
  if (examples_.size() >= kMaxExamples) return;
  const std::string mine =
      fmt::format("{} ({})", own.job->name(), bytes_of(access.write, access.begin, access.end));
  const std::string theirs =
      fmt::format("{} ({})", name_of(other.job), bytes_of(other_writes, other.begin, other.end));
  const bool they_first = other.job.submission < own.submission;
  const bool by_luck = other.job.done_ns <= core::nanoseconds_of(own.job->started_at);
  example(fmt::format(
      "{} and {} conflict on {}: nothing orders the end of the first before the start of the "
      "second{}; a wait of {} for {}, or for anything after it, would",
      they_first ? theirs : mine, they_first ? mine : theirs, access.buffer->name(),
      by_luck ? " (here luck did)" : "", they_first ? own.job->name() : name_of(other.job),
      they_first ? name_of(other.job) : own.job->name()));
}

// ---------------------------------------------------------------- memory that is not there

void HazardTracker::look_for_absences(const Job& job) {
  const models::BindQueue* binds = job.client->existing_bind_queue(job.context->gpu());
  for (const models::Access& access : job.accesses) {
    const models::Buffer& buffer = *access.buffer;
    const bool unbound = binds && binds->managed(buffer) && !binds->bound(buffer);
    const bool evicted = buffer.pool && !job.context->gpu().machine().memory().at_home(buffer);
    if (buffer.exists && buffer.pool && !evicted && !unbound) continue;
    ++absences_;
    example(fmt::format("{} ({}) runs while {} is {}", job.name(),
                        bytes_of(access.write, access.begin, access.end), buffer.name(),
                        !buffer.exists ? "freed"
                        : unbound      ? "not bound"
                        : evicted      ? "evicted"
                                       : "not in memory"));
  }
}

void HazardTracker::on_gone(const models::Buffer& buffer, const char* how) {
  for (const Job* job : jobs_on(buffer)) {
    if (job->state != models::JobState::running) continue;
    ++absences_;
    example(fmt::format("{} is {} while {} runs: nothing made it wait for the job's end",
                        buffer.name(), how, job->name()));
  }
}

}  // namespace fencelab::analysis
