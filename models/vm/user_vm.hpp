// UserVm: the memory that user queues of one client on one GPU need, and the preempt fence that
// takes it away: once armed, the queues stop, the fence signals, and a worker restores everything
// later.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/fence.hpp"
#include "core/fifo.hpp"
#include "core/locks.hpp"
#include "models/memory/memory.hpp"

namespace fencelab::models {

class Client;
class Gpu;
class HwQueue;
class UserRanges;

class UserVm final : public core::FenceProducer, public core::StateSource {
 public:
  UserVm(Client& client, Gpu& gpu);

  Client& client() const { return client_; }
  Gpu& gpu() const { return gpu_; }
  /// The buffer must be there while any queue runs. Returns whether it is new here.
  bool add_buffer(Buffer& buffer);
  void remove_buffer(Buffer& buffer);
  void add_queue(HwQueue& queue);
  const std::vector<HwQueue*>& queues() const {
    members_cell_.read();
    return queues_;
  }
  /// Work was queued: if the space is not resident, restore it.
  void work_queued() { ring(); }
  bool resident() const {
    cell_.read();
    return resident_;
  }
  core::Time resumed_at() const { return resumed_at_; }
  /// What suspension signals; null: there is none.
  const core::FencePtr& preempt_fence() const { return preempt_fence_; }
  /// Asks the queues off the hardware for an MMU notifier; returns when they are.
  core::Task<> stop_for_notifier();
  /// For who is about to publish a fence of a user queue: returns once the queues are on and the
  /// fence that could take them off has not signaled, and keeps it so until publishing_done()
  /// (amdgpu_userq_ensure_ev_fence()). At once if the residency policy has no such rule. The caller
  /// holds no reservation.
  core::Task<> ensure_fence();
  void publishing_done();
  /// Its process has ended: gives up everything as soon as no work is queued. If that is later,
  /// calls `release` then with each buffer that it had.
  void close(std::function<void(Buffer&)> release);
  /// The last job of a queue has ended.
  void work_ended();
  bool has_work() const;
  /// A restore got no memory, and the policy says that this is the end.
  bool banned() const {
    ban_cell_.read();
    return banned_;
  }
  core::GateIndex describe_resume(core::WaitGraphBuilder& builder) const;

  bool enable_signaling(core::DmaFence& fence) override;
  bool cares_about_arming() const override { return true; }
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override;
  core::OrderClassId order_class() const override { return fence_class_; }
  bool hash_state(std::uint64_t& hash) const override;

 private:
  core::Task<> serve();
  void ring();
  core::Task<> suspend();
  core::Task<> take_turn(core::Mutex* queue);
  core::Task<> take_off();
  core::Task<bool> restore();
  core::Task<> wait_for_memory();
  core::Task<bool> place_all();
  core::Task<Placement> validate(DrmExec* exec, std::vector<Buffer*> wanted, bool exclusive);
  core::Task<> wait_for_moves(std::vector<Buffer*> buffers);
  void make_resident();
  void retire();
  void ban();
  core::Task<Placement> bring_home(std::vector<Buffer*> buffers, AllocRequest request);
  void publish(const core::FencePtr& fence);
  Client& client_;
  Gpu& gpu_;
  core::Simulation& simulation_;
  core::Cell cell_;          ///< footprint of whether it is resident or to stop
  core::Cell members_cell_;  ///< footprint of which buffers and queues belong to it
  core::Cell closing_cell_;  ///< footprint of whether its process has ended
  core::Cell ban_cell_;      ///< footprint of whether it is banned
  core::Doorbell bell_;
  /// Untimed runs: that it was rung for the first time. A gate: before there is nothing to look at,
  /// so that the worker's first look competes with nobody.
  std::optional<core::Arrivals> begun_;
  bool was_rung_ = false;  ///< whoever rings looks at it behind the bell
  core::Process* worker_ = nullptr;
  std::vector<Buffer*> buffers_;
  std::vector<HwQueue*> queues_;
  core::FencePtr preempt_fence_;
  std::uint64_t fence_context_, seqno_ = 0;
  core::OrderClassId fence_class_;
  /// What publishers, suspension and restore share, if the policy has them share anything.
  struct UserqWork {
    UserqWork(core::Simulation& simulation, const std::string& of)
        : mutex(simulation, "userq_mutex of " + of, "userq_mutex"), settled(simulation) {}
    core::Mutex mutex;
    core::Doorbell settled;  ///< rung when a restore has ended
  };
  std::unique_ptr<UserqWork> userq_;
  std::function<void(Buffer&)> release_;  ///< its process has ended
  bool resident_ = false;
  bool banned_ = false;
  bool stop_asked_ = false;
  bool resume_asked_ = false;  ///< by a publisher, though no work may be queued
  core::Time asked_at_{}, resumed_at_{}, suspended_at_{};
};

}  // namespace fencelab::models
