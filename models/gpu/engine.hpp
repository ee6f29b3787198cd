// Engine: executes the heads of hardware queues, one at a time: strict priority, round robin with
// time slices among equals, preemption at arbitration points and with a cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/fifo.hpp"
#include "core/recovery.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/gpu/credits.hpp"
#include "models/gpu/hw_queue.hpp"
#include "models/gpu/inversion_clock.hpp"
#include "models/platform/work.hpp"

namespace fencelab::models {

class Gpu;

class Engine final : public core::StateSource {
 public:
  struct Spec {
    std::string name;                  ///< "rcs0"
    std::string klass;                 ///< "rcs"
    core::Duration timeslice{};        ///< zero: a job keeps the engine until it is done
    core::Duration preemption_cost{};  ///< paid when a job that is not done gives the engine away
    std::uint32_t credits = 2;         ///< kernel jobs in flight
    /// Kernel queues have one ring in common, in which jobs are executed in the order in which they
    /// are put there and keep the engine; else each has one of its own.
    bool shared_ring = false;
    /// No unit of the GPU: a thread of the kernel that carries out work items (an ordered work
    /// queue), one after another and each to its end, on a CPU core.
    bool worker = false;
    int nice = 0;  ///< of the worker
  };

  Engine(core::Simulation& simulation, Gpu& gpu, Spec spec, std::uint32_t number);

  const std::string& name() const { return full_name_; }
  const std::string& short_name() const { return spec_.name; }
  const Spec& spec() const { return spec_; }
  core::ObjectId id() const { return id_; }
  std::uint32_t number() const { return number_; }  ///< dense per run, from 0
  Gpu& gpu() const { return gpu_; }
  Credits& credits() { return credits_; }

  /// Units of its own for jobs with a dma_fence, beside it; itself if there are none.
  Engine& for_fences() { return lane_ ? *lane_ : *this; }
  void set_lane(Engine& lane) { lane_ = &lane; }
  /// How many of a hundred of its units it has: its work takes that much longer.
  void set_units(unsigned percent);
  /// The job on it that waits for pages; nullptr: none does.
  const Job* stalled_job() const;
  /// Whether it executes a job that will have an end.
  bool gets_on() const;

  /// The engine's server loop; spawned once by the Gpu.
  core::Task<> serve();
  /// Untimed runs: tells the kernel of jobs whose end can be seen before. In a timed run an
  /// interrupt takes no time.
  core::Task<> serve_interrupts();

  /// `job` of a kernel queue is about to be put into its ring.
  void number_in_ring(Job& job);
  /// `queue` has a new head for this engine.
  void offer(HwQueue& queue);
  /// `queue`, which was offered, may not run any more.
  void withdraw(HwQueue& queue);
  /// The priority of a queue that may be on its list changed; counts from its next decision on.
  void rerank();
  /// What is on its list, or executed, is needed more than before.
  void urgency_changed() { watch_inversion(); }
  /// `job` is the next of its kernel queue, and waits for a credit.
  void waits_for_credit(const Job& job);
  void got_credit(const Job& job);
  /// Something about its queues changed: look again.
  void poke() { bell_.ring(); }
  /// Takes the job off (done or not) because it was completed from outside.
  void drop(Job& job);
  /// Reset: the running job is lost as guilty, jobs within the scope as innocent.
  void reset(int error);

  /// Jobs given to it and not done: the measure of business for load balancing.
  std::uint64_t load() const {
    load_cell_.read();
    return load_;
  }
  void add_load(std::int64_t change) {
    load_cell_.add();
    load_ += static_cast<std::uint64_t>(change);
  }
  HwQueue* current() const { return current_; }
  /// Whether `job` is on it and stays until it ends: nothing can take it off before.
  bool keeps_to_the_end(const Job& job) const;
  /// The gate "this job gets the engine", in the present state; kNoIndex if nothing keeps it away.
  core::GateIndex describe_turn(core::WaitGraphBuilder& builder, const Job& job) const;
  /// When the watchdog ends `job`, the head of its ring, if it goes on as it does; none: never.
  std::optional<core::Time> watchdog_due(const Job& job) const;
  /// Start of the latest idle stretch and end of it (kNever while idle), for counterfactual starts.
  struct IdleStretch {
    core::Time from, to;
  };
  /// How long `job` was executed here so far, without waiting for values.
  core::Duration executed_for(const Job& job) const;
  /// Earliest instant in [earliest, actual] at which the engine stood idle; `actual` if none.
  core::Time idle_at(core::Time earliest, core::Time actual) const;
  bool hash_state(std::uint64_t& hash) const override;

 private:
  struct Slice;
  HwQueue* pick();
  bool is_alone(const HwQueue& queue) const { return ready_.size() == 1 && ready_[0] == &queue; }
  int priority_of(const HwQueue& queue) const;
  std::uint64_t rank_of(const HwQueue& queue) const;
  void watch_inversion();
  void watch_preemption();
  const Job* held_up() const;
  core::Task<> wait_for_end_or_bell();
  void begin_work_item(const HwQueue& queue);
  int nice_for(const HwQueue& queue) const;
  void take_off(const HwQueue& queue);
  void note_look() const;
  std::uint64_t next_offer();
  bool may_share(const Job& job) const;
  bool kept_away_by(const HwQueue& queue, const Job& job) const;
  bool would_run(const HwQueue& queue) const;
  bool runnable(const HwQueue& queue);
  /// Whether jobs of kernel queues are executed in the order in which they came here.
  bool is_in_order() const { return spec_.shared_ring || spec_.worker; }
  bool comes_before(const Job& other, const Job& job) const;
  bool behind_in_ring(const HwQueue& queue) const;
  void tell_kernel(const JobPtr& job);
  void deliver_silent();
  void take_page_fault();
  void expire();
  static bool awaits_values(const Job& job);
  bool spinning(Job& job);
  void book_value(Job& job, bool waits) const;
  static bool is_executed(const Job& job);  ///< no work is left, if it may end
  static core::Duration until_next_pages(const Job& job);
  bool is_done(Job& job);  ///< and nothing keeps it
  bool contended(const HwQueue& running);
  void begin_slice(HwQueue& queue);
  void set_bar();
  core::Time slice_deadline();
  void charge();
  bool must_leave();
  void touch_pages();
  void report_fault(Job& job);
  bool keeps_stalled(const Job& job) const;
  bool has_other_work(const HwQueue& running);
  core::Duration time_for(core::Duration work) const;
  core::Time arbitration_point() const;
  bool wants_preemption();
  core::Task<> spin_alone();
  void leave();
  void finish_head();
  void start_job(Job& job);
  void note_idle(bool idle);

  core::Simulation& simulation_;
  Gpu& gpu_;
  Spec spec_;
  std::string full_name_;
  std::uint32_t number_;
  core::ObjectId id_;
  core::Doorbell bell_;
  core::Arrivals offers_;    ///< queues put on the list, ever
  core::TouchPoint list_;    ///< footprint of the list and of what runs
  std::uint64_t taken_ = 0;  ///< queues taken off the list, ever
  std::uint64_t bar_ = 0;    ///< queues up to this rank make no difference to the one that runs
  bool stalled_ = false;     ///< nothing on the list may run
  core::Fifo<JobPtr> interrupts_;
  Credits credits_;
  InversionClock inversions_;
  std::unique_ptr<platform::Work> on_core_;  ///< of the work item that it executes
  core::RecoveryTimer watchdog_;
  core::RecoveryTimer preempt_watchdog_;  ///< of a job that others want off
  core::RecoveryTimer silent_watchdog_;   ///< finds jobs that are done and of which nobody was told
  std::vector<JobPtr> silent_;            ///< these
  std::vector<std::unique_ptr<core::Timer>> late_;  ///< interrupts on their way
  std::uint64_t ring_orders_ = 0;                   ///< jobs put into the shared ring, ever
  std::vector<HwQueue*> ready_;  ///< queues whose head may run here, in round-robin order
  HwQueue* current_ = nullptr;
  bool switch_due_ = false;  ///< the last job was displaced: the next pays for the switch
  bool stopped_ = false;     ///< current job taken away from outside
  bool withdrawn_ = false;   ///< its queue may not run any more
  core::Time slice_start_{}, charged_{};
  core::Duration executed_{};  ///< of the current job, over all its slices
  Engine* lane_ = nullptr;
  unsigned units_ = 100;
  core::Cell cell_;  ///< footprint of the rest but the load
  core::Cell load_cell_;
  std::uint64_t load_ = 0;
  static constexpr std::size_t kIdleHistory = 64;
  std::vector<IdleStretch> idle_;  ///< ring of the last kIdleHistory idle stretches
  std::size_t idle_next_ = 0;
};

}  // namespace fencelab::models
