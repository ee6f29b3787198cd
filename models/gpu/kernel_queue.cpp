#include "models/gpu/kernel_queue.hpp"

#include <algorithm>

#include "core/order_events.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/fence_monitor.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/urgency.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

KernelQueue::KernelQueue(GpuContext& context, std::string name)
    : context_(context),
      simulation_(context.gpu().machine().simulation()),
      ring_(simulation_, context, std::move(name), context.gpu().machine().new_queue_number()),
      waiting_(simulation_),
      seqno_cell_(simulation_),
      state_cell_(simulation_),
      unseen_watchdog_(simulation_, core::RecoveryKind::job_timeout, [this] { give_up_unseen(); }),
      fence_context_(core::raw(ring_.id())) {
  if (context.gpu().is_gone()) dead_ = true;
  server_ =
      &simulation_.spawn({ring_.name() + " (scheduler)", core::ProcessRole::queue, true}, serve());
}

KernelQueue::~KernelQueue() {
  for (core::ValueTimeline* timeline : written_) timeline->remove_producer(*this);
}

void KernelQueue::will_write(const Job& job) {
  for (const ValuePoint& signal : job.signals) {
    if (std::find(written_.begin(), written_.end(), signal.timeline) != written_.end()) continue;
    written_.push_back(signal.timeline);
    signal.timeline->add_producer(*this);
  }
}

std::uint64_t KernelQueue::reachable(const core::ValueTimeline& timeline) const {
  std::uint64_t value = 0;
  for (const JobPtr& job : waiting_.items()) value = std::max(value, job->value_written(timeline));
  for (const JobPtr& job : ring_.jobs()) value = std::max(value, job->value_written(timeline));
  return value;
}

core::GateIndex KernelQueue::describe_release(core::WaitGraphBuilder& builder,
                                              const core::ValueTimeline& timeline,
                                              std::uint64_t value) const {
  for (const auto* jobs : {&ring_.jobs(), &waiting_.items()})
    for (const JobPtr& job : *jobs)
      if (job->value_written(timeline) >= value) return job->describe_finish(builder);
  return builder.nobody("no job in the queue writes it");
}

void KernelQueue::push(JobPtr job) {
  will_write(*job);
  context_.gpu().machine().job_begun();
  note_dependencies(*job);
  job->state = JobState::queued;
  job->queue = &ring_;
  job->entity = this;
  if (context_.gpu().policies().hang->command_timeout())
    context_.gpu().machine().monitor().record(job);
  job->account.enter(core::WaitReason::fifo, simulation_.now());
  // drm_sched_entity_push_job(): a stopped entity is no error for whoever pushes.
  const SubmissionPolicy* const submission = context_.gpu().policies().submission.get();
  const bool may_be_stopped = submission && submission->forgets_late_jobs();
  if (may_be_stopped) state_cell_.read();
  if (may_be_stopped && forgets_) return forgotten_.push_back(std::move(job));
  job->pushed_at = simulation_.now();
  simulation_.emit(core::ProbeKind::job_queued, job->id(), ring_.number(), 0, job.get());
  if (Engine* const engine = only_engine(*job)) {
    if (engine->spec().shared_ring) job->promise_scheduled();
    if (!run_queue_) join(*engine);
  }
  Job& pushed = *job;
  waiting_.push(std::move(job));
  spread_urgency(pushed);
}

// ---------------------------------------------------------------- its place in the run queue

// Levels of the scheduler (enum drm_sched_priority); ours have more steps between.
SchedLevel KernelQueue::level() const {
  const auto& jobs = waiting_.items();
  if (!jobs.empty() && jobs.front()->of_kernel) return SchedLevel::kernel;
  const int priority = context_.priority();
  if (priority == 0) return SchedLevel::normal;
  return priority > 0 ? SchedLevel::high : SchedLevel::low;
}

// The scheduler that its jobs are for, if that is known before their turn.
Engine* KernelQueue::only_engine(const Job& job) const {
  if (job.wanted_engine) return &job.wanted_engine->for_fences();
  return context_.balanced() ? nullptr : &context_.engines().front()->for_fences();
}

void KernelQueue::join(Engine& engine) {
  if (!engine.credits().fair() || run_queue_ == &engine) return;
  if (run_queue_) run_queue_->credits().fair()->leave(share_);
  engine.credits().fair()->join(share_, level());
  run_queue_ = &engine;
}

// drm_sched_rq_pop_entity().
void KernelQueue::job_taken() {
  waiting_.pop();
  if (taken_bell_) taken_bell_->ring();
  if (!run_queue_) return;
  FairOrder& order = *run_queue_->credits().fair();
  if (!waiting_.items().empty()) return order.taken(share_, level());
  order.leave(share_);
  run_queue_ = nullptr;
}

// ---------------------------------------------------------------- dependencies

bool KernelQueue::passes_errors_on() const {
  const SubmissionPolicy* const submission = context_.gpu().policies().submission.get();
  return submission && submission->passes_errors_on();
}

// The ring keeps the order of its own jobs (drm_sched_entity_add_dependency_cb()); where errors are
// passed on the end must be known.
bool KernelQueue::is_own(const Dependency& dependency) const {
  return !passes_errors_on() && dependency.producer && dependency.producer->entity == this &&
         dependency.point.fence == dependency.producer->finished;
}

// The finished fence is published, and from here on it cannot signal before these have (E13).
void KernelQueue::note_dependencies(const Job& job) {
  if (!job.finished || !simulation_.probe().wanted(core::ProbeKind::fence_depends)) return;
  for (const Dependency& dependency : job.dependencies)
    if (dependency.point.fence)
      core::note_dependency(*job.finished, *dependency.point.fence);
    else if (dependency.point.timeline)
      core::note_dependency(*job.finished, *dependency.point.timeline);
}

// A job of the same scheduler is in the ring before this one once it is scheduled, unless it failed
// (drm_sched_entity_add_dependency_cb()): then the order of the ring does the rest.
bool KernelQueue::shares_ring_with(const Dependency& dependency, const Job& job) const {
  const Job* const producer = dependency.producer.get();
  if (!producer || !producer->scheduled || producer->dont_pipeline) return false;
  if (passes_errors_on()) return false;
  if (dependency.point.fence != producer->finished) return false;
  const bool failed = producer->is_done() && producer->error != 0;
  return !failed && only_engine(job) == producer->entity->only_engine(*producer);
}

// The scheduler is a server: the job at its head, not the scheduler, is who waits.
core::Task<> KernelQueue::wait_for_dependencies(JobPtr job) {
  for (std::size_t i = 0; i < job->dependencies.size() && !job->is_done(); ++i) {
    if (is_own(job->dependencies[i])) continue;
    SyncPoint point = job->dependencies[i].point;
    if (point.done()) continue;
    if (shares_ring_with(job->dependencies[i], *job)) {
      point = {job->dependencies[i].producer->scheduled};
      if (point.done()) continue;
    }
    simulation_.emit(core::ProbeKind::job_blocked, job->id(), core::raw(point.id()), point.value,
                     job.get());
    const auto timeout = context_.gpu().policies().hang->fence_wait_timeout();
    core::WaitOptions options{.reason = core::WaitReason::fence, .idle = true};
    if (timeout) {
      options.deadline = simulation_.now() + *timeout;
      options.recovery = true;
      options.idle = false;
    }
    const auto result = co_await point.wait(options);
    if (result == core::WaitResult::timed_out) context_.gpu().machine().force_signal(point);
  }
}

// run_job() of the driver. The fence is published, so this is on its signalling path: no
// reservation, no GFP_KERNEL (drivers/gpu/drm/scheduler/sched_main.c, drm_sched_run_job_work();
// rules in Documentation/driver-api/dma-buf.rst, "DMA Fence Signalling Annotations").
void KernelQueue::run_job(const JobPtr& job) {
  const core::OrderScope section(simulation_, core::ScopeKind::signalling, job->order_class());
  ring_.push(job);
  job->mark_scheduled();
}

void KernelQueue::kill(bool forgets) {
  state_cell_.write();
  dead_ = true;
  forgets_ = forgets;
  if (taken_bell_) taken_bell_->ring();
}

core::Task<> KernelQueue::flush(core::Time deadline) {
  while (!waiting_.items().empty() && !is_dead()) {
    if (!taken_bell_) {
      taken_bell_.emplace(simulation_);
      taken_bell_->describe_by([this](core::WaitGraphBuilder& builder) {
        std::vector<core::GateIndex> inputs;
        if (!waiting_.items().empty()) describe_turn(builder, *waiting_.items().front(), inputs);
        return builder.all_of(std::move(inputs), {}, ring_.id());
      });
    }
    const auto result = co_await taken_bell_->wait_until(deadline, core::WaitReason::fifo);
    if (result == core::WaitResult::timed_out) co_return;
  }
}

void KernelQueue::blame() {
  state_cell_.write();
  guilty_ = true;
}

// What run_job() of the driver answers instead of running it (amdgpu_job_run() looks at the error
// that drm_sched_entity_pop_job() left in the finished fence of a guilty entity's job).
int KernelQueue::refusal_of(const Job& job) const {
  state_cell_.read();
  if (guilty_) return core::fence_error::kCanceled;
  if (passes_errors_on())
    for (const Dependency& dependency : job.dependencies)
      if (dependency.point.fence && dependency.point.fence->status() < 0)
        return dependency.point.fence->status();
  return job.refusal;
}

// drm_sched_entity_kill_jobs_work() in drivers/gpu/drm/scheduler/sched_entity.c.
core::Task<> KernelQueue::bury(JobPtr job) {
  if (previous_ && !previous_->is_known_signaled())
    co_await previous_->wait({.reason = core::WaitReason::fence, .idle = true});
  job->kill(core::fence_error::kSearch);
  job_taken();
}

core::Task<> KernelQueue::serve() {
  for (;;) {
    co_await waiting_.arrival();
    const JobPtr job = waiting_.front();
    job->head_at = simulation_.now();
    bool pending = false;
    for (const Dependency& dependency : job->dependencies)
      pending |= !is_own(dependency) && !dependency.point.done();
    if (pending) {
      job->account.enter(core::WaitReason::fence, simulation_.now());
      co_await wait_for_dependencies(job);
    }
    if (job->is_done()) {  // killed meanwhile
      job_taken();
      continue;
    }
    if (is_dead()) {
      co_await bury(job);
      continue;
    }
    job->ready_at = simulation_.now();
    simulation_.emit(core::ProbeKind::job_ready, job->id(), ring_.number(), 0, job.get());
    job->assign_engine(context_.choose_engine(*job).for_fences());
    job->state = JobState::pending_credit;
    job->account.enter(core::WaitReason::credit, simulation_.now());
    Credits& credits = job->engine->credits();
    join(*job->engine);
    job->engine->waits_for_credit(*job);
    co_await credits.acquire(request_for(*job));
    job->engine->got_credit(*job);
    credits.holds(*job, &share_);
    if (is_dead()) {
      credits.release(*job);
      co_await bury(job);
      continue;
    }
    job_taken();
    previous_ = job->finished;
    const int refusal = refusal_of(*job);
    if (job->is_done())
      credits.release(*job);
    else if (refusal != 0)
      job->complete(refusal);
    else
      run_job(job);
    if (job->doorbell_lost || unseen_watchdog_.armed()) watch_unseen();
  }
}

CreditRequest KernelQueue::request_for(const Job& job) const {
  (void)context_.priority();  // looked at
  context_.gpu().machine().inheritances().read();
  const Credits& credits = job.engine->credits();
  return {effective_priority(job), credits.cost_of(job), job.pushed_at, &share_};
}

void KernelQueue::inherited() {
  const auto& jobs = waiting_.items();
  if (jobs.empty() || jobs.front()->state != JobState::pending_credit) return;
  Job& head = *jobs.front();
  head.engine->credits().rerank(*server_, request_for(head));
}

void KernelQueue::watch_unseen() {
  if (ring_.has_work() || !ring_.head()) return unseen_watchdog_.disarm();
  if (unseen_watchdog_.armed()) return;
  if (const auto timeout = context_.gpu().policies().hang->job_timeout(*ring_.head()))
    unseen_watchdog_.arm(*timeout, ring_.head()->id());
}

std::optional<core::Time> KernelQueue::unseen_due(const Job& job) const {
  if (ring_.head() != &job || !unseen_watchdog_.armed()) return std::nullopt;
  return unseen_watchdog_.due();
}

void KernelQueue::give_up_unseen() {
  const JobPtr job(ring_.head());
  if (!job || ring_.has_work()) return;
  simulation_.emit(core::ProbeKind::gpu_reset, job->engine->id(), core::raw(job->id()), 0,
                   job.get());
  job->kill(core::fence_error::kTime);
  watch_unseen();
}

// What keeps the scheduler from taking a job that is the first to wait.
void KernelQueue::describe_turn(core::WaitGraphBuilder& builder, const Job& job,
                                std::vector<core::GateIndex>& inputs) const {
  for (const Dependency& dependency : job.dependencies) {
    const SyncPoint& point = dependency.point;
    if (is_own(dependency) || point.done()) continue;
    inputs.push_back(point.fence ? point.fence->describe_release(builder)
                                 : point.timeline->describe_release(builder, point.value));
  }
  if (job.state == JobState::pending_credit)
    inputs.push_back(job.engine->credits().describe_turn(builder));
}

core::GateIndex KernelQueue::describe_queueing(core::WaitGraphBuilder& builder,
                                               const Job& job) const {
  std::vector<core::GateIndex> inputs;
  for (const JobPtr& other : forgotten_)
    if (other.get() == &job)
      return builder.nobody("pushed to " + ring_.name() + ", which was stopped");
  for (const JobPtr& other : waiting_.items()) {
    if (other.get() == &job) break;
    inputs.push_back(other->describe_finish(builder));
    break;  // the head stands for everything behind it
  }
  describe_turn(builder, job, inputs);
  for (const JobPtr& other : ring_.jobs()) inputs.push_back(other->describe_finish(builder));
  return builder.all_of(std::move(inputs), {}, ring_.id());
}

}  // namespace fencelab::models
