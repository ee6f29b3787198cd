#include "models/gpu/hw_queue.hpp"

#include "core/assert.hpp"
#include "models/gpu/engine.hpp"

namespace fencelab::models {

void HwQueue::offer_head() {
  if (Job* job = head()) job->engine->offer(*this);
}

void HwQueue::push(JobPtr job) {
  FENCELAB_ASSERT(job->engine, "job {} without an engine", job->name());
  job->state = JobState::on_ring;
  job->account.enter(core::WaitReason::engine, job->simulation().now());
  jobs_.push_back(std::move(job));
  if (jobs_.size() == 1) offer_head();
}

void HwQueue::pop() {
  jobs_.pop_front();
  offer_head();
}

void HwQueue::set_mapped(bool mapped) {
  mapped_ = mapped;
  if (head()) head()->engine->poke();
}

void HwQueue::set_suspended(bool suspended) {
  suspended_ = suspended;
  if (head()) head()->engine->poke();
}

}  // namespace fencelab::models
