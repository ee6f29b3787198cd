#include "tests/campaign/oracles/full_record.hpp"

#include <algorithm>

#include "core/completion.hpp"
#include "core/fence.hpp"
#include "core/locks.hpp"
#include "core/order_events.hpp"
#include "core/timeline.hpp"
#include "models/client.hpp"
#include "models/cpu_access.hpp"
#include "models/gpu/dependency_wait.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/hw_queue.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::tests {

using core::ProbeKind;
using core::Time;
using models::Job;

int FullRecord::new_node() {
  after_.emplace_back();
  return static_cast<int>(after_.size()) - 1;
}

int FullRecord::node(std::uint32_t process) {
  const int made = new_node();
  const auto last = last_.find(process);
  if (last != last_.end()) edge(last->second, made);
  last_[process] = made;
  return made;
}

void FullRecord::on_event(const core::ProbeEvent& event) {
  const auto* job = static_cast<const Job*>(event.subject);
  const std::uint32_t process = core::raw(event.process);
  switch (event.kind) {
    case ProbeKind::job_submitted:
      if (job->queue) on_submitted(event, *job);  // else it failed before
      return;
    case ProbeKind::job_started: return on_started(event, *job);
    case ProbeKind::job_resumed:
    case ProbeKind::job_preempted: return on_slice(event, jobs_.at(core::raw(job->id())));
    case ProbeKind::engine_switched:
      switches_[event.a].emplace_back(event.at - core::Duration(event.b), event.at);
      return;
    case ProbeKind::job_finished:
      if (jobs_.contains(core::raw(job->id()))) on_finished(event, *job);
      return;
    case ProbeKind::fence_signaled: {
      const bool of_job = ends_.contains(core::raw(event.object));
      signals_.push_back(
          {core::raw(event.object), 0, event.at,
           of_job ? jobs_.at(ends_.at(core::raw(event.object))).end_node : node(process)});
      return;
    }
    case ProbeKind::timeline_advanced: {
      const std::pair<std::uint64_t, std::uint64_t> step{core::raw(event.object), event.a};
      const auto own = std::find(ending_.begin(), ending_.end(), step);
      const bool of_job = own != ending_.end() && ending_at_ == event.at;
      signals_.push_back(
          {step.first, step.second, event.at, of_job ? ending_node_ : node(process)});
      if (of_job) ending_.erase(own);
      return;
    }
    case ProbeKind::fence_polled:
      if (event.b != 0) {  // a reservation forgets it
        const Signal* signal = find(core::raw(event.object), 0);
        if (signal) forgotten_[{event.a, event.b - 1}].push_back(signal->node);
        return;
      }
      [[fallthrough]];
    case ProbeKind::timeline_polled:
      learned(process, core::raw(event.object),
              event.kind == ProbeKind::fence_polled ? 0 : event.a);
      if (client_of_.contains(process)) polled_[client_of_[process]].push_back(node(process));
      return;
    case ProbeKind::reservation_asked: return on_asked(event);
    case ProbeKind::wait_asked:
    case ProbeKind::wait_end: return on_wait(event);
    case ProbeKind::lock_taken:
    case ProbeKind::lock_released: return on_lock(event);
    case ProbeKind::cpu_accessed: return on_accessed(event);
    case ProbeKind::flip_queued:
    case ProbeKind::flip_latched: return on_flip(event);
    case ProbeKind::completed: completed_[core::raw(event.object)].push_back(node(process)); return;
    case ProbeKind::message_sent:
    case ProbeKind::message_received:
    case ProbeKind::image_acquired: return on_message(event);
    case ProbeKind::process_started: {
      last_.erase(static_cast<std::uint32_t>(event.a));
      client_of_.erase(static_cast<std::uint32_t>(event.a));
      if (event.process != core::kNoProcess)
        edge(node(process), node(static_cast<std::uint32_t>(event.a)));
      return;
    }
    case ProbeKind::buffer_evicted: ++evictions_; return;
    case ProbeKind::dependency_waited: return on_dependency_waited(event);
    default: return;
  }
}

void FullRecord::on_slice(const core::ProbeEvent& event, JobRecord& job) {
  if (event.kind == ProbeKind::job_preempted)
    job.slices.back().second = event.at;
  else
    job.slices.emplace_back(event.at, core::kNever);
}

void FullRecord::on_message(const core::ProbeEvent& event) {
  const int here = node(core::raw(event.process));
  const std::uint64_t object = core::raw(event.object);
  if (event.kind == ProbeKind::message_sent) {
    messages_[{object, event.a}] = here;
    if (event.b != 0) given_[event.b].push_back(here);
  } else if (event.kind == ProbeKind::message_received) {
    const auto sent = messages_.find({object, event.a});
    if (sent != messages_.end()) edge(sent->second, here);
  } else {
    for (const int given : given_[object]) edge(given, here);
  }
}

FullRecord::Asked FullRecord::asked_of(const models::Dependency& dependency) const {
  const Signal* signal = find(core::raw(dependency.point.id()), dependency.point.value);
  return {dependency.producer ? core::raw(dependency.producer->id()) : 0, dependency.rule,
          signal ? signal->at : core::kNever, signal ? signal->node : -1};
}

void FullRecord::on_dependency_waited(const core::ProbeEvent& event) {
  const auto& waited = *static_cast<const models::WaitedDependency*>(event.subject);
  if (!waited.consumer) {
    ++unasked_waits_;
    return;
  }
  const bool is_value = waited.dependency->point.is_value();
  ThreadWait wait{{}, asked_of(*waited.dependency), {}, waited.since, event.at, is_value};
  wait.consumer.accesses.assign(waited.consumer->accesses.begin(), waited.consumer->accesses.end());
  for (const models::Dependency& other : waited.consumer->dependencies)
    if (other.point.is_value() == is_value) wait.others.push_back(asked_of(other));
  thread_waits_.push_back(std::move(wait));
}

void FullRecord::after_forgotten(std::uint64_t lock, models::Usage query, int later) {
  for (std::uint64_t usage = 0; usage <= static_cast<std::uint64_t>(query); ++usage)
    for (const int done : forgotten_[{lock, usage}]) edge(done, later);
}

// Found done by the thread, and known to what its process submits later; or taken out, to be waited
// for by accesses that conflict.
void FullRecord::on_asked(const core::ProbeEvent& event) {
  const std::uint32_t process = core::raw(event.process);
  const std::uint64_t lock = core::raw(event.object);
  if (event.b != 0) {
    taken_out_.insert({event.b - 1, lock});
    return;
  }
  const auto query = static_cast<models::Usage>(event.a);
  after_forgotten(lock, query, node(process));
  const auto client = client_of_.find(process);
  if (client == client_of_.end()) return;
  const int found = new_node();  // what else the thread knows is no news to the others
  after_forgotten(lock, query, found);
  polled_[client->second].push_back(found);
}

void FullRecord::on_submitted(const core::ProbeEvent& event, const Job& job) {
  JobRecord& own = jobs_[core::raw(job.id())];
  own.id = core::raw(job.id());
  own.queue = job.queue->number();
  own.submitted = ++submissions_;
  own.accesses.assign(job.accesses.begin(), job.accesses.end());
  const std::uint32_t process = core::raw(event.process);
  const std::uint32_t books = one_bookkeeper ? 0 : job.client->index();
  const bool is_first = client_of_.emplace(process, books).second;
  own.submit_node = node(process);
  for (const int look : polled_[books]) edge(look, own.submit_node);
  // What it had found done before it was known with whose books it looks.
  if (is_first) polled_[books].push_back(own.submit_node);
  own.start_node = new_node();
  own.end_node = new_node();
  edge(own.submit_node, own.start_node);
  edge(own.start_node, own.end_node);
  const models::SyncPolicy& sync = *job.context->gpu().policies().sync;
  for (const models::Access& access : job.declared()) {
    const std::uint64_t lock = core::raw(access.buffer->resv().lock().id());
    auto query = sync.query_for(access, false);
    if (!query && taken_out_.contains({job.client->index(), lock}))
      query = access.write ? models::Usage::read : models::Usage::write;
    if (query) after_forgotten(lock, *query, own.start_node);
  }
  for (const models::Access& mark : job.marked)
    if (const auto query = sync.query_for(mark, true))
      after_forgotten(core::raw(mark.buffer->resv().lock().id()), *query, own.start_node);
  if (job.finished) ends_[core::raw(job.finished->id())] = own.id;
  if (job.completion.timeline) progress_.insert(core::raw(job.completion.timeline->id()));
}

void FullRecord::on_started(const core::ProbeEvent& event, const Job& job) {
  JobRecord& own = jobs_.at(core::raw(job.id()));
  own.engine = static_cast<std::uint32_t>(event.a);
  own.start = event.at;
  on_slice(event, own);
  own.head = job.head_at;
  const auto ahead = last_end_.find(own.queue);
  if (ahead != last_end_.end()) edge(ahead->second, own.start_node);
  draw_over_screens(own);
}

void FullRecord::on_finished(const core::ProbeEvent& event, const Job& job) {
  JobRecord& own = jobs_.at(core::raw(job.id()));
  own.done = event.at;
  if (!own.slices.empty()) own.slices.back().second = std::min(own.slices.back().second, event.at);
  own.begun = own.start;
  if (job.semaphore_open_at != core::kNever) own.begun = std::max(own.begun, job.semaphore_open_at);
  for (const models::ValuePoint& wait : job.ring_waits) {
    const std::uint64_t timeline = core::raw(wait.timeline->id());
    const Signal* signal = find(timeline, wait.value);
    if (!signal) continue;
    edge(signal->node, own.start_node);
    if (!progress_.contains(timeline)) own.ring_waits.push_back(*signal);
  }
  own.finished = ++finishes_;
  last_end_[own.queue] = own.end_node;
  const auto depend = [&](const models::SyncPoint& point, const Job* producer,
                          models::DependencyRule rule) {
    const Signal* signal = find(core::raw(point.id()), point.value);
    Asked asked{producer ? core::raw(producer->id()) : 0, rule, signal ? signal->at : Time{},
                signal ? signal->node : -1};
    if (signal) edge(signal->node, own.start_node);
    own.dependencies.push_back(asked);
  };
  for (const models::Dependency& dependency : job.dependencies)
    depend(dependency.point, dependency.producer.get(), dependency.rule);
  ending_.clear();
  for (const models::ValuePoint& value : job.signals)
    ending_.emplace_back(core::raw(value.timeline->id()), value.value);
  if (job.completion.timeline)
    ending_.emplace_back(core::raw(job.completion.timeline->id()), job.completion.value);
  ending_at_ = event.at;
  ending_node_ = own.end_node;
}

/// The first signal that made it true.
const FullRecord::Signal* FullRecord::find(std::uint64_t object, std::uint64_t value) const {
  for (const Signal& signal : signals_)
    if (signal.object == object && signal.value >= value) return &signal;
  return nullptr;
}

void FullRecord::learned(std::uint32_t process, std::uint64_t object, std::uint64_t value) {
  const Signal* signal = find(object, value);
  if (signal) edge(signal->node, node(process));
}

// Waiting for memory orders nothing: that somebody had to be put out was luck.
void FullRecord::on_wait(const core::ProbeEvent& event) {
  if (static_cast<core::WaitReason>(event.a) == core::WaitReason::memory) return;
  const core::WaitLink* links = nullptr;
  std::uint32_t count = 0;
  if (event.kind == ProbeKind::wait_asked) {
    const auto& ask = *static_cast<const core::WaitAsk*>(event.subject);
    if (ask.idle) return;
    links = ask.links, count = ask.count;
  } else {
    const auto& wait = static_cast<const core::Process*>(event.subject)->wait;
    links = wait.links, count = wait.count;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    const bool may_ask = dynamic_cast<const core::DmaFence*>(links[i].object) ||
                         dynamic_cast<const core::ValueTimeline*>(links[i].object) ||
                         dynamic_cast<const core::Completion*>(links[i].object);
    const bool met = event.kind == ProbeKind::wait_end
                         ? links[i].done
                         : may_ask && links[i].object->satisfied(links[i].value);
    if (!met) continue;
    if (dynamic_cast<const core::Completion*>(links[i].object))
      for (const int end : completed_[core::raw(links[i].object->id())])
        edge(end, node(core::raw(event.process)));
    const bool is_fence = dynamic_cast<const core::DmaFence*>(links[i].object) != nullptr;
    const bool is_value = dynamic_cast<const core::ValueTimeline*>(links[i].object) != nullptr;
    if (is_fence || is_value)
      learned(core::raw(event.process), core::raw(links[i].object->id()),
              is_value ? links[i].value : 0);
  }
}

// Mutexes only; a reservation orders by its fences, not by its lock.
void FullRecord::on_lock(const core::ProbeEvent& event) {
  const auto& lock = *static_cast<const core::LockEvent*>(event.subject);
  if (dynamic_cast<const core::WwMutex*>(lock.lock)) return;
  const int here = node(core::raw(lock.owner->id));
  auto& releases = unlocked_[core::raw(event.object)];
  if (event.kind == ProbeKind::lock_released)
    releases.push_back(here);
  else
    for (const int release : releases) edge(release, here);
}

// A thread's access is like a job between two points of the thread.
void FullRecord::on_accessed(const core::ProbeEvent& event) {
  const std::uint32_t process = core::raw(event.process);
  if (event.a == 0) {
    const std::uint64_t id = (std::uint64_t{1} << 63) + touches_.size() + 1;
    JobRecord& own = touches_[id];
    const auto& access = *static_cast<const models::CpuAccess*>(event.subject);
    own.id = id;
    own.queue = 1'000'000 + process;
    own.submitted = ++submissions_;
    own.start = event.at;
    own.accesses.assign(access.accesses.begin(), access.accesses.end());
    own.submit_node = own.start_node = node(process);
    touching_[process] = id;
    draw_over_screens(own);
    return;
  }
  JobRecord& own = touches_.at(touching_.at(process));
  own.done = event.at;
  own.finished = ++finishes_;
  own.end_node = node(process);
}

bool FullRecord::writes(const JobRecord& record, const models::Display::ScanOut& plane) const {
  for (const models::Access& access : record.accesses)
    if (access.write && access.buffer == plane.buffer &&
        std::max(access.begin, plane.begin) < std::min(access.end, plane.end))
      return true;
  return false;
}

void FullRecord::on_flip(const core::ProbeEvent& event) {
  const auto& commit = *static_cast<const models::Display::Commit*>(event.subject);
  if (event.kind == ProbeKind::flip_queued) {
    Flip& flip = flips_[&commit];
    flip = {submissions_, {}};
    for (const JobRecord* record : all())
      if (record->done == core::kNever) flip.unfinished.insert(record->id);
    return;
  }
  const Flip flip = flips_.at(&commit);
  for (const models::Display::ScanOut& plane : commit.planes)
    for (const JobRecord* record : all()) {
      if (!writes(*record, plane)) continue;
      if (flip.unfinished.contains(record->id) && record->done == core::kNever)
        pictures_.emplace(commit.number, plane.buffer, false);
      if (record->submitted > flip.submitted && record->start != core::kNever)
        pictures_.emplace(commit.number, plane.buffer, true);
    }
  if (!commit.planes.empty())
    screens_[core::raw(event.object)] = {commit.number, flip.submitted, commit.planes};
}

void FullRecord::draw_over_screens(const JobRecord& record) {
  for (const auto& [display, screen] : screens_)
    for (const models::Display::ScanOut& plane : screen.planes)
      if (record.submitted > screen.submitted && writes(record, plane))
        pictures_.emplace(screen.commit, plane.buffer, true);
}

std::vector<const FullRecord::JobRecord*> FullRecord::all() const {
  std::vector<const JobRecord*> list;
  for (const auto& [id, job] : jobs_) list.push_back(&job);
  for (const auto& [id, touch] : touches_) list.push_back(&touch);
  return list;
}

}  // namespace fencelab::tests
