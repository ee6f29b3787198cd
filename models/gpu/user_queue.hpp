// UserQueue: a ring the process writes and rings by doorbell. The kernel sees no job; completion is
// a value the GPU writes. It needs a hardware slot and the residency of its address space to run.
#pragma once

#include <string>

#include "core/timeline.hpp"
#include "models/gpu/hw_queue.hpp"

namespace fencelab::models {

class UserQueue final : public core::ValueProducer {
 public:
  UserQueue(GpuContext& context, const std::string& name);
  ~UserQueue() override;

  /// Writes the job to the ring. Its completion is the ring's progress value.
  void push(JobPtr job);
  HwQueue& ring() { return ring_; }
  core::ValueTimeline& progress() { return progress_; }
  std::uint64_t next_value() { return ++value_; }

  std::uint64_t reachable(const core::ValueTimeline& timeline) const override;
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::ValueTimeline& timeline,
                                   std::uint64_t value) const override;
  /// Called when one of its jobs may write `timeline`, so that waiters know whom to look at.
  void will_write(core::ValueTimeline& timeline);

 private:
  GpuContext& context_;
  HwQueue ring_;
  core::ValueTimeline progress_;
  std::vector<core::ValueTimeline*> written_;
  std::uint64_t value_ = 0;
};

}  // namespace fencelab::models
