#include "models/gpu/user_queue.hpp"

#include <algorithm>

#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/fence_monitor.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/urgency.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

UserQueue::UserQueue(GpuContext& context, const std::string& name)
    : context_(context),
      ring_(context.gpu().machine().simulation(), context, name,
            context.gpu().machine().new_queue_number()),
      progress_(context.gpu().machine().simulation(), "progress of " + name, 0,
                "progress of user queues of " + context.gpu().name()) {
  ring_.set_mapped(false);
  will_write(progress_);
  context.gpu().add_user_queue(ring_);
  const auto& hang = context.gpu().policies().hang;
  if (const auto timeout = hang ? hang->command_timeout() : std::nullopt) {
    ring_.monitor = &context.gpu().machine().monitor();
    ring_.monitor->watch(ring_, *timeout);
  }
}

UserQueue::~UserQueue() {
  for (core::ValueTimeline* timeline : written_) timeline->remove_producer(*this);
}

void UserQueue::will_write(core::ValueTimeline& timeline) {
  if (std::find(written_.begin(), written_.end(), &timeline) != written_.end()) return;
  written_.push_back(&timeline);
  timeline.add_producer(*this);
}

void UserQueue::push(JobPtr job) {
  for (const ValuePoint& signal : job->signals) will_write(*signal.timeline);
  job->queue = &ring_;
  job->head_at = job->ready_at = context_.gpu().machine().simulation().now();
  context_.gpu().machine().job_begun();
  job->assign_engine(context_.choose_engine(*job));
  if (ring_.monitor) ring_.monitor->record(job);
  const bool rung = !job->doorbell_lost;
  const JobPtr pushed = job;
  spread_urgency(*job);
  ring_.push(std::move(job));
  if (ring_.banned()) return pushed->kill(core::fence_error::kCanceled);
  if (rung) context_.gpu().firmware().ring_doorbell(ring_);
  // Pulled out meanwhile: the kernel knows of it what it made a fence of, or keeps on record.
  const bool known = pushed->finished || ring_.monitor;
  if (known && context_.gpu().is_gone()) context_.give_up(*pushed);
}

std::uint64_t UserQueue::reachable(const core::ValueTimeline& timeline) const {
  std::uint64_t value = 0;
  for (const JobPtr& job : ring_.jobs()) value = std::max(value, job->value_written(timeline));
  return value;
}

core::GateIndex UserQueue::describe_release(core::WaitGraphBuilder& builder,
                                            const core::ValueTimeline& timeline,
                                            std::uint64_t value) const {
  for (const JobPtr& job : ring_.jobs())
    if (job->value_written(timeline) >= value) return job->describe_finish(builder);
  return builder.nobody("no job in the ring writes it");
}

}  // namespace fencelab::models
