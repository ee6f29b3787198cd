#include "models/gpu/hw_queue.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/gpu/engine.hpp"
#include "models/vm/user_vm.hpp"

namespace fencelab::models {

void HwQueue::offer_head() {
  if (sees_work() && may_run()) known_head()->engine->offer(*this);
}

void HwQueue::push(JobPtr job) {
  FENCELAB_ASSERT(job->engine, "job {} without an engine", job->name());
  job->state = JobState::on_ring;
  job->account.enter(core::WaitReason::engine, job->simulation().now());
  const bool had_work = sees_work();
  // Where a doorbell is lost later jobs uncover earlier ones: more than the head changes then.
  if (unseen_ > 0 || job->doorbell_lost) ring_.note(core::Access::peek);
  ring_.note(core::Access::put, ++put_);
  unseen_ = job->doorbell_lost ? unseen_ + 1 : 0;
  jobs_.push_back(std::move(job));
  if (!had_work) offer_head();
}

void HwQueue::pop() {
  ring_.note(core::Access::get, ++taken_);
  jobs_.pop_front();
  unseen_ = std::min(unseen_, jobs_.size());
  offer_head();
  if (jobs_.empty() && vm) vm->work_ended();
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
