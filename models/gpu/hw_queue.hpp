// HwQueue: a ring as the hardware sees it. Its jobs run in order; only the head can be on an
// engine.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/shared.hpp"
#include "core/waitable.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::models {

class Engine;
class FenceMonitor;
class GpuContext;
class UserVm;

/// That a queue is on no engine, as a gate of untimed runs: for who has suspended it and resumes it
/// itself, so that it stays open until then.
class OffEngine final : public core::Waitable {
 public:
  OffEngine(core::Simulation& simulation, const HwQueue& queue)
      : Waitable(simulation), queue_(queue) {}
  /// It has left its engine.
  void open();
  bool satisfied(std::uint64_t) const override;
  core::Time opened_at(std::uint64_t) const override { return opened_at_; }
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::WaitLink& link) const override;
  std::string describe() const override;
  /// Whether it is open is told by who executes the queue.
  bool hash_state(std::uint64_t& hash) const override {
    hash = simulation().hash_of(opened_at_);
    return true;
  }

 private:
  const HwQueue& queue_;
  core::Time opened_at_{};
};

class HwQueue final : public core::StateSource {
 public:
  HwQueue(core::Simulation& simulation, GpuContext& context, std::string name, std::uint32_t number)
      : context_(context),
        name_(std::move(name)),
        number_(number),
        id_(simulation.new_object_id()),
        ring_(simulation, *this),
        mapped_cell_(simulation),
        suspended_cell_(simulation),
        parked_cell_(simulation),
        slot_cell_(simulation),
        engine_cell_(simulation),
        use_cell_(simulation) {
    if (simulation.untimed()) off_engine_.emplace(simulation, *this);
  }

  GpuContext& context() const { return context_; }
  /// The priority of its context, or what a job in it inherited: for its engines, which are told of
  /// every change.
  int known_priority() const;
  /// A job in it inherited that.
  void inherit(int priority);
  const std::string& name() const { return name_; }
  core::ObjectId id() const { return id_; }
  std::uint32_t number() const { return number_; }  ///< dense per run, from 1

  Job* head() const {
    ring_.note(core::Access::peek);
    return known_head();
  }
  const std::deque<JobPtr>& jobs() const {
    ring_.note(core::Access::peek);
    return jobs_;
  }
  /// The head, for the engine that it was offered to: it stays the head until the engine is done
  /// with it, so looking again tells nothing new.
  Job* known_head() const { return jobs_.empty() ? nullptr : jobs_.front().get(); }
  /// Likewise all of them.
  const std::deque<JobPtr>& known_jobs() const { return jobs_; }
  /// Adds a job whose engine is chosen; if it becomes the head its engine hears of it.
  void push(JobPtr job);
  /// Drops the head (done or killed) and offers the next one.
  void pop();
  /// Keeps a job that is over although its value was never written: who waits for the value may
  /// still ask whose it was.
  void keep(JobPtr job) { unwritten_.push_back(std::move(job)); }
  /// Whether the hardware knows of a job in the ring: the write pointer it was told of last is past
  /// the head. A lost doorbell leaves jobs unseen until a later one tells it of them all.
  bool has_work() const {
    ring_.note(core::Access::peek);
    return sees_work();
  }
  /// Whether its head, if it has one, may run now: mapped to a slot, not suspended.
  bool may_run() const {
    mapped_cell_.read();
    suspended_cell_.read();
    parked_cell_.read();
    return mapped_ && !suspended_ && !parked_;
  }

  /// Firmware maps and unmaps user queues to hardware slots; kernel queues are always mapped.
  void set_mapped(bool mapped);
  bool mapped() const {
    mapped_cell_.read();
    return mapped_;
  }
  /// Whether it has a slot or wants one; what it was given it has until it is unmapped.
  bool asked_for_slot() const {
    slot_cell_.read();
    return slot_asked_;
  }
  void ask_for_slot(bool asked) {
    slot_cell_.write();
    slot_asked_ = asked;
  }
  /// One of its jobs was reset, and nothing more of it is executed.
  void ban();
  bool banned() const {
    mapped_cell_.read();
    return banned_;
  }
  /// Taken off the hardware for memory reasons; the engine lets go at its next chance.
  void set_suspended(bool suspended);
  bool suspended() const {
    suspended_cell_.read();
    return suspended_;
  }
  /// The same for bookkeeping that decides nothing.
  bool known_suspended() const { return suspended_; }
  /// Taken off the hardware because its work may fault and other work may not wait for that
  /// (models/svm/fence_gate.hpp).
  void set_parked(bool parked);
  bool parked() const {
    parked_cell_.read();
    return parked_;
  }
  /// The engine that executes its head right now.
  Engine* on_engine() const {
    engine_cell_.read();
    return on_engine_;
  }
  void set_on_engine(Engine* engine) {
    engine_cell_.write();
    on_engine_ = engine;
    if (off_engine_ && !engine) off_engine_->open();
  }
  /// The same for the gate: see there.
  bool known_on_engine() const { return on_engine_ != nullptr; }
  /// Untimed runs: that it is on none. Null in timed ones.
  OffEngine* off_engine() { return off_engine_ ? &*off_engine_ : nullptr; }
  /// When it last got an engine or a slot.
  core::Time last_used() const {
    use_cell_.read();
    return last_used_;
  }
  void use(core::Time now) {
    use_cell_.write();
    last_used_ = now;
  }
  UserVm* vm = nullptr;             ///< user queues: whose residency they need
  core::Process* worker = nullptr;  ///< user queues: who resumes it
  FenceMonitor* monitor = nullptr;  ///< user queues: who watches it; nullptr: nobody does

  bool hash_state(std::uint64_t& hash) const override;

 private:
  bool sees_work() const { return jobs_.size() > unseen_; }
  void offer_head();
  void changed(bool could_run);
  GpuContext& context_;
  std::string name_;
  std::uint32_t number_;
  core::ObjectId id_;
  core::TouchPoint ring_;                                  ///< footprint of the jobs in the ring
  core::Cell mapped_cell_, suspended_cell_, parked_cell_;  ///< footprints of whether it may run
  core::Cell slot_cell_;    ///< footprint of whether it asked for a slot
  core::Cell engine_cell_;  ///< footprint of who executes it
  core::Cell use_cell_;     ///< footprint of when it was used last
  core::Time last_used_{};
  std::uint64_t put_ = 0, taken_ = 0;
  Engine* on_engine_ = nullptr;
  std::optional<OffEngine> off_engine_;
  std::deque<JobPtr> jobs_;
  std::vector<JobPtr> unwritten_;
  int inherited_ = Job::kNoPriority;  ///< most that a job in it inherited
  std::size_t unseen_ = 0;            ///< jobs at the end of the ring the hardware was not told of
  bool mapped_ = true;
  bool slot_asked_ = false;
  bool suspended_ = false;
  bool parked_ = false;
  bool banned_ = false;
};

}  // namespace fencelab::models
