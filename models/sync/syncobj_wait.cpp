#include "models/sync/syncobj_wait.hpp"

#include <algorithm>
#include <array>

#include "models/sync/fence_merge.hpp"

namespace fencelab::models {

namespace {

using core::FencePtr;

/// A wait in progress.
class Entries {
 public:
  Entries(std::vector<SyncobjPoint> points, SyncobjWaitFlags flags)
      : points_(std::move(points)), flags_(flags) {
    for (const SyncobjPoint& point : points_)
      seekers_.push_back(std::make_unique<PointSeeker>(point.point));
  }

  /// False if a fence is missing and nobody wants to wait for it. Those before it are polled all
  /// the same, which an array remembers.
  bool find_all() {
    const bool patient = flags_.submit || flags_.available;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (!patient && !points_[i].syncobj->find(points_[i].point)) return false;
      points_[i].syncobj->watch(*seekers_[i]);
      if (seekers_[i]->fence && !flags_.available) seekers_[i]->fence->is_signaled();
    }
    return true;
  }

  /// Sets `first` and returns true if the wait is over.
  bool satisfied(std::uint32_t& first) const {
    std::size_t done = 0;
    for (std::size_t i = seekers_.size(); i-- > 0;) {
      const FencePtr& fence = seekers_[i]->fence;
      if (!fence || !(flags_.available || fence->is_signaled())) continue;
      ++done;
      first = static_cast<std::uint32_t>(i);
    }
    return flags_.all ? done == seekers_.size() : done > 0;
  }

  /// Tells producers that somebody waits. Who only wants fences to be there does not.
  void arm() const {
    if (flags_.available) return;
    for (const auto& seeker : seekers_)
      if (seeker->fence) seeker->fence->arm();
  }

  /// What to wait for before looking again.
  std::vector<core::WaitItem> items() const {
    std::vector<core::WaitItem> items;
    for (std::size_t i = 0; i < seekers_.size(); ++i) {
      const FencePtr& fence = seekers_[i]->fence;
      if (!fence)
        items.push_back({&points_[i].syncobj->changed()});
      else if (!flags_.available && !fence->is_signaled())
        items.push_back({fence.get()});
    }
    return items;
  }

 private:
  std::vector<SyncobjPoint> points_;
  std::vector<std::unique_ptr<PointSeeker>> seekers_;
  SyncobjWaitFlags flags_;
};

}  // namespace

core::Task<SyncobjWaitResult> wait_for_syncobjs(core::Simulation& simulation,
                                                std::vector<SyncobjPoint> points,
                                                SyncobjWaitKind kind, SyncobjWaitFlags flags,
                                                core::Time deadline) {
  SyncobjWaitResult result;
  if (kind == SyncobjWaitKind::binary && flags.available) {
    result.error = core::fence_error::kInvalid;
    co_return result;
  }
  if (points.empty()) co_return result;
  Entries entries(std::move(points), flags);
  if (!entries.find_all()) {
    result.error = core::fence_error::kInvalid;
    co_return result;
  }
  while (!entries.satisfied(result.first)) {
    entries.arm();
    if (simulation.now() >= deadline) {
      result.error = core::fence_error::kTime;
      co_return result;
    }
    const std::vector<core::WaitItem> items = entries.items();
    core::MultiWait any(simulation, items, 1,
                        {.reason = core::WaitReason::fence, .deadline = deadline});
    co_await any;
  }
  co_return result;
}

core::Task<SyncPoint> catch_point(core::Simulation& simulation, SyncobjPtr syncobj,
                                  core::ValueTimeline& timeline, std::uint64_t value,
                                  core::Time deadline) {
  PointSeeker seeker(value);
  syncobj->watch(seeker);
  for (;;) {
    if (seeker.fence) co_return SyncPoint{seeker.fence, nullptr, 0};
    const bool over = timeline.at_least(value) || simulation.now() >= deadline;
    if (over) co_return SyncPoint{nullptr, &timeline, value};
    const std::array items{core::WaitItem{&syncobj->changed()}, core::WaitItem{&timeline, value}};
    core::MultiWait any(simulation, items, 1,
                        {.reason = core::WaitReason::value,
                         .deadline = deadline,
                         .recovery = deadline != core::kNever});
    co_await any;
  }
}

core::Task<int> transfer_point(SyncobjPoint to, SyncobjPoint from, bool for_submit) {
  core::Simulation& simulation = from.syncobj->simulation();
  const core::Time deadline = core::saturating_add(simulation.now(), kWaitForSubmitTimeout);
  if (!for_submit && !from.syncobj->find(from.point)) co_return core::fence_error::kInvalid;
  PointSeeker source(from.point);
  from.syncobj->watch(source);
  while (!source.fence) {
    if (simulation.now() >= deadline) co_return core::fence_error::kTime;
    co_await from.syncobj->changed().wait_until(deadline, core::WaitReason::submit);
  }
  if (to.point == 0) {
    to.syncobj->replace(source.fence);
  } else {
    const std::array fences{source.fence};
    to.syncobj->add_point(merge_fences(simulation, fences), to.point);
  }
  co_return 0;
}

}  // namespace fencelab::models
