#include "analysis/hazards/happens_before.hpp"

#include "core/completion.hpp"
#include "core/fence.hpp"
#include "core/timeline.hpp"
#include "models/client.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/hw_queue.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::analysis {

using core::ProbeKind;
using models::Job;

const core::Probe::Mask HappensBefore::kMask =
    core::Probe::bit(ProbeKind::job_submitted) | core::Probe::bit(ProbeKind::job_started) |
    core::Probe::bit(ProbeKind::job_finished) | core::Probe::bit(ProbeKind::timeline_advanced) |
    core::Probe::bit(ProbeKind::fence_signaled) | core::Probe::bit(ProbeKind::fence_polled) |
    core::Probe::bit(ProbeKind::timeline_polled) | core::Probe::bit(ProbeKind::wait_asked) |
    core::Probe::bit(ProbeKind::reservation_asked) | core::Probe::bit(ProbeKind::wait_end) |
    core::Probe::bit(ProbeKind::lock_taken) | core::Probe::bit(ProbeKind::lock_released) |
    core::Probe::bit(ProbeKind::completed) | core::Probe::bit(ProbeKind::message_sent) |
    core::Probe::bit(ProbeKind::message_received) | core::Probe::bit(ProbeKind::image_acquired) |
    core::Probe::bit(ProbeKind::process_started) | core::Probe::bit(ProbeKind::process_ended);

void HappensBefore::on_event(const core::ProbeEvent& event) {
  switch (event.kind) {
    case ProbeKind::job_submitted: return on_submitted(event);
    case ProbeKind::job_started: return on_started(*static_cast<const Job*>(event.subject));
    case ProbeKind::job_finished:
      return on_finished(*static_cast<const Job*>(event.subject), event.at);
    case ProbeKind::timeline_advanced: return on_advanced(event);
    case ProbeKind::fence_signaled: return on_signaled(event);
    case ProbeKind::fence_polled: return on_polled(event);
    case ProbeKind::reservation_asked: return on_asked(event);
    case ProbeKind::timeline_polled:
      learn_value(of(event.process), event.object, event.a);
      return tell_driver(event.process);
    case ProbeKind::wait_asked: {
      const auto& ask = *static_cast<const core::WaitAsk*>(event.subject);
      if (ask.idle || !ask.process) return;
      return on_waited(event.process, ask.links, ask.count, static_cast<core::WaitReason>(event.a),
                       false);
    }
    case ProbeKind::wait_end: {
      const auto& process = *static_cast<const core::Process*>(event.subject);
      return on_waited(event.process, process.wait.links, process.wait.count,
                       static_cast<core::WaitReason>(event.a), true);
    }
    case ProbeKind::lock_taken:
    case ProbeKind::lock_released: return on_lock(event);
    case ProbeKind::completed: return carry(core::raw(event.object), of(event.process));
    case ProbeKind::message_sent:
    case ProbeKind::message_received:
    case ProbeKind::image_acquired: return on_message(event);
    default: return on_process(event);
  }
}

HappensBefore::Queue& HappensBefore::queue(std::uint32_t number) {
  if (number >= queues_.size()) queues_.resize(number + 1);
  return queues_[number];
}

// ---------------------------------------------------------------- jobs

void HappensBefore::on_submitted(const core::ProbeEvent& event) {
  const Job& job = *static_cast<const Job*>(event.subject);
  ++submissions_;
  if (!job.queue) return;  // failed before it was queued
  Clock& thread = of(event.process);
  const std::uint32_t client = driver_of(job);
  if (client >= drivers_.size()) drivers_.resize(client + 1);
  std::uint32_t& driver = clients_[core::raw(event.process)];
  // What it had found done before it was known whose driver it looks with.
  if (driver == 0) drivers_[client].join(thread);
  driver = client + 1;
  thread.join(drivers_[client]);
  const std::uint32_t number = job.queue->number();
  Queue& own = queue(number);
  const std::uint64_t told =
      job.entity && job.finished ? job.finished->seqno() : job.completion.value;
  if (own.last == 0)
    contexts_[job.entity && job.finished ? job.finished->context()
                                         : core::raw(job.completion.id())] = number;
  own.last = std::max(own.last + 1, told);
  InFlight& made = jobs_[core::raw(job.id())];
  made = {&job, {number, own.last}, submissions_, false, thread};
  learn_reservations(made);
}

// What a user-mode driver keeps is one for all threads of its process; what the oracle keeps is one
// for all processes.
std::uint32_t HappensBefore::driver_of(const Job& job) {
  if (!job.context) return job.client->index() + 1;
  const models::Gpu& gpu = job.context->gpu();
  if (gpu.index >= omniscient_.size()) omniscient_.resize(gpu.index + 1, -1);
  signed char& known = omniscient_[gpu.index];
  if (known < 0) {
    known = gpu.policies().names.of("sync") == "oracle";
  }
  return known ? 0 : job.client->index() + 1;
}

void HappensBefore::learn_forgotten(Clock& clock, std::uint64_t lock, std::uint64_t asked) {
  const Forgotten* forgotten = reservations_.find(lock);
  if (!forgotten) return;
  for (std::uint64_t usage = 0; usage <= asked; ++usage) clock.join((*forgotten)[usage]);
}

// A submission asks the reservations that its policy says it asks. What was taken out of one before
// it waits for as far as its access conflicts, be it still there or not.
void HappensBefore::learn_reservations(InFlight& own) {
  const Job& job = *own.job;
  if (!job.context) return;
  const models::SyncPolicy& sync = *job.context->gpu().policies().sync;
  const auto learn = [&](const models::Access& access, bool marked) {
    const std::uint64_t lock = core::raw(access.buffer->resv_on(job.context->gpu()).lock().id());
    auto asked = sync.query_for(access, marked);
    if (!asked && taken_out_.contains({1 + std::uint64_t{job.client->index()}, lock}))
      asked = models::usage_rw(access.write);
    if (asked) learn_forgotten(own.clock, lock, static_cast<std::uint64_t>(*asked));
  };
  for (const models::Access& access : job.declared()) learn(access, false);
  for (const models::Access& mark : job.marked) learn(mark, true);
}

void HappensBefore::on_asked(const core::ProbeEvent& event) {
  const std::uint64_t lock = core::raw(event.object);
  if (event.b != 0) {
    taken_out_.insert({event.b, lock});
    return;
  }
  learn_forgotten(of(event.process), lock, event.a);
  const std::uint32_t* driver = clients_.find(core::raw(event.process));
  if (driver && *driver) learn_forgotten(drivers_[*driver - 1], lock, event.a);
}

void HappensBefore::on_polled(const core::ProbeEvent& event) {
  const auto& fence = *static_cast<const core::DmaFence*>(event.subject);
  if (event.b != 0) return learn_fence(reservations_[event.a][event.b - 1], fence);
  learn_fence(of(event.process), fence);
  tell_driver(event.process);
}

// What a thread finds done its driver need not look at again, whichever thread it serves next.
void HappensBefore::tell_driver(core::ProcessId process) {
  const std::uint32_t* driver = clients_.find(core::raw(process));
  if (driver && *driver) drivers_[*driver - 1].join(of(process));
}

void HappensBefore::on_started(const Job& job) {
  InFlight* own = find(job);
  if (!own) return;
  own->started = true;
  if (!job.started) return;
  complete(*own);
  carry(core::raw(job.started->id()), own->clock);
}

void HappensBefore::complete(InFlight& own) {
  const Queue& ring = queue(own.epoch.queue);
  if (ring.done > 0) learn_end(own.clock, {own.epoch.queue, ring.done});
  for (const models::Dependency& dependency : own.job->dependencies) {
    const models::SyncPoint& point = dependency.point;
    if (point.timeline)
      learn_value(own.clock, point.timeline->id(), point.value);
    else if (point.fence && point.fence->signaled_at() <= own.job->started_at)
      learn_fence(own.clock, *point.fence);
  }
  for (const models::ValuePoint& wait : own.job->ring_waits)
    learn_value(own.clock, wait.timeline->id(), wait.value);
}

void HappensBefore::on_finished(const Job& job, core::Time now) {
  InFlight* own = find(job);
  if (!own) return;
  if (own->started) complete(*own);
  Queue& ring = queue(own->epoch.queue);
  if (ring.clocks.size() < kJobs)
    ring.clocks.emplace_back(own->epoch.sequence, own->clock);
  else
    ring.clocks[ring.next] = {own->epoch.sequence, own->clock};
  ring.next = (ring.next + 1) % kJobs;
  ring.done = std::max(ring.done, own->epoch.sequence);
  if (job.signals.empty()) return;
  ending_.at = now;
  ending_.clock = own->clock;
  ending_.clock.learn(own->epoch);
  ending_.values.clear();
  for (const models::ValuePoint& signal : job.signals)
    ending_.values.emplace_back(signal.timeline->id(), signal.value);
}

std::vector<HappensBefore::InFlight> HappensBefore::running() {
  std::vector<InFlight> all;
  for (auto& [id, own] : jobs_)
    if (own.executes()) complete(own), all.push_back(own);
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.submission < b.submission; });
  return all;
}

const Clock* HappensBefore::Queue::find(std::uint64_t sequence) const {
  const Clock* oldest = nullptr;
  std::uint64_t oldest_number = ~std::uint64_t{0};
  // The newest first: who depends on a job does so soon.
  for (std::size_t i = 1; i <= clocks.size(); ++i) {
    const auto& [number, clock] = clocks[(next + 2 * clocks.size() - i) % clocks.size()];
    if (number == sequence) return &clock;
    if (number > sequence && number < oldest_number) oldest_number = number, oldest = &clock;
  }
  return oldest;
}

// ---------------------------------------------------------------- learning

void HappensBefore::learn_end(Clock& clock, Epoch job) {
  if (clock.covers(job)) return;
  Queue& ring = queue(job.queue);
  if (job.sequence > ring.done) return;  // forced: it is not done
  if (const Clock* known = ring.find(job.sequence)) clock.join(*known);
  clock.learn(job);
}

void HappensBefore::learn_fence(Clock& clock, const core::DmaFence& fence) {
  if (fence.is_container()) {
    std::vector<core::FencePtr> leaves;
    const_cast<core::DmaFence&>(fence).leaves(leaves);
    for (const core::FencePtr& leaf : leaves)
      if (leaf.get() != &fence) learn_fence(clock, *leaf);
    return;
  }
  const std::uint32_t ring = queue_of(fence.context());
  if (ring) return learn_end(clock, {ring, fence.seqno()});
  learn_object(clock, core::raw(fence.id()));
}

void HappensBefore::learn_value(Clock& clock, core::ObjectId timeline, std::uint64_t value) {
  const std::uint32_t ring = queue_of(core::raw(timeline));
  if (ring) return learn_end(clock, {ring, value});
  const auto steps = timelines_.find(core::raw(timeline));
  if (steps == timelines_.end()) return;
  for (const Step& step : steps->second)
    if (step.value >= value) return clock.join(step.clock);
}

void HappensBefore::learn_object(Clock& clock, std::uint64_t object) {
  const auto known = objects_.find(object);
  if (known != objects_.end()) clock.join(known->second);
}

void HappensBefore::carry(std::uint64_t object, const Clock& clock) {
  const auto [place, is_new] = objects_.try_emplace(object, clock);
  if (!is_new) return place->second.join(clock);
  object_order_.push_back(object);
  if (object_order_.size() <= kObjects) return;
  objects_.erase(object_order_.front());
  object_order_.pop_front();
}

// ---------------------------------------------------------------- signals and waits

void HappensBefore::on_advanced(const core::ProbeEvent& event) {
  if (queue_of(core::raw(event.object))) return;  // progress of a ring
  auto& steps = timelines_[core::raw(event.object)];
  const std::pair<core::ObjectId, std::uint64_t> step{event.object, event.a};
  const auto ended = std::find(ending_.values.begin(), ending_.values.end(), step);
  if (ended != ending_.values.end() && ending_.at == event.at) {
    ending_.values.erase(ended);
    steps.push_back({event.a, ending_.clock});
  } else {
    steps.push_back({event.a, of(event.process)});
  }
  if (steps.size() > kSteps) steps.pop_front();
}

void HappensBefore::on_signaled(const core::ProbeEvent& event) {
  if (queue_of(event.b)) return;  // of a job
  const auto& fence = *static_cast<const core::DmaFence*>(event.subject);
  if (fence.is_container() || objects_.contains(core::raw(event.object))) return;
  carry(core::raw(event.object), of(event.process));
}

namespace {

/// Whether a wait on `link` would end at once. Locks and doorbells are not asked: they would be
/// taken, or cleared, by the question. (They tell of themselves, and so do messages.)
bool is_over(const core::WaitLink& link) {
  const core::Waitable* object = link.object;
  const bool may_ask = dynamic_cast<const core::DmaFence*>(object) ||
                       dynamic_cast<const core::ValueTimeline*>(object) ||
                       dynamic_cast<const core::Completion*>(object);
  return may_ask && object->satisfied(link.value);
}

}  // namespace

void HappensBefore::on_waited(core::ProcessId process, const core::WaitLink* links,
                              std::uint32_t count, core::WaitReason reason, bool ended) {
  using core::WaitReason;
  const bool is_point = reason == WaitReason::fence || reason == WaitReason::value;
  if (!is_point && reason != WaitReason::lock && reason != WaitReason::fifo) return;
  for (std::uint32_t i = 0; i < count; ++i) {
    const core::WaitLink& link = links[i];
    if (ended ? !link.done : !is_over(link)) continue;
    if (!is_point) {
      learn_object(of(process), core::raw(link.object->id()));
      continue;
    }
    if (const auto* fence = dynamic_cast<const core::DmaFence*>(link.object))
      learn_fence(of(process), *fence);
    else
      learn_value(of(process), link.object->id(), link.value);
  }
}

void HappensBefore::on_lock(const core::ProbeEvent& event) {
  const auto& lock = *static_cast<const core::LockEvent*>(event.subject);
  if (!core::is_class(reservation_class_))
    reservation_class_ =
        lock.lock->simulation().order_classes().intern(core::OrderKind::ww_lock, "dma_resv");
  if (!lock.owner || lock.order_class == reservation_class_) return;
  Lock& known = locks_[core::raw(event.object)];
  Clock& owner = of(lock.owner->id);
  const bool writes = lock.mode == core::LockMode::exclusive;
  if (event.kind == ProbeKind::lock_taken) return owner.join(writes ? known.all : known.writers);
  known.all.join(owner);
  if (writes) known.writers.join(owner);
}

namespace {

/// Messages are numbered per channel; images go back under the id of their buffer.
std::uint64_t message_key(std::uint64_t channel, std::uint64_t number) {
  return (channel << 32 | std::uint64_t{1} << 63) ^ number;
}

}  // namespace

void HappensBefore::on_message(const core::ProbeEvent& event) {
  if (event.kind == ProbeKind::message_sent) {
    carry(message_key(core::raw(event.object), event.a), of(event.process));
    if (event.b != 0) carry(event.b, of(event.process));
  } else if (event.kind == ProbeKind::message_received) {
    learn_object(of(event.process), message_key(core::raw(event.object), event.a));
  } else {
    learn_object(of(event.process), core::raw(event.object));
  }
}

void HappensBefore::on_process(const core::ProbeEvent& event) {
  if (event.kind == ProbeKind::process_started) {
    if (event.process != core::kNoProcess) threads_[event.a] = of(event.process);
  } else {
    threads_.reset(event.a);
    clients_.reset(event.a);
  }
}

}  // namespace fencelab::analysis
