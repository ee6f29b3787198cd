#include "analysis/oversync/oversync_tracker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/oversync/names.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/hw_queue.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::analysis {

using core::ProbeKind;
using core::Time;
using models::Dependency;
using models::Job;

const core::Probe::Mask OversyncTracker::kMask =
    core::Probe::bit(ProbeKind::job_submitted) | core::Probe::bit(ProbeKind::job_started) |
    core::Probe::bit(ProbeKind::job_resumed) | core::Probe::bit(ProbeKind::job_preempted) |
    core::Probe::bit(ProbeKind::job_finished) | core::Probe::bit(ProbeKind::timeline_advanced) |
    core::Probe::bit(ProbeKind::dependency_waited) | core::Probe::bit(ProbeKind::flip_queued) |
    core::Probe::bit(ProbeKind::flip_latched) | core::Probe::bit(ProbeKind::cpu_accessed);

void OversyncTracker::on_event(const core::ProbeEvent& event) {
  const Job* job = static_cast<const Job*>(event.subject);
  switch (event.kind) {
    case ProbeKind::job_submitted: return on_submitted(event, *job);
    case ProbeKind::job_started: return on_started(*job, event.at);
    case ProbeKind::job_resumed:
    case ProbeKind::job_preempted:
      return on_slice(*job, event.kind == ProbeKind::job_resumed, event.at);
    case ProbeKind::job_finished: return on_finished(*job, event.at);
    case ProbeKind::timeline_advanced: return values_.advanced(event.object, event.a, event.at);
    case ProbeKind::dependency_waited: return on_waited(event);
    case ProbeKind::cpu_accessed:
      if (event.a == 0 && !unclaimed_.empty())
        claim(event.process, *static_cast<const models::CpuAccess*>(event.subject));
      return;
    case ProbeKind::flip_queued: return on_flip_queued(event);
    case ProbeKind::flip_latched: return on_flip_latched(event);
    default: break;
  }
}

// ---------------------------------------------------------------- jobs

void OversyncTracker::on_submitted(const core::ProbeEvent& event, const Job& job) {
  if (!unclaimed_.empty()) claim(event.process, job);
  if (!job.queue) return;  // failed before it was queued
  const std::uint64_t id = core::raw(job.id());
  InFlight& own = jobs_[id];
  own.job = &job;
  own.queue = job.queue->number();
  for (const models::Access& access : job.accesses)
    history_.conflicts(access, own.queue, [&](std::uint64_t other) {
      InFlight& earlier = jobs_.find(other)->second;
      if (earlier.newest_waiter == id) return;
      earlier.newest_waiter = id;
      earlier.waiters.push_back(id);
      ++own.pending;
    });
  history_.add(job, own.queue);
}

void OversyncTracker::on_started(const Job& job, Time now) {
  const auto found = jobs_.find(core::raw(job.id()));
  if (found == jobs_.end()) return;
  InFlight& own = found->second;
  if (own.queue < queue_done_.size()) own.ring_free = queue_done_[own.queue];
  own.spins = job.semaphore_open_at > now;
  if (!own.spins) return judge(own, now);
  own.held.emplace_back(now, core::kNever);
}

void OversyncTracker::on_slice(const Job& job, bool begins, Time now) {
  const auto found = jobs_.find(core::raw(job.id()));
  if (found == jobs_.end() || !found->second.spins) return;
  auto& held = found->second.held;
  if (begins)
    held.emplace_back(now, core::kNever);
  else
    held.back().second = now;
}

void OversyncTracker::on_finished(const Job& job, Time now) {
  const auto found = jobs_.find(core::raw(job.id()));
  if (found == jobs_.end()) return;
  InFlight& own = found->second;
  if (own.spins && job.semaphore_open_at <= now) judge(own, job.semaphore_open_at);
  for (const std::uint64_t waiter : own.waiters) {
    const auto later = jobs_.find(waiter);
    if (later == jobs_.end()) continue;  // it did not wait, and is done already
    --later->second.pending;
    later->second.conflicts_done = now;
  }
  history_.remove(job, own.queue);
  if (own.queue >= queue_done_.size()) queue_done_.resize(own.queue + 1);
  queue_done_[own.queue] = now;
  jobs_.erase(found);
}

// Only while the job may still ask for it: a fence has a time once it has signaled.
Time OversyncTracker::done_at(const Dependency& dependency) const {
  if (dependency.point.fence) return dependency.point.fence->signaled_at();
  const Job* producer = dependency.producer.get();
  if (producer && producer->state == models::JobState::done) return producer->done_at;
  return values_.reached(dependency.point.id(), dependency.point.value);
}

bool OversyncTracker::needed(const Dependency& dependency) {
  switch (dependency.rule) {
    case models::DependencyRule::program:
    case models::DependencyRule::resv_kernel:
    case models::DependencyRule::bind:
    case models::DependencyRule::userptr: return true;
    default: return dependency.producer && index_.find(dependency.producer->accesses);
  }
}

// Semaphores that the program put into the ring come first there; dependencies follow.
Time OversyncTracker::program_values(const Job& job) const {
  std::size_t own = job.ring_waits.size();
  for (const Dependency& dependency : job.dependencies)
    own -= own > 0 && (dependency.point.is_value() ||
                       (dependency.producer && dependency.producer->completion.is_value()));
  Time last{};
  for (std::size_t i = 0; i < own; ++i)
    last =
        std::max(last, values_.reached(job.ring_waits[i].timeline->id(), job.ring_waits[i].value));
  return last;
}

// "All else as it was": its place in the ring, the engine it got and when that stood idle. (An idle
// engine has all its credits.) While it held the engine and polled, the engine was its own.
Time OversyncTracker::could_start(const InFlight& own, Time ready, Time start) const {
  if (ready >= start || !own.job->engine) return start;
  Time best = own.job->engine->idle_at(ready, start);
  for (const auto& [from, to] : own.held)
    if (std::max(from, ready) < to) best = std::min(best, std::max(from, ready));
  return best;
}

void OversyncTracker::judge(const InFlight& own, Time start) {
  const Job& job = *own.job;
  Time ready = std::max({job.head_at, own.ring_free, own.conflicts_done});
  if (own.pending > 0) ready = start;  // it should have waited longer than it did
  if (!job.ring_waits.empty()) ready = std::max(ready, program_values(job));
  if (job.dependencies.empty() && !listener_) return;
  index_.reset(job.accesses);
  const Dependency* last_false = nullptr;
  Time last_false_done{};
  boost::container::small_vector<bool, 16> verdicts;
  for (const Dependency& dependency : job.dependencies) {
    const bool is_needed = needed(dependency);
    verdicts.push_back(is_needed);
    const Time done = std::min(done_at(dependency), start);
    if (is_needed) {
      ready = std::max(ready, done);
    } else if (!last_false || done > last_false_done) {
      last_false = &dependency;
      last_false_done = done;
    }
  }
  Cost cost{start, last_false || listener_ ? could_start(own, ready, start) : start,
            last_false_done};
  if (listener_) listener_({core::raw(job.id()), start, last_false ? cost.could_start : start});
  std::size_t i = 0;
  for (const Dependency& dependency : job.dependencies) {
    const bool is_needed = verdicts[i++];
    if (std::find(own.judged.begin(), own.judged.end(), dependency.point.id()) != own.judged.end())
      continue;
    count(dependency, job, is_needed, Where::queue,
          &dependency == last_false && cost.could_start < start ? &cost : nullptr);
  }
}

// ---------------------------------------------------------------- counting

void OversyncTracker::add(DependencyRow& row, bool is_needed, Where where, const Cost* cost,
                          const std::string& example) {
  ++(is_needed ? needed_ : false_);
  ++row.count;
  const std::int64_t lost = cost ? (cost->start - cost->could_start).count() : 0;
  costly_ += lost > 0;
  (where == Where::queue ? job_time_ : where == Where::thread ? thread_time_ : flip_time_) += lost;
  row.cost_ns += lost;
  if (row.count > 1 && lost <= row.cost_max_ns) return;
  row.cost_max_ns = lost;
  row.example = example;
  if (!cost) return;
  row.start_ns = core::nanoseconds_of(cost->start);
  row.could_start_ns = core::nanoseconds_of(cost->could_start);
  row.done_ns = core::nanoseconds_of(cost->done);
}

void OversyncTracker::count(const Dependency& dependency, const Job& consumer, bool is_needed,
                            Where where, const Cost* cost) {
  const Job* producer = dependency.producer.get();
  const DependencyTable::Key key{
      name_key(consumer),
      producer ? name_key(*producer) : static_cast<const void*>(dependency.point.timeline),
      dependency.buffer,
      models::kDependencyRuleNames[static_cast<std::size_t>(dependency.rule)],
      static_cast<std::uint32_t>(where),
      is_needed};
  DependencyRow& row = table_.row(key, [&] {
    DependencyRow made;
    made.consumer = operation_name(consumer);
    made.producer = producer_name(dependency);
    made.buffer = dependency.buffer ? dependency.buffer->name() : "";
    made.policy = policy_name(dependency.rule, consumer);
    made.where = where == Where::queue ? "queue" : "thread";
    return made;
  });
  const bool shown =
      row.count == 0 || (cost && (cost->start - cost->could_start).count() > row.cost_max_ns);
  add(row, is_needed, where, cost,
      shown ? fmt::format("#{} after {}", consumer.iteration,
                          producer ? fmt::format("#{}", producer->iteration) : row.producer)
            : std::string());
}

}  // namespace fencelab::analysis
