// SyncPoint: "that work is done", either as a dma_fence (kernel-bounded) or as a value of a user
// fence (unbounded). The two are never interchangeable by accident: see SyncPolicy.
#pragma once

#include <cstdint>

#include "core/fence.hpp"
#include "core/timeline.hpp"

namespace fencelab::models {

class Job;

struct SyncPoint {
  core::FencePtr fence;                     ///< set for kernel work ...
  core::ValueTimeline* timeline = nullptr;  ///< ... or this and `value` for user queues
  std::uint64_t value = 0;
  Job* job = nullptr;  ///< the job behind it; to be looked at only while !done()

  bool empty() const { return !fence && !timeline; }
  bool is_value() const { return timeline != nullptr; }
  /// Polling; arms nothing. For those who would wait otherwise (DmaFence::is_known_signaled).
  bool done() const {
    return fence ? fence->is_known_signaled() : !timeline || timeline->reached(value);
  }
  /// Polling by those who decide by the answer.
  bool poll() const {
    return fence ? fence->is_signaled() : !timeline || timeline->value() >= value;
  }
  /// Awaitable: until done, on the CPU.
  core::SingleWait wait(core::WaitOptions options) const {
    if (fence) return fence->wait(options);
    options.reason = core::WaitReason::value;
    return timeline->wait(value, options);
  }
  /// The thing waited on, as an id.
  core::ObjectId id() const {
    return fence ? fence->id() : timeline ? timeline->id() : core::kNoObject;
  }
};

}  // namespace fencelab::models
