// LatePages: pages of a process that a job gets after its fence is published, by a worker of the
// kernel ("fence work"). Until it has them the job waits for a fence of that worker.
#pragma once

#include <memory>
#include <vector>

#include "core/fence.hpp"
#include "core/task.hpp"
#include "models/gpu/job.hpp"
#include "models/userptr/user_ranges.hpp"

namespace fencelab::models {

class LatePages final : public core::FenceProducer {
 public:
  LatePages(core::Simulation& simulation, Client& client, Gpu& gpu);
  ~LatePages() override;
  /// `job`, which is pushed next, depends on the pages of `ranges` from here on. If they cannot be
  /// got it ends with that error.
  void begin(const JobPtr& job, std::unique_ptr<UserRanges> ranges);

  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override;
  core::OrderClassId order_class() const override { return class_; }

 private:
  struct Work {
    core::FencePtr fence;
    std::string job;
    const core::Process* worker = nullptr;
  };
  core::Task<> get(JobPtr job, std::unique_ptr<UserRanges> ranges, core::FencePtr fence);
  const Work* find(const core::DmaFence& fence) const;
  core::Simulation& simulation_;
  Client& client_;
  Gpu& gpu_;
  std::vector<Work> pending_;
  core::OrderClassId class_;
  std::uint64_t context_;
  std::uint64_t seqno_ = 0;
};

}  // namespace fencelab::models
