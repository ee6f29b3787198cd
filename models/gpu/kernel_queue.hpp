// KernelQueue: a drm_sched entity. Jobs leave in order of submission: dependencies are armed and
// waited for one after another, then a credit of the engine, then the job goes to the ring.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/fifo.hpp"
#include "core/recovery.hpp"
#include "models/gpu/fair_order.hpp"
#include "models/gpu/hw_queue.hpp"

namespace fencelab::models {

struct CreditRequest;

class KernelQueue final : public core::ValueProducer {
 public:
  KernelQueue(GpuContext& context, std::string name);
  ~KernelQueue() override;

  /// Point of no return: the job's fences may be published from now on.
  void push(JobPtr job);
  HwQueue& ring() { return ring_; }
  const std::deque<JobPtr>& waiting() const { return waiting_.items(); }
  /// The same for those whose looking is noted otherwise.
  const std::deque<JobPtr>& known_waiting() const { return waiting_.known_items(); }
  /// A job that waits here inherited a priority.
  void inherited();
  /// Fence context and next sequence number of its jobs (F2).
  std::uint64_t fence_context() const { return fence_context_; }
  std::uint64_t next_seqno() {
    seqno_cell_.write();
    return ++seqno_;
  }
  /// What must happen for `job`, still waiting here, to reach the ring.
  core::GateIndex describe_queueing(core::WaitGraphBuilder& builder, const Job& job) const;

  /// Its client is dead (drm_sched_entity_kill()): jobs that are not in the ring end with -ESRCH
  /// and do not run, but each no sooner than what it depends on and than the one before, whose
  /// memory it might free.
  /// `forgets`: what is pushed from now on is never looked at, nor does it ever end.
  void kill(bool forgets = false);
  /// Awaitable task, drm_sched_entity_flush(): until the scheduler has taken every job that waits
  /// here, or never will, or until `deadline`.
  core::Task<> flush(core::Time deadline);
  /// Its job hung: from here on jobs end with -ECANCELED (karma).
  void blame();
  /// When the scheduler gives up `job`, which the hardware was not told of; none: never.
  std::optional<core::Time> unseen_due(const Job& job) const;

  // Its jobs may write values that others wait for.
  std::uint64_t reachable(const core::ValueTimeline& timeline) const override;
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::ValueTimeline& timeline,
                                   std::uint64_t value) const override;

 private:
  core::Task<> serve();
  core::Task<> bury(JobPtr job);
  int refusal_of(const Job& job) const;
  bool is_dead() const {
    state_cell_.read();
    return dead_;
  }
  void will_write(const Job& job);
  void watch_unseen();
  void give_up_unseen();
  void note_dependencies(const Job& job);
  void describe_turn(core::WaitGraphBuilder& builder, const Job& job,
                     std::vector<core::GateIndex>& inputs) const;
  void run_job(const JobPtr& job);
  bool is_own(const Dependency& dependency) const;
  bool passes_errors_on() const;
  core::Task<> wait_for_dependencies(JobPtr job);
  bool shares_ring_with(const Dependency& dependency, const Job& job) const;
  SchedLevel level() const;
  Engine* only_engine(const Job& job) const;
  void join(Engine& engine);
  void job_taken();
  CreditRequest request_for(const Job& job) const;
  GpuContext& context_;
  core::Simulation& simulation_;
  HwQueue ring_;
  core::Fifo<JobPtr> waiting_;
  core::Cell seqno_cell_;
  core::Cell state_cell_;  ///< footprint of whether it is dead or guilty
  bool dead_ = false, guilty_ = false, forgets_ = false;
  std::vector<JobPtr> forgotten_;
  std::optional<core::Doorbell> taken_bell_;  ///< once somebody waited for jobs to be taken
  core::FencePtr previous_;                   ///< of the job it dealt with last
  FairShare share_;
  core::Process* server_ = nullptr;
  Engine* run_queue_ = nullptr;  ///< in whose fair order it is
  /// The hardware was not told of the head: the scheduler's timer runs from the push all the same.
  core::RecoveryTimer unseen_watchdog_;
  std::vector<core::ValueTimeline*> written_;
  std::uint64_t fence_context_;
  std::uint64_t seqno_ = 0;
};

}  // namespace fencelab::models
