// amdgpu's user queues as dma_fences see them: a fence per signal ioctl, which a value that the GPU
// writes signals, and the ioctl that tells a queue what to wait for.
// (drivers/gpu/drm/amd/amdgpu/amdgpu_userq_fence.c, amdgpu_userq.c)
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "core/recovery.hpp"
#include "core/task.hpp"
#include "models/sync/dma_resv.hpp"
#include "models/sync/kernel_quirks.hpp"
#include "models/sync/sw_timeline.hpp"
#include "models/sync/syncobj_wait.hpp"

namespace fencelab::models {

/// The fences of one user queue. The value behind them only privileged packets of its ring write:
/// the process cannot forge a signal, but withhold it.
class UserqFences {
 public:
  /// Of the ring: 2 s by default (amdgpu_drv.c, lockup_timeout).
  static constexpr core::Duration kHangTimeout = std::chrono::seconds(2);

  /// `recovery`: hang detection is on; without it a withheld fence is indefinite.
  UserqFences(core::Simulation& simulation, std::string name, bool recovery = true);

  std::uint64_t context() const { return fences_.context(); }
  /// A fence for all that the ring holds up to write pointer `wptr`, as the signal ioctl reads it.
  core::FencePtr fence_at(std::uint64_t wptr);
  /// A packet of the ring wrote `value`.
  void write(std::uint64_t value);
  /// The newest fence; null if none was ever asked for.
  const core::FencePtr& last() const { return last_; }

 private:
  void watch();
  void give_up();
  SwTimeline fences_;
  core::FencePtr last_;
  bool recovery_;
  core::RecoveryTimer hang_;
};

/// DRM_IOCTL_AMDGPU_USERQ_SIGNAL: a fence for what is in the ring, added to buffers as reader and
/// as writer, and put into binary syncobjs.
core::FencePtr userq_signal(UserqFences& queue, std::uint64_t wptr, std::span<DmaResv* const> reads,
                            std::span<DmaResv* const> writes, std::span<const SyncobjPtr> syncobjs);

/// What the wait ioctl asks a buffer of its list of reads or of writes for: what a reader and a
/// writer have to wait for (R3), or just the other way round (quirk amdgpu-userq-wait-inverted).
constexpr Usage userq_wait_query(bool write, bool inverted) { return usage_rw(write != inverted); }

/// A value that the queue polls in its ring.
struct UserqWaitPair {
  std::uint64_t context = 0;  ///< whose: UserqFences::context
  std::uint64_t value = 0;
};

struct UserqWaitRequest {
  std::vector<SyncobjPoint> points;  ///< point 0: a binary syncobj
  std::vector<DmaResv*> reads, writes;
  std::size_t room = ~std::size_t{0};  ///< of the caller's array
};

struct UserqWaitResult {
  int error = 0;  ///< 0; -EINVAL: a binary syncobj is empty; -ETIME: no fence within five seconds
  std::vector<UserqWaitPair> pairs;  ///< one per queue, its highest value
};

/// DRM_IOCTL_AMDGPU_USERQ_WAIT: what the caller's queue has to poll for before it reads and writes
/// these buffers. `queues`: all user queues of the driver. Other fences, and those there is no room
/// for, are waited for here, on the CPU.
core::Task<UserqWaitResult> userq_wait(core::Simulation& simulation, UserqWaitRequest request,
                                       std::vector<const UserqFences*> queues, KernelQuirks quirks);

/// The suspend worker: waits for the last fence of every queue, outside of the signalling section;
/// then the queues are off and `eviction` signals. What was never published is not waited for.
core::Task<int> userq_suspend(std::vector<UserqFences*> queues, core::FencePtr eviction);

}  // namespace fencelab::models
