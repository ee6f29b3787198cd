#include "models/gpu/fence_monitor.hpp"

#include <algorithm>

#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/hw_queue.hpp"

namespace fencelab::models {

struct FenceMonitor::Ring {
  Ring(core::Simulation& simulation, FenceMonitor& monitor, HwQueue& queue_)
      : queue(queue_),
        timer(simulation, core::RecoveryKind::monitor, [this, &monitor] { monitor.judge(*this); }) {
  }
  HwQueue& queue;
  core::Duration timeout{};
  const Job* watched = nullptr;
  core::RecoveryTimer timer;
};

FenceMonitor::FenceMonitor(core::Simulation& simulation)
    : simulation_(simulation), cell_(simulation) {}

FenceMonitor::~FenceMonitor() = default;

void FenceMonitor::record(const JobPtr& job) {
  cell_.write();
  for (const ValuePoint& signal : job->signals) {
    auto& promises = history_[signal.timeline->id()];
    std::erase_if(promises, [&](const Promise& promise) {
      return signal.timeline->satisfied(promise.value);
    });
    promises.push_back({signal.value, job});
  }
}

void FenceMonitor::watch(HwQueue& queue, core::Duration timeout) {
  auto& ring = rings_[queue.number()];
  if (!ring) ring = std::make_unique<Ring>(simulation_, *this, queue);
  ring->timeout = timeout;
}

// Each command has its time from when it is at the head: who waits is asked about then, whoever may
// be to blame.
void FenceMonitor::head_changed(HwQueue& queue) {
  const auto found = rings_.find(queue.number());
  if (found == rings_.end()) return;
  cell_.write();
  Ring& ring = *found->second;
  const Job* const head = queue.known_head();
  if (head == ring.watched) return;
  ring.watched = head;
  if (head)
    ring.timer.arm(ring.timeout, head->id());
  else
    ring.timer.disarm();
}

std::optional<core::Time> FenceMonitor::due(const HwQueue& queue) const {
  const auto found = rings_.find(queue.number());
  if (found == rings_.end() || !found->second->timer.armed()) return std::nullopt;
  return found->second->timer.due();
}

Job* FenceMonitor::signaller_of(const ValuePoint& wait) {
  const auto found = history_.find(wait.timeline->id());
  if (found == history_.end()) return nullptr;
  for (const Promise& promise : found->second)
    if (promise.value >= wait.value) return promise.job.get();
  return nullptr;
}

// From the head of a ring that does not get on along waits and promises: to one that waits for what
// nobody must write, that was executed for its whole time, or that is done and has not written.
// nullptr: it is too soon to say, look again after `wait`. In a circle all are to blame, and it is
// the one who was asked about.
Job* FenceMonitor::culprit_of(Job& waiter, core::Duration& wait) {
  std::vector<const Job*> seen;
  for (Job* job = &waiter;;) {
    if (std::find(seen.begin(), seen.end(), job) != seen.end()) return &waiter;
    seen.push_back(job);
    const auto open = std::find_if(
        job->ring_waits.begin(), job->ring_waits.end(),
        [](const ValuePoint& point) { return !point.timeline->at_least(point.value); });
    if (open == job->ring_waits.end()) {
      if (job->entity) return nullptr;  // its scheduler looks after it
      const auto limit = job->context->gpu().policies().hang->command_timeout();
      const core::Duration executed = job->engine->executed_for(*job);
      if (!limit || executed >= *limit) return limit ? job : nullptr;
      wait = *limit - executed;
      return nullptr;
    }
    Job* const signaller = signaller_of(*open);
    if (!signaller) return job;
    if (signaller->is_done()) return signaller;
    Job* const ahead = signaller->queue->head();
    job = ahead ? ahead : signaller;
  }
}

void FenceMonitor::judge(Ring& ring) {
  cell_.write();
  Job* const head = ring.queue.head();
  if (!head) return;
  core::Duration wait = ring.timeout;
  if (Job* const culprit = culprit_of(*head, wait)) convict(*culprit);
  if (ring.queue.head() == head) ring.timer.arm(wait, head->id());
}

// What it was to write the kernel writes, so that others go on.
void FenceMonitor::keep_promises(const Job& job) {
  for (const ValuePoint& signal : job.signals) signal.timeline->advance(signal.value);
}

// The queue is taken down: what is behind in the ring is not executed.
void FenceMonitor::convict(Job& job) {
  const JobPtr keep(&job);
  const std::deque<JobPtr> ring = job.queue->known_jobs();
  if (!job.is_done() && job.queue->on_engine() && job.queue->head() == &job) {
    job.engine->reset(core::fence_error::kTime);
  } else {
    simulation_.emit(core::ProbeKind::fence_forced, job.id(), core::raw(job.id()), 0, &job);
    job.kill(core::fence_error::kTime);
  }
  keep_promises(job);
  for (const JobPtr& behind : ring) {
    behind->kill(core::fence_error::kCanceled);
    keep_promises(*behind);
  }
}

void FenceMonitor::signalled(Job& job) {
  cell_.write();
  const bool kept =
      std::all_of(job.signals.begin(), job.signals.end(), [&](const ValuePoint& signal) {
        return job.never_signals || job.value_written(*signal.timeline) >= signal.value;
      });
  if (!kept) convict(job);
}

}  // namespace fencelab::models
