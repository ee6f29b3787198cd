// World: a scenario brought to life on a machine for one run: objects per clone, threads, faults.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/completion.hpp"
#include "core/locks.hpp"
#include "core/timeline.hpp"
#include "models/cpu/oom_killer.hpp"
#include "models/machine.hpp"
#include "models/memory/allocation_faults.hpp"
#include "models/winsys/channel.hpp"
#include "models/winsys/swapchain.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

class ThreadRunner;

/// What an operation with an id has produced last, per clone of its process.
struct LabelState {
  explicit LabelState(core::Simulation& simulation) : cell(simulation) {}
  core::Cell cell;  ///< footprint: other threads of the process may look
  models::JobPtr job;
  core::FencePtr fence;            ///< bind, sw_fence, flip
  std::uint64_t runs = 0;          ///< executions so far
  bool wants_start_fence = false;  ///< somebody refers to its start
  std::vector<Index> terminating_threads;
  /// How to wait for the newest execution; empty if there was none or it is done.
  models::SyncPoint point() const;
};

/// One clone of a process.
struct CloneState {
  const ProcessSpec* spec = nullptr;
  Index process = 0;
  std::uint32_t number = 0;
  models::Client* client = nullptr;
  std::vector<models::GpuContext*> contexts;
  std::vector<LabelState> labels;
  std::vector<std::unique_ptr<ThreadRunner>> threads;
  bool exits_apart = false;  ///< an actor of its own sees to its exit
  /// Allocations on its behalf so far, and how many of them faults made fail.
  struct Allocations {
    core::Cell cell;
    std::uint64_t made = 0, failed = 0;
  };
  std::unique_ptr<Allocations> allocations;  ///< if a fault is about them

  const LabelState& label(Index index) const {
    labels[index].cell.read();
    return labels[index];
  }
  LabelState& label_to_write(Index index) {
    labels[index].cell.write();
    return labels[index];
  }
};

class World final : public models::AllocationFaults, public models::ProcessEnder {
 public:
  World(core::Simulation& simulation, models::platform::SharedHardware& hardware,
        const Scenario& scenario, const ResolvedStack& stack, policies::RunState& run);
  ~World() override;
  World(const World&) = delete;

  /// Spawns every thread that is not forked, and sets up kills.
  void start();

  models::Machine& machine() { return machine_; }
  core::Simulation& simulation() { return simulation_; }
  const Scenario& scenario() const { return scenario_; }
  /// Place of the table that Process::place and Job::place index; for reports.
  const Place& place(std::uint32_t index) const { return *places_[index]; }
  std::size_t place_count() const { return places_.size(); }
  std::uint32_t add_place(const Place& place);

  /// An operation of a program is done: for those who ask whether anything gets done.
  void note_operation() { ++operations_done_; }
  std::uint64_t operations_done() const { return operations_done_; }

  /// A thread of `clone` has run its program, or was killed. With the last one the process exits.
  void thread_ended(CloneState& clone);

  // Objects by their index in the scenario, as clone `clone` of process `process` sees them.
  models::Buffer& buffer(Index index, const CloneState& clone);
  core::ValueTimeline& timeline(Index index, const CloneState& clone);
  core::Mutex& lock(Index index, const CloneState& clone);
  core::RwLock& rw_lock(Index index, const CloneState& clone);
  core::WwMutex& ww_lock(Index index, const CloneState& clone);
  models::Channel& channel(Index index, const CloneState& clone);
  /// A chain of another process means the chains of all its clones.
  std::vector<models::Swapchain*> swapchains(Index index, const CloneState& clone);
  models::Display& display(Index index) { return *displays_[index]; }
  bool has_display() const { return !displays_.empty(); }
  const std::vector<std::unique_ptr<CloneState>>& clones() const { return clones_; }

  /// Fault that strikes execution `run` of `label`, or nullptr.
  const FaultSpec* fault_for(const CloneState& clone, Index label, std::uint64_t run) const;
  /// Whether a fault that may strike does so now; others do.
  bool strikes_now(const FaultSpec& fault);
  bool fails(const models::AllocRequest& request) override;
  void end(models::Client& client) override;
  /// Awaitable task: until schedulers have taken the jobs of `context`, at `deadline` at the
  /// latest.
  static core::Task<> flush(models::GpuContext& context, core::Time deadline);

 private:
  void prepare_exits();
  core::Task<> exit_after_all(CloneState& clone);
  void exit(CloneState& clone);
  std::size_t slot(Index owner, const CloneState& clone) const;
  void build_gpus(const ResolvedStack& stack, policies::RunState& run);
  void build_memory();
  void build_user_memory();
  void manage(models::Buffer& buffer);
  void limit_vram(const CloneState& clone);
  void build_objects();
  void release(models::Buffer& buffer, const models::Client& client);
  void close_address_spaces(const CloneState& clone);
  core::Task<> close_after(models::GpuVm& vm, std::vector<models::SyncPoint> jobs);
  void build_clones();
  void build_contexts(CloneState& clone);
  void build_threads(CloneState& clone);
  void note_references(CloneState& clone, const Program& program, Index thread);
  void note_producers();
  void prepare_faults();
  void prepare_blow(const FaultSpec& fault, const std::string& what, std::function<void()> blow);
  core::Task<> strike_at_any_time(const FaultSpec& fault, std::function<void()> blow);
  void strike_device(const FaultSpec& fault);
  void kill(CloneState& clone);
  void kill_queues(models::GpuContext& context);
  core::Task<> flush_and_kill(std::vector<models::GpuContext*> contexts, core::Duration timeout);
  void close_device(CloneState& clone, models::Gpu& gpu);
  void drop_reservations(const core::Process& thread);

  // [index in the scenario][clone of the owner; 0 if global]
  template <class T>
  using Table = std::vector<std::vector<T>>;
  core::Simulation& simulation_;
  const Scenario& scenario_;
  Table<std::unique_ptr<core::ValueTimeline>>
      timelines_;  ///< outlive the machine's queues, which write them
  models::Machine machine_;
  std::vector<const Place*> places_;
  Table<models::Buffer*> buffers_;
  Table<std::unique_ptr<core::Mutex>> locks_;
  Table<std::unique_ptr<core::RwLock>> rw_locks_;
  Table<std::unique_ptr<core::WwMutex>> ww_locks_;
  Table<std::unique_ptr<models::Channel>> channels_;
  Table<std::unique_ptr<models::Swapchain>> swapchains_;
  std::vector<models::Display*> displays_;
  std::vector<std::unique_ptr<CloneState>> clones_;
  std::vector<std::unique_ptr<core::Timer>> blow_timers_;
  std::uint64_t operations_done_ = 0;  ///< nobody in the run looks at it
};

}  // namespace fencelab::scenarios
