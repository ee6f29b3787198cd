#include "models/gpu/engine.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/job_watchdog.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/gpu/urgency.hpp"
#include "models/machine.hpp"
#include "models/platform/shared_hardware.hpp"
#include "models/svm/page_walk.hpp"

namespace fencelab::models {

using core::Duration;
using core::Time;

namespace {

RunQueueOrder order_of(const Gpu& gpu) {
  const SubmissionPolicy* const submission = gpu.policies().submission.get();
  return submission ? submission->run_queue_order() : RunQueueOrder::fifo;
}

}  // namespace

Engine::Engine(core::Simulation& simulation, Gpu& gpu, Spec spec, std::uint32_t number)
    : simulation_(simulation),
      gpu_(gpu),
      spec_(std::move(spec)),
      full_name_(gpu.name() + "/" + spec_.name),
      number_(number),
      id_(simulation.new_object_id()),
      bell_(simulation),
      offers_(simulation),
      list_(simulation, *this),
      interrupts_(simulation),
      credits_(simulation, full_name_, spec_.credits, order_of(gpu),
               gpu.inheritance() != Inheritance::none),
      inversions_(simulation, id_),
      watchdog_(simulation, core::RecoveryKind::job_timeout, [this] { expire(); }),
      preempt_watchdog_(simulation, core::RecoveryKind::job_timeout,
                        [this] { reset(core::fence_error::kTime); }),
      silent_watchdog_(simulation, core::RecoveryKind::job_timeout, [this] { deliver_silent(); }),
      cell_(simulation),
      load_cell_(simulation) {
  idle_.push_back({Time{}, core::kNever});
  idle_next_ = 1;
}

void Engine::offer(HwQueue& queue) {
  const std::uint64_t rank = rank_of(queue);
  list_.note(core::Access::offer, rank);
  if (std::find(ready_.begin(), ready_.end(), &queue) == ready_.end()) {
    ready_.push_back(&queue);
    offers_.add();
  }
  if (current_ == &queue) withdrawn_ = false;
  if (stalled_ || (current_ && rank > bar_)) bell_.ring();
  watch_inversion();
}

void Engine::number_in_ring(Job& job) {
  if (!is_in_order()) return;
  list_.note(core::Access::offer, ~std::uint64_t{0});
  job.ring_order = ++ring_orders_;
}

void Engine::rerank() {
  cell_.write();
  list_.note(core::Access::offer, ~std::uint64_t{0});
  if (on_core_ && current_) gpu_.machine().hardware().renice(*on_core_, nice_for(*current_));
}

void Engine::withdraw(HwQueue& queue) {
  cell_.write();
  if (current_ != &queue) return take_off(queue);
  withdrawn_ = true;
  bell_.ring();
}

void Engine::take_off(const HwQueue& queue) { taken_ += std::erase(ready_, &queue); }

// What it decides by: of the list only what is above the bar makes a difference.
void Engine::note_look() const {
  cell_.read();
  if (current_) list_.note(core::Access::pick, bar_);
}

bool Engine::hash_state(std::uint64_t& hash) const {
  hash = current_ ? core::raw(current_->id()) : 0;
  if (is_in_order()) {
    std::vector<const Job*> ring;
    for (const HwQueue* queue : ready_)
      for (const JobPtr& job : queue->known_jobs())
        if (job->entity) ring.push_back(job.get());
    std::sort(ring.begin(), ring.end(),
              [](const Job* a, const Job* b) { return a->ring_order < b->ring_order; });
    for (const Job* job : ring) hash = core::mix_hash(hash, core::raw(job->id()));
  }
  for (const HwQueue* queue : ready_) hash = core::mix_hash(hash, core::raw(queue->id()));
  return true;
}

void Engine::start_job(Job& job) {
  const Time now = simulation_.now();
  job.state = JobState::running;
  job.account.enter(LatencyAccount::kRunning, now);
  if (job.first_run_done) {
    simulation_.emit(core::ProbeKind::job_resumed, job.id(), number_, 0, &job);
    return;
  }
  job.first_run_done = true;
  job.started_at = now;
  simulation_.emit(core::ProbeKind::job_started, job.id(), number_, 0, &job);
  if (job.started) job.started->signal();
}

void Engine::begin_slice(HwQueue& queue) {
  current_ = &queue;
  withdrawn_ = false;
  simulation_.not_before(queue.known_head()->account.phase_since());  // when it came here
  slice_start_ = charged_ = simulation_.now();
  set_bar();
  queue.set_on_engine(this);
  queue.use(simulation_.now());
  stopped_ = false;
  Job& job = *queue.known_head();
  executed_ = job.duration - job.remaining;
  start_job(job);
  begin_work_item(queue);
  watch_inversion();
  // Slices add up (xe reads the context's run time): else a hung job that shares its engine would
  // never be found.
  if (const auto timeout = time_limit_of(job))
    watchdog_.arm(std::max(*timeout - (job.time_on_engine - job.limit_from), Duration{}), job.id());
}

// drm_sched_job_timedout(): unless the driver finds that the job gets on.
void Engine::expire() {
  if (current_) {
    charge();
    Job& job = *current_->known_head();
    if (gpu_.policies().hang->spares(job, job.limit_work)) {
      job.limit_from = job.time_on_engine + (simulation_.now() - slice_start_);
      job.limit_work = job.duration - job.remaining;
      return watchdog_.arm(*time_limit_of(job), job.id());
    }
  }
  reset(core::fence_error::kTime);
}

// Books the time since the last booking: as execution, or as spinning on a semaphore.
void Engine::charge() {
  Job& job = *current_->known_head();
  const Duration spent = simulation_.now() - charged_;
  charged_ = simulation_.now();
  if (spent == Duration{}) return;
  if (job.semaphore_open_at > charged_ - spent) {
    simulation_.emit(core::ProbeKind::engine_spun, id_, core::raw(job.id()),
                     static_cast<std::uint64_t>(spent.count()), &job);
    return;
  }
  if (on_core_) {
    if (on_core_->satisfied(0)) job.remaining = Duration{};
    return simulation_.emit(core::ProbeKind::engine_slice, id_, core::raw(job.id()),
                            static_cast<std::uint64_t>(spent.count()), &job);
  }
  const Duration worked = spent * units_ / 100;
  executed_ += worked;
  if (!job.infinite && !job.hung) job.remaining -= worked;
  simulation_.emit(core::ProbeKind::engine_slice, id_, core::raw(job.id()),
                   static_cast<std::uint64_t>(spent.count()), &job);
}

bool Engine::is_executed(const Job& job) {
  if (job.walk && !job.walk->over()) return false;
  return job.infinite || job.remaining <= Duration{};
}

bool Engine::is_done(Job& job) {
  return !job.hung && is_executed(job) && !spinning(job) && job.may_end();
}

bool Engine::must_leave() {
  if (stopped_) return true;
  Job& job = *current_->known_head();
  if (withdrawn_ && !is_executed(job) && arbitration_point() == simulation_.now()) return true;
  if (!spinning(job) && job.semaphore_open_at == core::kNever)
    job.semaphore_open_at = simulation_.now();
  if (is_done(job)) return true;
  return wants_preemption() && arbitration_point() == simulation_.now();
}

// Nobody wants the engine: whether the values are there already makes no difference but to how long
// this takes. So it is not asked, and no explorer need try both.
core::Task<> Engine::spin_alone() {
  if (stopped_) co_return;
  Job& job = *current_->known_head();
  while (awaits_values(job) && is_alone(*current_) && !wants_preemption()) {
    const ValuePoint& wait = job.ring_waits[job.ring_waits_over];
    if (!wait.timeline->satisfied(wait.value))
      book_value(job, true);  // bookkeeping looks at nothing
    const core::WaitItem items[] = {{wait.timeline, wait.value}, {&bell_, 0}};
    core::MultiWait either(simulation_, items, 1, {.reason = core::WaitReason::fifo, .idle = true});
    co_await either;
    note_look();
    if (stopped_) co_return;
    charge();
    if (either.first_satisfied() != 0) continue;
    if (job.stalled) cell_.write();  // others look whether it still is
    ++job.ring_waits_over;
  }
  if (awaits_values(job)) co_return;
  book_value(job, false);
  set_bar();
}

void Engine::finish_head() {
  HwQueue& queue = *current_;
  on_core_.reset();
  const JobPtr job(queue.known_head());
  take_off(queue);
  queue.set_on_engine(nullptr);
  current_ = nullptr;
  const bool told_later =
      job->finished && (job->interrupt_lost || job->interrupt_delay.count() > 0);
  if (told_later || (simulation_.untimed() && job->shows_before_interrupt())) {
    job->finish_on_hardware(job->error);
    tell_kernel(job);
  } else {
    job->complete(job->error);
    deliver_silent();
  }
  queue.pop();
  gpu_.firmware().queue_left_engine(withdrawn_);
}

void Engine::leave() {
  watchdog_.disarm();
  preempt_watchdog_.disarm();
  if (stopped_) {
    stopped_ = false;
    return;
  }
  HwQueue& queue = *current_;
  Job& job = *queue.known_head();
  job.time_on_engine += simulation_.now() - slice_start_;
  if (is_done(job)) return finish_head();
  simulation_.emit(core::ProbeKind::job_preempted, job.id(), number_,
                   static_cast<std::uint64_t>((simulation_.now() - slice_start_).count()), &job);
  job.state = JobState::on_ring;
  job.account.enter(queue.known_suspended() ? core::WaitReason::memory : core::WaitReason::engine,
                    simulation_.now());
  const auto place = std::find(ready_.begin(), ready_.end(), &queue);
  if (withdrawn_)
    take_off(queue);
  else if (place != ready_.end())
    std::rotate(place, place + 1, ready_.end());
  queue.set_on_engine(nullptr);
  current_ = nullptr;
  switch_due_ = true;
  gpu_.firmware().queue_left_engine(withdrawn_);
}

// A lost interrupt is found by the next one, since the kernel goes by how far the ring got, or by
// the job's watchdog, which finds it done (drivers/gpu/drm/amd/amdgpu/amdgpu_fence.c).
void Engine::tell_kernel(const JobPtr& job) {
  if (job->interrupt_lost) {
    cell_.write();
    silent_.push_back(job);
    const auto limit = time_limit_of(*job);
    if (limit && !silent_watchdog_.armed())
      silent_watchdog_.arm(std::max(*limit - job->time_on_engine, Duration{}), job->id());
  } else if (simulation_.untimed()) {
    interrupts_.push(job);
  } else {
    late_.push_back(std::make_unique<core::Timer>(simulation_, [this, job] {
      job->deliver();
      deliver_silent();
    }));
    late_.back()->arm(simulation_.now() + job->interrupt_delay);
  }
}

void Engine::deliver_silent() {
  if (silent_.empty()) return;
  cell_.write();
  silent_watchdog_.disarm();
  std::vector<JobPtr> jobs;
  jobs.swap(silent_);
  for (const JobPtr& job : jobs) job->deliver();
}

core::Task<> Engine::serve_interrupts() {
  for (;;) {
    co_await interrupts_.arrival();
    const JobPtr job = interrupts_.front();
    interrupts_.pop();
    job->deliver();
    deliver_silent();
  }
}

// Of a job that touches what nobody can map.
void Engine::take_page_fault() {
  if (stopped_ || !current_->known_head()->faults_unserved) return;
  if (gpu_.policies().hang->resets_on_fault()) return reset(core::fence_error::kFault);
  current_->known_head()->hung = true;
}

// The next instant at which there is something to decide.
core::Task<> Engine::wait_for_end_or_bell() {
  // A work item that does not end although it has had its CPU time sleeps.
  if (on_core_ && on_core_->satisfied(0)) on_core_.reset();
  if (on_core_) {
    const core::WaitItem items[] = {{on_core_.get(), 0}, {&bell_, 0}};
    core::MultiWait either(simulation_, items, 1, {.reason = core::WaitReason::cpu});
    co_await either;
    co_return;
  }
  const Time until = slice_deadline();
  if (until == core::kNever)
    co_await bell_.wait();
  else
    co_await bell_.wait_until(until, core::WaitReason::engine);
}

// At first there is nothing to look at: whatever comes is an offer, also one that was taken off
// again before the engine began, and behind the gate it looks.
core::Task<> Engine::serve() {
  for (std::uint64_t next = 1;;) {
    co_await offers_.wait(next);
    note_look();
    if (taken_ >= next) {  // what came was taken off again
      next = next_offer();
      continue;
    }
    HwQueue* queue = pick();
    if (!queue) {
      list_.note(core::Access::pick);
      note_idle(true);
      stalled_ = true;
      co_await bell_.wait();
      list_.note(core::Access::pick);  // who comes now need not ring
      stalled_ = false;
      next = next_offer();
      continue;
    }
    note_idle(false);
    if (switch_due_ && spec_.preemption_cost > Duration{}) {
      switch_due_ = false;
      co_await core::sleep_for(simulation_, spec_.preemption_cost, core::WaitReason::engine);
      simulation_.emit(core::ProbeKind::engine_switched, id_, number_,
                       static_cast<std::uint64_t>(spec_.preemption_cost.count()));
      next = next_offer();
      continue;  // what to run may have changed meanwhile
    }
    switch_due_ = false;
    begin_slice(*queue);
    touch_pages();
    co_await spin_alone();
    take_page_fault();
    bool leaving = must_leave();
    while (!leaving) {
      watch_preemption();
      co_await wait_for_end_or_bell();
      note_look();
      if (!stopped_) charge();
      watch_inversion();
      touch_pages();
      co_await spin_alone();
      leaving = must_leave();
    }
    leave();
    next = next_offer();
  }
}

// The number of the offer that puts something on its list, if that is empty; else of one that came.
std::uint64_t Engine::next_offer() {
  note_look();
  watch_inversion();
  if (ready_.empty()) note_idle(true);
  return taken_ + 1;
}

void Engine::drop(Job& job) {
  cell_.write();
  if (current_ && current_->head() == &job) {
    note_look();
    charge();
    on_core_.reset();
    HwQueue& queue = *current_;
    take_off(queue);
    queue.set_on_engine(nullptr);
    current_ = nullptr;
    stopped_ = true;
    queue.pop();
    gpu_.firmware().queue_left_engine(withdrawn_);
    bell_.ring();
  } else if (job.queue && job.queue->head() == &job) {
    take_off(*job.queue);
    job.queue->pop();
  }
}

void Engine::reset(int error) {
  cell_.write();
  if (!current_) return;
  const JobPtr guilty(current_->head());
  std::vector<JobPtr> innocent;
  if (gpu_.policies().hang->reset_scope() == ResetScope::device)
    for (const auto& engine : gpu_.engines()) {
      if (engine->spec_.worker) continue;
      engine->cell_.read();
      engine->list_.note(core::Access::pick);
      for (HwQueue* queue : engine->ready_)
        if (queue->head() && queue->head() != guilty.get()) innocent.emplace_back(queue->head());
    }
  simulation_.emit(core::ProbeKind::gpu_reset, id_, core::raw(guilty->id()), innocent.size(),
                   guilty.get());
  const bool banned = gpu_.policies().hang->cancels_guilty();
  if (banned && guilty->entity) guilty->entity->blame();
  if (banned && !guilty->entity) guilty->queue->ban();
  std::deque<JobPtr> unreadable;
  if (guilty->corrupts_ring || guilty->queue->banned()) unreadable = guilty->queue->known_jobs();
  guilty->kill(error);
  for (const JobPtr& job : unreadable) job->kill(core::fence_error::kCanceled);
  for (const JobPtr& job : innocent) job->kill(core::fence_error::kCanceled);
}

Duration Engine::executed_for(const Job& job) const {
  cell_.read();
  list_.note(core::Access::pick);
  const bool is_here = current_ && current_->head() == &job;
  const core::Time from = std::max(slice_start_, job.semaphore_open_at);
  return job.time_on_engine + (is_here ? simulation_.now() - from : Duration{});
}

void Engine::note_idle(bool idle) {
  IdleStretch& last = idle_[(idle_next_ + idle_.size() - 1) % idle_.size()];
  const bool was_idle = last.to == core::kNever;
  if (was_idle == idle) return;
  if (!idle) {
    last.to = simulation_.now();
    return;
  }
  if (idle_.size() < kIdleHistory)
    idle_.push_back({simulation_.now(), core::kNever});
  else
    idle_[idle_next_ % kIdleHistory] = {simulation_.now(), core::kNever};
  idle_next_ = (idle_next_ % kIdleHistory) + 1;
}

Time Engine::idle_at(Time earliest, Time actual) const {
  Time best = actual;
  for (const IdleStretch& stretch : idle_) {
    const Time from = std::max(stretch.from, earliest);
    if (from < stretch.to && from < best) best = from;
  }
  return best;
}

}  // namespace fencelab::models
