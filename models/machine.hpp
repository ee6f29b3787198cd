// Machine: the whole simulated computer. Owns GPUs, memory, buffers, displays and clients, and
// knows the policies that belong to no single GPU.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/axes/driver_policies.hpp"
#include "models/client.hpp"
#include "models/display/display.hpp"
#include "models/gpu/gpu.hpp"
#include "models/memory/memory.hpp"
#include "models/platform/shared_hardware.hpp"

namespace fencelab::models {

class FenceMonitor;

class Machine {
 public:
  Machine(core::Simulation& simulation, platform::SharedHardware& hardware, DriverPolicies system);
  ~Machine();

  core::Simulation& simulation() const { return simulation_; }
  platform::SharedHardware& hardware() const { return hardware_; }
  /// Policies where no GPU is concerned (system memory, compositor).
  const DriverPolicies& policies() const { return policies_; }
  const DriverPolicies& policies_of(const Buffer& buffer) const;
  Memory& memory() { return *memory_; }

  Gpu& add_gpu(Gpu::Spec spec, DriverPolicies policies);
  Client& add_client(std::string name);
  Buffer& add_buffer(Buffer::Spec spec);
  Display& add_display(Display::Spec spec);
  const std::vector<std::unique_ptr<Gpu>>& gpus() const { return gpus_; }
  const std::vector<std::unique_ptr<Client>>& clients() const { return clients_; }
  const std::vector<std::unique_ptr<Buffer>>& buffers() const { return buffers_; }

  std::uint32_t new_engine_number() { return engines_++; }
  std::uint32_t new_queue_number();
  /// Untimed runs: keeps `job` for good. Whoever finds it through a fence or a label must not have
  /// to ask first whether it is over: that would tell schedules apart that are equal otherwise.
  void keep(JobPtr job) { kept_.push_back(std::move(job)); }
  std::uint32_t engine_count() const { return engines_; }
  /// Whether some work may be more urgent than other work.
  bool priorities_differ() const { return priorities_differ_; }
  void tell_priorities_apart() { priorities_differ_ = true; }
  /// Footprint of who inherited whose priority, in all queues.
  core::Cell& inheritances() { return inheritances_; }

  /// The kernel's record of who must write which value; made when somebody first needs it.
  FenceMonitor& monitor();
  FenceMonitor* existing_monitor() const { return monitor_.get(); }
  /// Jobs handed to a queue and done, so far.
  void job_begun() { ++jobs_begun_; }
  void job_ended() { ++jobs_ended_; }
  std::uint64_t jobs_begun() const { return jobs_begun_; }
  std::uint64_t jobs_ended() const { return jobs_ended_; }

  /// The kernel gave up waiting: ends the job behind `point`, or the fence itself if there is none.
  void force_signal(const SyncPoint& point);
  /// Visits the jobs that have waited for an engine, a credit, a slot or memory since before
  /// `since` with nothing else in their way: one for each queue at most.
  void for_each_overdue(core::Time since, const std::function<void(const Job&)>& visit) const;
  /// Adds every job that is not done to the snapshot.
  void describe_jobs(core::WaitGraphBuilder& builder) const;

 private:
  core::Simulation& simulation_;
  platform::SharedHardware& hardware_;
  DriverPolicies policies_;
  core::Cell inheritances_;
  std::unique_ptr<Memory> memory_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  std::vector<std::unique_ptr<Gpu>> gpus_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<std::unique_ptr<Display>> displays_;
  std::vector<JobPtr> kept_;
  std::unique_ptr<FenceMonitor> monitor_;
  std::uint32_t engines_ = 0, queues_ = 0;
  bool priorities_differ_ = false;
  std::uint64_t jobs_begun_ = 0, jobs_ended_ = 0;
};

}  // namespace fencelab::models
