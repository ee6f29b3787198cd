// Whose turn it is on an engine: what it decides by, and how that is explained.
#include <algorithm>

#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/job_watchdog.hpp"
#include "models/gpu/urgency.hpp"
#include "models/machine.hpp"
#include "models/platform/shared_hardware.hpp"
#include "models/svm/page_walk.hpp"

namespace fencelab::models {

using core::Duration;
using core::Time;

// Work queues of the kernel know no priorities.
int Engine::priority_of(const HwQueue& queue) const {
  if (spec_.worker && gpu_.inheritance() != Inheritance::all) return 0;
  return queue.known_priority();
}

std::uint64_t Engine::rank_of(const HwQueue& queue) const {
  return static_cast<std::uint64_t>((1 << 19) + priority_of(queue));
}

// Whether the running job may have to share the engine with its equals before it is done.
bool Engine::may_share(const Job& job) const {
  if (awaits_values(job) || job.walk) return true;
  if (spec_.timeslice == Duration{}) return false;
  const Duration left = spec_.timeslice - (simulation_.now() - slice_start_);
  return job.infinite || job.hung || job.remaining > left;
}

// Whether it may have to spin, as far as is known without looking.
bool Engine::awaits_values(const Job& job) { return job.ring_waits_over < job.ring_waits.size(); }

// Looks whether the values that the job waits for are there; rings when the next one is.
bool Engine::spinning(Job& job) {
  for (; awaits_values(job); ++job.ring_waits_over) {
    const ValuePoint& wait = job.ring_waits[job.ring_waits_over];
    if (wait.timeline->passed(wait.value)) {
      if (job.stalled) cell_.write();  // others look whether it still is
      continue;
    }
    if (job.ring_waits_watched <= job.ring_waits_over) {
      job.ring_waits_watched = job.ring_waits_over + 1;
      wait.timeline->watch(wait.value, bell_);
    }
    book_value(job, true);
    return true;
  }
  book_value(job, false);
  return false;
}

// What a job waits for a value is no time for which it runs, or for which others keep the engine
// from it. Until an engine looks, and so long as something else has it, that is not told apart.
void Engine::book_value(Job& job, bool waits) const {
  if (simulation_.untimed()) return;
  constexpr auto kValue = static_cast<std::size_t>(core::WaitReason::value);
  constexpr auto kEngine = static_cast<std::size_t>(core::WaitReason::engine);
  const bool running = job.state == JobState::running;
  const std::size_t otherwise = running ? LatencyAccount::kRunning : kEngine;
  const std::size_t from = waits ? otherwise : kValue, to = waits ? kValue : otherwise;
  if (job.account.phase() == from) job.account.enter(to, simulation_.now());
}

// Of two jobs of kernel queues. Work queues that know priorities go by these first.
bool Engine::comes_before(const Job& other, const Job& job) const {
  const int theirs = spec_.worker ? priority_of(*other.queue) : 0;
  const int ours = spec_.worker ? priority_of(*job.queue) : 0;
  return theirs != ours ? theirs > ours : other.ring_order < job.ring_order;
}

// Whether the head of a kernel queue has others before it in the ring that they share.
bool Engine::behind_in_ring(const HwQueue& queue) const {
  const Job& job = *queue.known_head();
  if (!is_in_order() || !job.entity) return false;
  return std::any_of(ready_.begin(), ready_.end(), [&](const HwQueue* other) {
    const Job& head = *other->known_head();
    return &head != &job && head.entity && comes_before(head, job);
  });
}

bool Engine::runnable(const HwQueue& queue) {
  if (queue.known_head()->engine != this || behind_in_ring(queue)) return false;
  if (queue.known_head()->stalled) return !spinning(*queue.known_head());
  return gpu_.policies().semaphore->runs_before_value() || !spinning(*queue.known_head());
}

// Highest priority first, then the order of ready_. A queue that would only look at a semaphore in
// vain comes after every queue of its priority that has work to do.
HwQueue* Engine::pick() {
  HwQueue* best = nullptr;
  int best_rank = 0;
  for (HwQueue* queue : ready_) {
    // What makes no difference is not looked at: then the coming of others commutes with this step.
    const int priority = priority_of(*queue);
    const int rank_at_most = 2 * priority + 1;
    if ((best && rank_at_most <= best_rank) || !runnable(*queue)) continue;
    const bool has_equals = std::any_of(ready_.begin(), ready_.end(), [&](const HwQueue* other) {
      return other != queue && priority_of(*other) == priority;
    });
    const int rank = rank_at_most - (has_equals && spinning(*queue->known_head()) ? 1 : 0);
    if (best && rank <= best_rank) continue;
    best = queue;
    best_rank = rank;
  }
  return best;
}

// Whether another queue has work that the running one keeps from the engine.
bool Engine::contended(const HwQueue& running) {
  for (const HwQueue* queue : ready_)
    if (queue != &running && rank_of(*queue) > bar_ &&
        priority_of(*queue) >= priority_of(running) && runnable(*queue) &&
        !spinning(*queue->known_head()))
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
    const int more = priority_of(*queue) - priority_of(running);
    if (queue == &running || more < 0 || rank_of(*queue) <= bar_) continue;
    if (!runnable(*queue) || spinning(*queue->known_head())) continue;
    higher |= more > 0;
    equal |= more == 0;
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
  if (spec_.worker) return core::kNever;
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
  if (is_in_order() && other->entity && job.entity)
    return &queue == current_ || comes_before(*other, job);
  if (&queue == current_ && other->stalled && keeps_stalled(*other)) return true;
  if (!would_run(queue)) return false;
  const int theirs = priority_of(queue), ours = priority_of(*job.queue);
  const bool keeps =
      &queue == current_ && (spec_.worker || queue.context().preemption_period() == Duration{});
  const bool outranks = theirs > ours && other->values_reached();
  const bool unsliced = &queue == current_ && theirs == ours && spec_.timeslice == Duration{};
  return keeps || outranks || unsliced;
}

// Others want the engine, and the job does not let go (preempt_timeout_us of xe, preempt_timeout_ms
// of i915). For memory whoever takes queues off waits himself (Firmware::wait_until_off()).
void Engine::watch_preemption() {
  const auto limit = gpu_.policies().hang->preempt_timeout();
  if (!limit || spec_.worker) return;
  if (stopped_ || withdrawn_ || !wants_preemption()) return preempt_watchdog_.disarm();
  if (!preempt_watchdog_.armed()) preempt_watchdog_.arm(*limit, current_->known_head()->id());
}

namespace {

std::optional<Time> earliest(const core::RecoveryTimer& a, const core::RecoveryTimer& b) {
  if (!a.armed() || !b.armed())
    return a.armed() ? std::optional(a.due()) : b.armed() ? std::optional(b.due()) : std::nullopt;
  return std::min(a.due(), b.due());
}

}  // namespace

std::optional<Time> Engine::watchdog_due(const Job& job) const {
  if (current_ && current_->head() == &job) return earliest(watchdog_, preempt_watchdog_);
  const auto timeout = time_limit_of(job);
  if (!timeout || job.queue->head() != &job) return std::nullopt;
  if (!job.queue->may_run() || !would_run(*job.queue)) return std::nullopt;
  for (const HwQueue* queue : ready_)
    if (kept_away_by(*queue, job)) return std::nullopt;
  return core::saturating_add(simulation_.now(), *timeout - (job.time_on_engine - job.limit_from));
}

bool Engine::keeps_to_the_end(const Job& job) const {
  if (!current_ || current_->head() != &job || job.stalled) return false;
  if (spec_.worker) return true;
  const auto period = current_->context().preemption_period();
  if (!period) return false;
  if (*period == Duration{}) return true;
  const bool ends = !job.infinite && !job.hung && job.values_reached() && !job.walk;
  return ends && executed_ % *period + job.remaining <= *period;
}

// What is most urgent of all that could run now, if that is more than what runs.
const Job* Engine::held_up() const {
  if (!current_) return nullptr;
  const Job* most = nullptr;
  int least = urgency_of(*current_->known_head());
  const auto weigh = [&](const Job& job) {
    const int urgency = urgency_of(job);
    if (urgency <= least) return;
    least = urgency;
    most = &job;
  };
  for (const HwQueue* queue : ready_) {
    const Job& head = *queue->known_head();
    if (queue != current_ && head.engine == this && !head.stalled && head.finds_values())
      weigh(head);
  }
  for (const Job* job : inversions_.for_credits()) weigh(*job);
  return most;
}

void Engine::watch_inversion() {
  if (simulation_.untimed() || !gpu_.machine().priorities_differ()) return;
  inversions_.set(held_up());
}

void Engine::waits_for_credit(const Job& job) {
  if (simulation_.untimed() || !gpu_.machine().priorities_differ()) return;
  inversions_.waits(job);
  watch_inversion();
}

void Engine::got_credit(const Job& job) {
  inversions_.waits_no_more(job);
  watch_inversion();
}

// An item that inherited a priority runs as those of WQ_HIGHPRI queues do.
int Engine::nice_for(const HwQueue& queue) const {
  constexpr int kHighest = -20;
  return priority_of(queue) > 0 ? kHighest : spec_.nice;
}

void Engine::begin_work_item(const HwQueue& queue) {
  if (!spec_.worker) return;
  const Job& job = *queue.known_head();
  on_core_ = gpu_.machine().hardware().start_computing(job.remaining, nice_for(queue));
}

core::GateIndex Engine::describe_turn(core::WaitGraphBuilder& builder, const Job& job) const {
  if (keeps_to_the_end(job)) return core::kNoIndex;
  std::vector<core::GateIndex> inputs;
  for (const HwQueue* queue : ready_)
    if (kept_away_by(*queue, job)) {
      inputs.push_back(queue->head()->describe_finish(builder));
      if (!is_in_order() || !job.entity) continue;
      for (const JobPtr& later : queue->jobs())
        if (later->entity && later.get() != queue->head() && comes_before(*later, job))
          inputs.push_back(later->describe_finish(builder));
    }
  if (inputs.empty()) return core::kNoIndex;
  return builder.all_of(std::move(inputs), "engine " + full_name_, id_);
}

}  // namespace fencelab::models
