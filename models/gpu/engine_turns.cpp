// Whose turn it is on an engine: what it decides by, and how that is explained.
#include <algorithm>

#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/job_watchdog.hpp"
#include "models/svm/page_walk.hpp"

namespace fencelab::models {

using core::Duration;
using core::Time;

std::uint64_t Engine::rank_of(const HwQueue& queue) {
  return static_cast<std::uint64_t>((1 << 19) + queue.context().known_priority());
}

// Whether the running job may have to share the engine with its equals before it is done.
bool Engine::may_share(const Job& job) const {
  if (awaits_values(job) || job.walk) return true;
  return spec_.timeslice > Duration{} &&
         (job.infinite || job.hung || job.remaining > spec_.timeslice);
}

// Whether it may have to spin, as far as is known without looking.
bool Engine::awaits_values(const Job& job) { return job.ring_waits_over < job.ring_waits.size(); }

// Looks whether the values that the job waits for are there; rings when the next one is.
bool Engine::spinning(Job& job) {
  for (; awaits_values(job); ++job.ring_waits_over) {
    const ValuePoint& wait = job.ring_waits[job.ring_waits_over];
    if (wait.timeline->at_least(wait.value)) {
      if (job.stalled) cell_.write();  // others look whether it still is
      continue;
    }
    if (job.ring_waits_watched <= job.ring_waits_over) {
      job.ring_waits_watched = job.ring_waits_over + 1;
      wait.timeline->watch(wait.value, bell_);
    }
    return true;
  }
  return false;
}

bool Engine::runnable(const HwQueue& queue) {
  if (queue.known_head()->engine != this) return false;
  if (queue.known_head()->stalled) return !spinning(*queue.known_head());
  return gpu_.policies().semaphore->runs_before_value() || !spinning(*queue.known_head());
}

// Highest priority first, then the order of ready_. A queue that would only look at a semaphore in
// vain comes after every queue of its priority that has work to do.
HwQueue* Engine::pick() {
  if (ready_.size() == 1) return runnable(*ready_[0]) ? ready_[0] : nullptr;
  HwQueue* best = nullptr;
  int best_rank = 0;
  for (HwQueue* queue : ready_) {
    // What cannot be preferred is not looked at: then its coming commutes with this step.
    const int rank_at_most = 2 * queue->context().known_priority() + 1;
    if ((best && rank_at_most <= best_rank) || !runnable(*queue)) continue;
    const int rank = rank_at_most - (spinning(*queue->known_head()) ? 1 : 0);
    if (best && rank <= best_rank) continue;
    best = queue;
    best_rank = rank;
  }
  return best;
}

// Whether another queue has work that the running one keeps from the engine.
bool Engine::contended(const HwQueue& running) {
  for (const HwQueue* queue : ready_)
    if (queue != &running && runnable(*queue) && !spinning(*queue->known_head()) &&
        queue->context().known_priority() >= running.context().known_priority())
      return true;
  return false;
}

bool Engine::wants_preemption() {
  const HwQueue& running = *current_;
  if (withdrawn_) return true;
  if (Job& head = *running.known_head(); head.stalled && !keeps_stalled(head) && spinning(head))
    return has_other_work(running);
  bool higher = false, equal = false;
  for (const HwQueue* queue : ready_) {
    if (queue == &running || !runnable(*queue) || spinning(*queue->known_head())) continue;
    higher |= queue->context().known_priority() > running.context().known_priority();
    equal |= queue->context().known_priority() == running.context().known_priority();
  }
  if (higher) return true;
  if (!equal) return false;
  if (spinning(*running.known_head())) {
    const Duration poll = gpu_.policies().semaphore->poll_time();
    if (poll != SemaphorePolicy::kForever) return simulation_.now() - slice_start_ >= poll;
  }
  return spec_.timeslice > Duration{} && simulation_.now() - slice_start_ >= spec_.timeslice;
}

void Engine::set_bar() {
  const Job& head = *current_->known_head();
  bar_ = rank_of(*current_) - (may_share(head) ? 1 : 0);
  if (head.stalled && !keeps_stalled(head)) bar_ = 0;
  list_.note(core::Access::pick, bar_);
}

// Next instant at which the running batch can be interrupted: any, or every preemption period of
// its own run time, or never.
Time Engine::arbitration_point() const {
  const Job& head = *current_->known_head();
  if (head.stalled && awaits_values(head) && keeps_stalled(head)) return core::kNever;
  const auto period = current_->context().preemption_period();
  if (!period) return simulation_.now();
  if (*period == Duration{}) return core::kNever;
  const auto into = executed_ % *period;
  return into == Duration{} ? simulation_.now() : simulation_.now() + (*period - into);
}

Time Engine::slice_deadline() {
  Job& job = *current_->known_head();
  Time at = core::kNever;
  const bool spins = spinning(job);
  if (!spins && !job.infinite && !job.hung) at = simulation_.now() + time_for(job.remaining);
  if (!spins && job.walk && !job.walk->over())
    at = std::min(at, simulation_.now() + time_for(job.walk->next_at() - executed_));
  if (wants_preemption()) return std::min(at, arbitration_point());
  if (contended(*current_)) {
    Time slice_end = spec_.timeslice > Duration{} ? slice_start_ + spec_.timeslice : core::kNever;
    const Duration poll = gpu_.policies().semaphore->poll_time();
    if (spins && poll != SemaphorePolicy::kForever) slice_end = slice_start_ + poll;
    at = std::min(at, slice_end);
  }
  return at;
}

// For those who explain: as `queue` stands it would get the engine some time.
bool Engine::would_run(const HwQueue& queue) const {
  const Job& head = *queue.known_head();
  return head.engine == this &&
         (gpu_.policies().semaphore->runs_before_value() || head.values_reached());
}

// Whether `job` cannot have the engine before the head of `queue` is done.
bool Engine::kept_away_by(const HwQueue& queue, const Job& job) const {
  const Job* other = queue.head();
  if (!other || other == &job) return false;
  if (&queue == current_ && other->stalled && keeps_stalled(*other)) return true;
  if (!would_run(queue)) return false;
  const int theirs = queue.context().known_priority(), ours = job.context->priority();
  const bool keeps = &queue == current_ && queue.context().preemption_period() == Duration{};
  const bool outranks = theirs > ours && other->values_reached();
  const bool unsliced = &queue == current_ && theirs == ours && spec_.timeslice == Duration{};
  return keeps || outranks || unsliced;
}

std::optional<Time> Engine::watchdog_due(const Job& job) const {
  if (current_ && current_->head() == &job)
    return watchdog_.armed() ? std::optional(watchdog_.due()) : std::nullopt;
  const auto timeout = time_limit_of(job);
  if (!timeout || job.queue->head() != &job) return std::nullopt;
  if (!job.queue->may_run() || !would_run(*job.queue)) return std::nullopt;
  for (const HwQueue* queue : ready_)
    if (kept_away_by(*queue, job)) return std::nullopt;
  return core::saturating_add(simulation_.now(), *timeout - job.time_on_engine);
}

core::GateIndex Engine::describe_turn(core::WaitGraphBuilder& builder, const Job& job) const {
  std::vector<core::GateIndex> inputs;
  for (const HwQueue* queue : ready_)
    if (kept_away_by(*queue, job)) inputs.push_back(queue->head()->describe_finish(builder));
  if (inputs.empty()) return core::kNoIndex;
  return builder.all_of(std::move(inputs), "engine " + full_name_, id_);
}

}  // namespace fencelab::models
