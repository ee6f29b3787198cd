// HwQueue: a ring as the hardware sees it. Its jobs run in order; only the head can be on an
// engine.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/shared.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::models {

class Engine;
class GpuContext;
class UserVm;

class HwQueue {
 public:
  HwQueue(core::Simulation& simulation, GpuContext& context, std::string name, std::uint32_t number)
      : context_(context),
        name_(std::move(name)),
        number_(number),
        id_(simulation.new_object_id()),
        cell_(simulation) {}

  GpuContext& context() const { return context_; }
  const std::string& name() const { return name_; }
  core::ObjectId id() const { return id_; }
  std::uint32_t number() const { return number_; }  ///< dense per run, from 1

  Job* head() const {
    cell_.read();
    return jobs_.empty() ? nullptr : jobs_.front().get();
  }
  const std::deque<JobPtr>& jobs() const {
    cell_.read();
    return jobs_;
  }
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
    cell_.read();
    return jobs_.size() > unseen_;
  }
  /// Whether its head may run now: seen, mapped to a slot, not suspended.
  bool schedulable() const {
    cell_.read();
    return mapped_ && !suspended_ && has_work();
  }

  /// Firmware maps and unmaps user queues to hardware slots; kernel queues are always mapped.
  void set_mapped(bool mapped);
  bool mapped() const {
    cell_.read();
    return mapped_;
  }
  /// Taken off the hardware for memory reasons; the engine lets go at its next chance.
  void set_suspended(bool suspended);
  bool suspended() const {
    cell_.read();
    return suspended_;
  }
  /// The engine that executes its head right now.
  Engine* on_engine() const {
    cell_.read();
    return on_engine_;
  }
  void set_on_engine(Engine* engine) {
    cell_.write();
    on_engine_ = engine;
  }
  UserVm* vm = nullptr;             ///< user queues: whose residency they need
  core::Process* worker = nullptr;  ///< user queues: who resumes it
  core::Time last_used{};

 private:
  void offer_head();
  GpuContext& context_;
  std::string name_;
  std::uint32_t number_;
  core::ObjectId id_;
  core::Cell cell_;
  Engine* on_engine_ = nullptr;
  std::deque<JobPtr> jobs_;
  std::vector<JobPtr> unwritten_;
  std::size_t unseen_ = 0;  ///< jobs at the end of the ring the hardware was not told of
  bool mapped_ = true;
  bool suspended_ = false;
};

}  // namespace fencelab::models
