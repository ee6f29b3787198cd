#include "models/sync/amdgpu_userq.hpp"

#include <algorithm>

namespace fencelab::models {

UserqFences::UserqFences(core::Simulation& simulation, std::string name, bool recovery)
    : fences_(simulation, std::move(name)),
      recovery_(recovery),
      hang_(simulation, core::RecoveryKind::job_timeout, [this] { give_up(); }) {}

core::FencePtr UserqFences::fence_at(std::uint64_t wptr) {
  last_ = fences_.fence_at(wptr);
  watch();
  return last_;
}

void UserqFences::write(std::uint64_t value) {
  fences_.advance_to(value);
  watch();
}

// The timer starts over while fences are pending: steady progress has no limit.
void UserqFences::watch() {
  hang_.disarm();
  if (recovery_ && last_ && !last_->is_signaled()) hang_.arm(kHangTimeout, last_->id());
}

// amdgpu_userq_hang_detect_work: the queue is reset, and what is pending ends with -ECANCELED.
void UserqFences::give_up() { fences_.advance_to(last_->seqno(), core::fence_error::kCanceled); }

core::FencePtr userq_signal(UserqFences& queue, std::uint64_t wptr, std::span<DmaResv* const> reads,
                            std::span<DmaResv* const> writes,
                            std::span<const SyncobjPtr> syncobjs) {
  const core::FencePtr fence = queue.fence_at(wptr);
  for (DmaResv* resv : reads) resv->add(fence, Usage::read);
  for (DmaResv* resv : writes) resv->add(fence, Usage::write);
  for (const SyncobjPtr& syncobj : syncobjs) syncobj->replace(fence);
  return fence;
}

namespace {

/// One wait ioctl.
class Collection {
 public:
  Collection(std::vector<const UserqFences*> queues, std::size_t room)
      : queues_(std::move(queues)), room_(room) {}

  void add(const core::FencePtr& fence) {
    std::vector<core::FencePtr> leaves;
    fence->leaves(leaves);
    for (const core::FencePtr& leaf : leaves)
      if (!leaf->is_signaled()) add_leaf(leaf);
  }
  void add(const DmaResv& resv, Usage query) {
    resv.for_each(query, [this](const DmaResv::Entry& entry) { add(entry.fence); });
  }
  std::vector<UserqWaitPair> pairs;
  std::vector<core::FencePtr> waited_here;

 private:
  void add_leaf(const core::FencePtr& leaf) {
    const bool of_a_queue = std::any_of(queues_.begin(), queues_.end(), [&](const auto* queue) {
      return queue->context() == leaf->context();
    });
    const auto known = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) {
      return pair.context == leaf->context();
    });
    if (known != pairs.end())
      known->value = std::max(known->value, leaf->seqno());
    else if (of_a_queue && pairs.size() < room_)
      pairs.push_back({leaf->context(), leaf->seqno()});
    else
      waited_here.push_back(leaf);
  }
  std::vector<const UserqFences*> queues_;
  std::size_t room_;
};

/// The fence of a timeline point, waiting for it for at most five seconds.
core::Task<core::FencePtr> point_in_time(SyncobjPoint from) {
  const core::Time deadline =
      core::saturating_add(from.syncobj->simulation().now(), kWaitForSubmitTimeout);
  for (;;) {
    const std::optional<core::FencePtr> found = from.syncobj->find(from.point);
    if (found) co_return *found;
    if (from.syncobj->simulation().now() >= deadline) co_return core::FencePtr{};
    co_await from.syncobj->changed().wait_until(deadline, core::WaitReason::submit);
  }
}

}  // namespace

core::Task<UserqWaitResult> userq_wait(core::Simulation&, UserqWaitRequest request,
                                       std::vector<const UserqFences*> queues,
                                       KernelQuirks quirks) {
  UserqWaitResult result;
  Collection collected(std::move(queues), request.room);
  for (std::size_t i = 0; i < request.points.size(); ++i) {
    const SyncobjPoint& point = request.points[i];
    if (point.point == 0 && !point.syncobj->find(0)) {
      result.error = core::fence_error::kInvalid;
      co_return result;
    }
    const core::FencePtr fence = co_await point_in_time(point);
    if (!fence) {
      result.error = core::fence_error::kTime;
      co_return result;
    }
    collected.add(fence);
  }
  const bool inverted = quirks.amdgpu_userq_wait_inverted;
  for (const DmaResv* resv : request.reads) collected.add(*resv, userq_wait_query(false, inverted));
  for (const DmaResv* resv : request.writes) collected.add(*resv, userq_wait_query(true, inverted));
  for (std::size_t i = 0; i < collected.waited_here.size(); ++i)
    co_await collected.waited_here[i]->wait({.reason = core::WaitReason::fence});
  result.pairs = std::move(collected.pairs);
  co_return result;
}

core::Task<int> userq_suspend(std::vector<UserqFences*> queues, core::FencePtr eviction) {
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const core::FencePtr last = queues[i]->last();
    if (last && !last->is_signaled()) co_await last->wait({.reason = core::WaitReason::fence});
  }
  eviction->signal();
  co_return 0;
}

}  // namespace fencelab::models
