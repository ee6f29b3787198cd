#include "analysis/hazards/hazard_tracker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/run/metrics.hpp"
#include "models/client.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/hw_queue.hpp"
#include "models/machine.hpp"
#include "models/memory/buffer.hpp"
#include "models/vm/bind_queue.hpp"

namespace fencelab::analysis {

using models::Job;

namespace {

const models::Buffer* conflicting_buffer(const Job& a, const Job& b) {
  for (const models::Access& x : a.accesses)
    for (const models::Access& y : b.accesses)
      if (x.buffer == y.buffer && (x.write || y.write) && x.begin < y.end && y.begin < x.end)
        return x.buffer;
  return nullptr;
}

}  // namespace

void HazardTracker::example(std::string text) {
  if (examples_.size() < kMaxExamples) examples_.push_back(std::move(text));
}

void HazardTracker::join(Clock& clock, const Known& known) const {
  if (clock.size() < known.clock.size()) clock.resize(known.clock.size());
  for (std::size_t i = 0; i < known.clock.size(); ++i)
    clock[i] = std::max(clock[i], known.clock[i]);
  if (clock.size() <= known.queue) clock.resize(known.queue + 1);
  clock[known.queue] = std::max(clock[known.queue], known.sequence);
}

HazardTracker::Clock HazardTracker::clock_of(const Job& job, std::uint32_t queue) {
  Clock clock = queue < queue_clock_.size() ? queue_clock_[queue] : Clock{};
  for (const models::Dependency& dependency : job.dependencies) {
    if (!dependency.producer) continue;
    // A submit fence orders starts, not ends.
    const bool of_start =
        dependency.point.fence && dependency.point.fence == dependency.producer->started;
    const auto known = unfinished_.find(core::raw(dependency.producer->id()));
    if (!of_start && known != unfinished_.end()) join(clock, known->second);
  }
  for (const models::ValuePoint& wait : job.ring_waits)
    for (const auto& [id, known] : unfinished_)
      if (known.job->value_written(*wait.timeline) >= wait.value) {
        join(clock, known);
        break;
      }
  return clock;
}

void HazardTracker::look_for_races(const Job& job, std::uint32_t queue, const Clock& clock) {
  std::vector<const Job*> seen;
  for (const models::Access& access : job.accesses)
    for (const Job* other : by_buffer_[access.buffer->index()]) {
      if (std::find(seen.begin(), seen.end(), other) != seen.end()) continue;
      seen.push_back(other);
      const Known& known = unfinished_.at(core::raw(other->id()));
      if (known.queue == queue ||
          (known.queue < clock.size() && clock[known.queue] >= known.sequence))
        continue;
      const models::Buffer* buffer = conflicting_buffer(job, *other);
      if (!buffer) continue;
      ++races_;
      example(fmt::format(
          "{} and {} conflict on {}: the second depends on nothing that is after the first",
          other->name(), job.name(), buffer->name()));
    }
}

void HazardTracker::on_submitted(const Job& job) {
  if (!job.queue || job.state == models::JobState::done) return;
  const std::uint32_t queue = job.queue->number();
  Clock clock = clock_of(job, queue);
  look_for_races(job, queue, clock);
  if (queue >= last_sequence_.size()) {
    last_sequence_.resize(queue + 1);
    queue_clock_.resize(queue + 1);
  }
  const std::uint64_t sequence = ++last_sequence_[queue];
  if (clock.size() <= queue) clock.resize(queue + 1);
  clock[queue] = sequence;
  queue_clock_[queue] = clock;
  for (const models::Access& access : job.accesses) {
    auto& jobs = by_buffer_[access.buffer->index()];
    if (jobs.empty() || jobs.back() != &job) jobs.push_back(&job);
  }
  unfinished_.emplace(core::raw(job.id()), Known{&job, queue, sequence, std::move(clock)});
}

void HazardTracker::on_started(const Job& job) {
  const models::BindQueue* binds = job.client->existing_bind_queue(job.context->gpu());
  for (const models::Access& access : job.accesses) {
    const models::Buffer& buffer = *access.buffer;
    const bool unbound = binds && binds->managed(buffer) && !binds->bound(buffer);
    const bool evicted = buffer.pool && !job.context->gpu().machine().memory().at_home(buffer);
    if (buffer.exists && buffer.pool && !evicted && !unbound) continue;
    ++absences_;
    example(fmt::format("{} runs while {} is {}", job.name(), buffer.name(),
                        !buffer.exists ? "freed"
                        : unbound      ? "not bound"
                        : evicted      ? "evicted"
                                       : "not in memory"));
  }
}

void HazardTracker::on_gone(const models::Buffer& buffer, const char* how) {
  const auto jobs = by_buffer_.find(buffer.index());
  if (jobs == by_buffer_.end()) return;
  for (const Job* job : jobs->second) {
    if (job->state != models::JobState::running) continue;
    ++absences_;
    example(fmt::format("{} is {} while {} runs", buffer.name(), how, job->name()));
  }
}

void HazardTracker::on_finished(const Job& job) {
  if (unfinished_.erase(core::raw(job.id())) == 0) return;
  for (const models::Access& access : job.accesses)
    std::erase(by_buffer_[access.buffer->index()], &job);
}

void HazardTracker::on_flip_queued(const models::Display::Commit& commit) {
  auto& drawing = flips_[&commit];
  for (const models::Display::ScanOut& plane : commit.planes) {
    const auto jobs = by_buffer_.find(plane.buffer->index());
    if (jobs == by_buffer_.end()) continue;
    for (const Job* job : jobs->second)
      if (std::any_of(job->accesses.begin(), job->accesses.end(),
                      [&](const models::Access& access) {
                        return access.write && access.buffer == plane.buffer &&
                               access.begin < plane.end && plane.begin < access.end;
                      }))
        drawing.push_back({core::raw(job->id()), plane.buffer});
  }
}

void HazardTracker::on_flip_latched(const models::Display::Commit& commit) {
  const auto flip = flips_.find(&commit);
  if (flip == flips_.end()) return;
  const models::Buffer* last = nullptr;
  for (const Drawing& drawing : flip->second) {
    const auto known = unfinished_.find(drawing.job);
    if (known == unfinished_.end() || drawing.plane == last) continue;
    last = drawing.plane;
    ++undrawn_;
    example(
        fmt::format("{} is on the screen before {} has drawn it: the flip waited for nothing "
                    "that is after the job",
                    last->name(), known->second.job->name()));
  }
  flips_.erase(flip);
}

void HazardTracker::on_event(const core::ProbeEvent& event) {
  if (event.kind == core::ProbeKind::flip_queued)
    return on_flip_queued(*static_cast<const models::Display::Commit*>(event.subject));
  if (event.kind == core::ProbeKind::flip_latched)
    return on_flip_latched(*static_cast<const models::Display::Commit*>(event.subject));
  if (event.kind == core::ProbeKind::buffer_evicted)
    return on_gone(*static_cast<const models::Buffer*>(event.subject), "evicted");
  if (event.kind == core::ProbeKind::buffer_freed)
    return on_gone(*static_cast<const models::Buffer*>(event.subject), "freed");
  const Job& job = *static_cast<const Job*>(event.subject);
  switch (event.kind) {
    case core::ProbeKind::job_submitted: return on_submitted(job);
    case core::ProbeKind::job_finished: return on_finished(job);
    default: return on_started(job);
  }
}

}  // namespace fencelab::analysis
