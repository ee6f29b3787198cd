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

namespace fencelab::models {

class FaultService;
class Machine;
class MemoryPool;

class Gpu {
 public:
  struct Spec {
    std::string name, driver;
    std::vector<Engine::Spec> engines;
    std::uint32_t firmware_slots = 8;   ///< user queues on the hardware at once
    core::Duration firmware_quantum{};  ///< how long a queue keeps its slot when others wait
    core::Duration firmware_latency{};  ///< one map or unmap message
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
  /// `queue` has work: it needs a slot. A suspended one asks when it is resumed.
  void ring_doorbell(HwQueue& queue);
  /// Awaitable task: until `queue` is off every engine. It was marked suspended before.
  core::Task<> wait_until_off(HwQueue& queue);
  /// `withdrawn`: it had to leave, and somebody may wait for that.
  void queue_left_engine(bool withdrawn);

 private:
  core::Task<> firmware();
  core::Task<> free_a_slot();
  HwQueue* slot_victim() const;
  void make_work_queues();
  Machine& machine_;
  Spec spec_;
  DriverPolicies policies_;
  std::vector<std::unique_ptr<Engine>> engines_, lanes_;
  std::vector<HwQueue*> user_queues_;
  core::Cell cell_;                   ///< footprint of which user queues there are
  core::Fifo<HwQueue*> slot_wanted_;  ///< in the order in which they asked
  core::Doorbell off_bell_;
  std::uint32_t mapped_ = 0;
  core::OrderClassId job_fence_class_;
  std::unique_ptr<FaultService> faults_;
  std::unique_ptr<core::RwLock> validation_;
  std::shared_ptr<core::Mutex> suspensions_, restores_;
};

}  // namespace fencelab::models
