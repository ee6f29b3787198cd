// Gpu: engines, memory, the policies of its driver, and the firmware that maps user queues to
// slots.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/fifo.hpp"
#include "core/locks.hpp"
#include "models/axes/driver_policies.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/firmware.hpp"

namespace fencelab::models {

class FaultService;
class Machine;
class MemoryPool;

class Gpu {
 public:
  struct Spec {
    std::string name, driver;
    std::vector<Engine::Spec> engines;
    Firmware::Spec firmware;
  };
  Gpu(Machine& machine, Spec spec, DriverPolicies policies);
  ~Gpu();

  const std::string& name() const { return spec_.name; }
  const std::string& driver() const { return spec_.driver; }
  Machine& machine() const { return machine_; }
  /// Order class of this device's `role`, e.g. "job fence of gpu0": one per role and device, so
  /// that drivers that share nothing stay apart (dma_fence_map is one class for all of them).
  core::OrderClassId order_class(core::OrderKind kind, std::string_view role) const;
  core::OrderClassId job_fence_class() const { return job_fence_class_; }
  const std::vector<std::unique_ptr<Engine>>& engines() const { return engines_; }
  /// Whether an engine executes a job that will have an end.
  bool gets_on() const;
  const DriverPolicies& policies() const { return policies_; }
  MemoryPool* vram = nullptr;  ///< nullptr: integrated
  MemoryPool* gtt = nullptr;   ///< how much of system memory it reaches; nullptr: all
  /// Held for reading over each validation, where the residency policy has them tried again alone;
  /// else nullptr.
  core::RwLock* validation() const { return validation_.get(); }
  /// The ordered work queue of its suspensions, if it has one: held over each; else nullptr.
  core::Mutex* suspensions() const { return suspensions_.get(); }
  /// Likewise of its restores.
  core::Mutex* restores() const { return restores_.get(); }
  /// Its engine for copies: the first of class bcs, sdma or copy; nullptr: it has none.
  Engine* copy_engine() const;
  /// How far priorities are inherited along dependencies of its jobs.
  Inheritance inheritance() const;
  std::uint32_t index = 0;
  std::size_t link = ~std::size_t{0};  ///< to system memory, if the scenario gave one

  // ---- page faults
  /// Who serves them; nullptr: nothing here can fault.
  FaultService* faults() const { return faults_.get(); }
  /// From here on its work can fault, if its policy says how that is served.
  void serve_faults();

  // ---- user queues
  const std::vector<HwQueue*>& user_queues() const {
    cell_.read();
    return user_queues_;
  }
  void add_user_queue(HwQueue& queue) {
    cell_.write();
    user_queues_.push_back(&queue);
  }
  Firmware& firmware() { return firmware_; }

  // ---- gone
  /// It was pulled out: its work ends with errors, ioctls fail with -ENODEV.
  void unplug();
  bool is_gone() const {
    gone_cell_.read();
    return gone_;
  }

 private:
  void make_work_queues();
  Machine& machine_;
  Spec spec_;
  DriverPolicies policies_;
  std::vector<std::unique_ptr<Engine>> engines_, lanes_;
  std::vector<HwQueue*> user_queues_;
  core::Cell cell_;  ///< footprint of which user queues there are
  core::Cell gone_cell_;
  bool gone_ = false;
  Firmware firmware_;
  core::OrderClassId job_fence_class_;
  std::unique_ptr<FaultService> faults_;
  std::unique_ptr<core::RwLock> validation_;
  std::shared_ptr<core::Mutex> suspensions_, restores_;
};

}  // namespace fencelab::models
