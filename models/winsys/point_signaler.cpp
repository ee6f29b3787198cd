#include "models/winsys/point_signaler.hpp"

#include <algorithm>

#include "core/fence_array.hpp"

namespace fencelab::models {

PointSignaler::PointSignaler(core::Simulation& simulation, std::string name,
                             std::function<void()> published)
    : simulation_(simulation), published_(std::move(published)), pending_(simulation) {
  thread_ = &simulation_.spawn({std::move(name), core::ProcessRole::user_thread, true}, run());
}

void PointSignaler::publish(SyncobjPoint point, std::vector<SyncPoint> work) {
  const bool has_fences =
      std::none_of(work.begin(), work.end(), [](const SyncPoint& each) { return each.is_value(); });
  if (has_fences) return add(point, work);
  ++busy_;
  pending_.push({std::move(point), std::move(work)});
}

void PointSignaler::add(const SyncobjPoint& point, const std::vector<SyncPoint>& work) {
  std::vector<core::FencePtr> fences;
  for (const SyncPoint& each : work)
    if (each.fence) fences.push_back(each.fence);
  if (fences.empty())
    point.syncobj->signal_point(point.point);
  else if (fences.size() == 1)
    point.syncobj->add_point(fences.front(), point.point);
  else
    point.syncobj->add_point(
        core::make_intrusive<core::FenceArray>(simulation_, std::move(fences),
                                               core::new_fence_context(simulation_), 1),
        point.point);
  published_();
}

core::Task<> PointSignaler::run() {
  for (;;) {
    co_await pending_.arrival();
    const Pending next = pending_.front();
    pending_.pop();
    for (std::size_t i = 0; i < next.work.size(); ++i) {
      const SyncPoint each = next.work[i];
      if (each.is_value() && !each.done()) co_await each.wait({.reason = core::WaitReason::value});
    }
    --busy_;
    add(next.point, next.work);
  }
}

}  // namespace fencelab::models
