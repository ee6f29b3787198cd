#include "models/gpu/hw_queue.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "models/gpu/engine.hpp"

namespace fencelab::models {

void HwQueue::offer_head() {
  if (has_work()) head()->engine->offer(*this);
}

void HwQueue::push(JobPtr job) {
  FENCELAB_ASSERT(job->engine, "job {} without an engine", job->name());
  job->state = JobState::on_ring;
  job->account.enter(core::WaitReason::engine, job->simulation().now());
  const bool had_work = has_work();
  cell_.write();
  unseen_ = job->doorbell_lost ? unseen_ + 1 : 0;
  jobs_.push_back(std::move(job));
  if (!had_work) offer_head();
}

void HwQueue::pop() {
  cell_.write();
  jobs_.pop_front();
  unseen_ = std::min(unseen_, jobs_.size());
  offer_head();
}

void HwQueue::set_mapped(bool mapped) {
  cell_.write();
  mapped_ = mapped;
  if (head()) head()->engine->poke();
}

void HwQueue::set_suspended(bool suspended) {
  cell_.write();
  suspended_ = suspended;
  if (head()) head()->engine->poke();
}

}  // namespace fencelab::models
