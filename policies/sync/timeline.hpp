// Timeline syncobjs: work is named by points, which may be handed out before there is a fence
// behind them.
#pragma once

#include <map>
#include <memory>

#include "core/fifo.hpp"
#include "core/timeline.hpp"
#include "policies/sync/tracked.hpp"

namespace fencelab::models {
class KernelQueue;
}

namespace fencelab::policies {

/// The thread of a user-mode driver that submits what could not be submitted at once, in order
/// (vk_queue of Mesa: src/vulkan/runtime/vk_queue.c, VK_QUEUE_SUBMIT_MODE_THREADED_ON_DEMAND), and
/// the timeline whose points are that queue's submissions.
class SubmitQueue final : public core::ValueProducer {
 public:
  SubmitQueue(core::Simulation& simulation, const std::string& name);

  /// The next point, for one more submission.
  std::uint64_t next_point() {
    cell_.write();
    return ++points_;
  }
  core::ValueTimeline& progress() { return progress_; }
  /// Whether anything waits in it, so that what comes later has to wait as well.
  bool busy() const {
    cell_.read();
    return pending_ > 0;
  }
  void push(models::JobPtr job);
  /// For its thread: the oldest, which stays until it is popped. What the caller knew when he
  /// pushed it the thread knows now.
  models::JobPtr take();
  void submitted() {
    cell_.write();
    --pending_;
  }
  core::Fifo<models::JobPtr>& waiting() { return waiting_; }

  std::uint64_t reachable(const core::ValueTimeline& timeline) const override;
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::ValueTimeline& timeline,
                                   std::uint64_t value) const override;

  const core::Process* thread = nullptr;

 private:
  const models::Job* writer_of(const core::ValueTimeline& timeline, std::uint64_t value) const;
  core::Cell cell_;
  core::ValueTimeline progress_;
  core::Fifo<models::JobPtr> waiting_;
  std::vector<core::ValueTimeline*> written_;
  std::uint64_t points_ = 0, pending_ = 0;
  std::uint64_t pushed_ = 0, taken_ = 0;  ///< for observers
};

/// As explicit, but fences are found through points of timeline syncobjs: those of each queue, and
/// the timelines of the scenario. A submission whose points have no fences waits for them in the
/// submit thread; the kernel refuses it (drm_syncobj_find_fence: -EINVAL).
class TimelineSync final : public ExplicitSync {
 public:
  TimelineSync(RunState& run, bool submit_thread) : run_(run), submit_thread_(submit_thread) {}
  bool defer(const models::JobPtr& job) override;
  int resolve_points(models::Job& job) override;
  models::Syncobj* syncobj_behind(core::ValueTimeline& timeline) override {
    return &syncobj_of(timeline);
  }
  models::SyncPoint point_of(core::ValueTimeline& timeline, std::uint64_t value) override;
  void add_dependencies(models::Job&) override {}  // defer() did, when the job was queued
  void submitted(models::Job& job) override;
  models::HandOver flip_fences(models::Client& client, models::Buffer& buffer) override;
  models::ValueWaits value_waits() const override { return models::ValueWaits::points; }

 private:
  SubmitQueue& queue_of(const models::Job& job);
  models::Syncobj& syncobj_of(core::ValueTimeline& timeline);
  /// The fence behind a dependency on a point; null: it is done. No value: there is none yet.
  std::optional<core::FencePtr> fence_of(const models::Dependency& dependency);
  bool materialised(const models::Job& job);
  core::Task<> wait_for_points(models::JobPtr job);
  core::Task<> serve(SubmitQueue& queue);
  RunState& run_;
  bool submit_thread_;
};

}  // namespace fencelab::policies
