#include "models/gpu/kernel_queue.hpp"

#include <algorithm>

#include "core/order_events.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"
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
  simulation_.spawn({ring_.name() + " (scheduler)", core::ProcessRole::queue, true}, serve());
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
  job->account.enter(core::WaitReason::fifo, simulation_.now());
  // drm_sched_entity_push_job(): a stopped entity is no error for whoever pushes.
  const SubmissionPolicy* const submission = context_.gpu().policies().submission.get();
  const bool may_be_stopped = submission && submission->forgets_late_jobs();
  if (may_be_stopped) state_cell_.read();
  if (may_be_stopped && forgets_) return forgotten_.push_back(std::move(job));
  waiting_.push(std::move(job));
}

bool KernelQueue::is_own(const Dependency& dependency) const {
  return dependency.producer && dependency.producer->entity == this &&
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

// The scheduler is a server: the job at its head, not the scheduler, is who waits.
core::Task<> KernelQueue::wait_for_dependencies(JobPtr job) {
  for (std::size_t i = 0; i < job->dependencies.size() && !job->is_done(); ++i) {
    // The ring keeps the order of its own jobs (drm_sched_entity_add_dependency_cb()).
    if (is_own(job->dependencies[i])) continue;
    const SyncPoint point = job->dependencies[i].point;
    if (point.done()) continue;
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
}

void KernelQueue::kill(bool forgets) {
  state_cell_.write();
  dead_ = true;
  forgets_ = forgets;
}

void KernelQueue::blame() {
  state_cell_.write();
  guilty_ = true;
}

// What run_job() of the driver answers instead of running it (amdgpu_job_run() looks at the error
// that drm_sched_entity_pop_job() left in the finished fence of a guilty entity's job).
int KernelQueue::refusal_of(const Job& job) const {
  state_cell_.read();
  return guilty_ ? core::fence_error::kCanceled : job.refusal;
}

// drm_sched_entity_kill_jobs_work() in drivers/gpu/drm/scheduler/sched_entity.c.
core::Task<> KernelQueue::bury(JobPtr job) {
  if (previous_ && !previous_->is_known_signaled())
    co_await previous_->wait({.reason = core::WaitReason::fence, .idle = true});
  job->kill(core::fence_error::kSearch);
  waiting_.pop();
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
      waiting_.pop();
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
    co_await credits.acquire(context_.priority());
    credits.holds(*job);
    if (is_dead()) {
      credits.release(*job);
      co_await bury(job);
      continue;
    }
    waiting_.pop();
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
  for (const Dependency& dependency : job.dependencies) {
    const SyncPoint& point = dependency.point;
    if (is_own(dependency) || point.done()) continue;
    inputs.push_back(point.fence ? point.fence->describe_release(builder)
                                 : point.timeline->describe_release(builder, point.value));
  }
  if (job.state == JobState::pending_credit)
    inputs.push_back(job.engine->credits().describe_turn(builder));
  for (const JobPtr& other : ring_.jobs()) inputs.push_back(other->describe_finish(builder));
  return builder.all_of(std::move(inputs), {}, ring_.id());
}

}  // namespace fencelab::models
