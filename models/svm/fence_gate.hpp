// FenceGate: keeps jobs that promise a dma_fence and jobs that may wait for pages from sharing what
// the latter would hold meanwhile: some engines of a GPU. It acts before a fence is published,
// never after.
#pragma once

#include <string>
#include <vector>

#include "core/fence.hpp"
#include "core/fifo.hpp"
#include "core/locks.hpp"
#include "models/gpu/job.hpp"
#include "models/svm/fault_rules.hpp"

namespace fencelab::models {

class Engine;
class FaultService;
class Gpu;
class HwQueue;

class FenceGate {
 public:
  FenceGate(Gpu& gpu, const FaultRules& rules, FaultService& service, std::string name,
            std::vector<Engine*> engines);

  const std::string& name() const { return name_; }
  bool is_of(const Engine& engine) const;

  /// Before `job` promises a dma_fence, and before its thread locks anything. Each admission is
  /// followed by published() or withdrawn().
  core::Task<> admit(JobPtr job);
  void published(const Job& job);
  void withdrawn();
  /// A queue whose jobs may fault has got work.
  void joined(HwQueue& queue);
  /// Who lets parked queues go on.
  core::GateIndex describe_resume(core::WaitGraphBuilder& builder) const;

 private:
  bool acts() const;
  std::vector<HwQueue*> queues() const;
  core::Task<> switch_to_fences();
  core::Task<> take_units_back();
  core::Task<> serve();
  void let_faulting_work_go_on();
  Gpu& gpu_;
  const FaultRules& rules_;
  FaultService& service_;
  std::string name_;
  std::vector<Engine*> engines_;
  core::Simulation& simulation_;
  core::Mutex lock_;  ///< changing what is allowed (mode_sem of xe_hw_engine_group)
  core::Cell cell_;   ///< footprint of the fields below
  core::Doorbell bell_;
  core::Process* worker_ = nullptr;
  bool fences_ = false;         ///< jobs with fences have it: queues are parked, or units reserved
  std::uint32_t admitted_ = 0;  ///< that have not published yet
  std::vector<core::FencePtr> pending_;
};

}  // namespace fencelab::models
