#include "models/gpu/hw_queue.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/fence_monitor.hpp"
#include "models/gpu/gpu.hpp"
#include "models/vm/user_vm.hpp"

namespace fencelab::models {

void OffEngine::open() {
  note(core::Access::write, true);
  opened_at_ = simulation().now();
  while (head_) satisfy(*head_);
}

bool OffEngine::satisfied(std::uint64_t) const { return !queue_.known_on_engine(); }

core::GateIndex OffEngine::describe_release(core::WaitGraphBuilder& builder,
                                            const core::WaitLink&) const {
  return queue_.context().gpu().firmware().describe_off(builder);
}

std::string OffEngine::describe() const { return queue_.name() + " off its engine"; }

int HwQueue::known_priority() const { return std::max(context_.known_priority(), inherited_); }

// Its jobs are executed in order: what is before the one that inherited goes by that, too.
void HwQueue::inherit(int priority) {
  if (priority <= inherited_) return;
  inherited_ = priority;
  if (const Job* const first = head(); first && first->engine) {
    first->engine->rerank();
    first->engine->poke();
  }
}

void HwQueue::ban() {
  mapped_cell_.write();
  banned_ = true;
}

void HwQueue::offer_head() {
  if (sees_work() && may_run()) known_head()->engine->offer(*this);
}

void HwQueue::push(JobPtr job) {
  FENCELAB_ASSERT(job->engine, "job {} without an engine", job->name());
  job->state = JobState::on_ring;
  job->account.enter(core::WaitReason::engine, job->simulation().now());
  if (job->entity) job->engine->number_in_ring(*job);
  const bool had_work = sees_work();
  // Where a doorbell is lost later jobs uncover earlier ones: more than the head changes then.
  if (unseen_ > 0 || job->doorbell_lost) ring_.note(core::Access::peek);
  ring_.note(core::Access::put, ++put_);
  unseen_ = job->doorbell_lost ? unseen_ + 1 : 0;
  inherited_ = std::max(inherited_, job->inherited);
  job->simulation().emit(core::ProbeKind::job_on_ring, job->id(), job->engine->number(), 0,
                         job.get());
  jobs_.push_back(std::move(job));
  if (jobs_.size() == 1 && monitor) monitor->head_changed(*this);
  if (!had_work) offer_head();
}

void HwQueue::pop() {
  ring_.note(core::Access::get, ++taken_);
  do jobs_.pop_front();
  while (!jobs_.empty() && jobs_.front()->state == JobState::done);  // killed behind its head
  unseen_ = std::min(unseen_, jobs_.size());
  if (inherited_ != Job::kNoPriority) {
    inherited_ = Job::kNoPriority;
    for (const JobPtr& job : jobs_) inherited_ = std::max(inherited_, job->inherited);
  }
  if (monitor) monitor->head_changed(*this);
  offer_head();
  if (jobs_.empty() && vm) vm->work_ended();
  if (jobs_.empty() && vm) context_.gpu().firmware().queue_emptied();
}

bool HwQueue::hash_state(std::uint64_t& hash) const {
  hash = unseen_;
  for (const JobPtr& job : jobs_) hash = core::mix_hash(hash, core::raw(job->id()));
  return true;
}

void HwQueue::set_mapped(bool mapped) {
  mapped_cell_.write();
  const bool could = may_run();
  mapped_ = mapped;
  if (!mapped) ask_for_slot(false);
  changed(could);
}

void HwQueue::set_suspended(bool suspended) {
  suspended_cell_.write();
  const bool could = may_run();
  suspended_ = suspended;
  changed(could);
}

void HwQueue::set_parked(bool parked) {
  if (parked_ == parked) return;
  parked_cell_.write();
  const bool could = may_run();
  parked_ = parked;
  changed(could);
}

void HwQueue::changed(bool could_run) {
  if (could_run == may_run() || !has_work()) return;
  if (could_run)
    known_head()->engine->withdraw(*this);
  else
    offer_head();
}

}  // namespace fencelab::models
