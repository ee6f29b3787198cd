// GpuContext: a client's submission endpoint on one GPU: its engine map, priority and rings.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/shared.hpp"
#include "core/time.hpp"

namespace fencelab::models {

class Client;
class Engine;
class Gpu;
class Job;
class KernelQueue;
class UserQueue;

/// "If the master runs on `master`, choose among `engines`."
struct Bond {
  std::vector<Engine*> engines;
  Engine* master = nullptr;
};

class GpuContext {
 public:
  struct Spec {
    std::string name;
    std::vector<Engine*> engines;  ///< at least one
    bool balanced = false;
    std::vector<Bond> bonds;
    int priority = 0;
    std::optional<core::Duration> preemption_period;  ///< none: any instant; zero: never
    bool long_running = false;  ///< its jobs never have a dma_fence (LR mode of xe)
  };
  GpuContext(Client& client, Gpu& gpu, Spec spec);
  ~GpuContext();

  const std::string& name() const { return spec_.name; }
  Client& client() const { return client_; }
  Gpu& gpu() const { return gpu_; }
  const std::vector<Engine*>& engines() const { return spec_.engines; }
  bool long_running() const { return spec_.long_running; }
  bool balanced() const { return spec_.balanced; }
  int priority() const {
    cell_.read();
    return spec_.priority;
  }
  /// The same for its engines, which are told of every change.
  int known_priority() const { return spec_.priority; }
  void set_priority(int priority);
  std::optional<core::Duration> preemption_period() const {
    cell_.read();
    return spec_.preemption_period;
  }
  void set_preemption_period(core::Duration period) {
    cell_.write();
    spec_.preemption_period = period;
  }

  /// Engines `job` may run on, by its wish, the map and the bonds.
  std::vector<Engine*> candidates(const Job& job) const;
  /// The least busy candidate, lowest number first among equals.
  Engine& choose_engine(const Job& job) const;

  /// The kernel queue for jobs bound for `engine` (one per engine, or one in all if balanced).
  KernelQueue& kernel_queue(Engine& engine);
  KernelQueue* existing_kernel_queue(const Engine& engine) const;
  /// Its GPU is gone: work in its queues ends with errors.
  void unplug();
  /// Ends a job of its user queue so.
  void give_up(Job& job) const;
  /// The ring the process writes itself.
  UserQueue& user_queue();
  UserQueue* existing_user_queue() const {
    queues_cell_.read();
    return user_queue_.get();
  }

 private:
  Client& client_;
  Gpu& gpu_;
  Spec spec_;
  core::Cell cell_;         ///< footprint of what threads set
  core::Cell queues_cell_;  ///< footprint of which queues there are
  std::vector<std::pair<Engine*, std::unique_ptr<KernelQueue>>> kernel_queues_;
  std::unique_ptr<UserQueue> user_queue_;
};

}  // namespace fencelab::models
