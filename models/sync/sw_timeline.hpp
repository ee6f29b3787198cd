// SwTimeline: fences that software signals by counting up (sw_sync, and what a test module does).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/fence.hpp"
#include "core/shared.hpp"

namespace fencelab::models {

class SwTimeline final : public core::FenceProducer {
 public:
  /// `owner`: the process that counts, for reports; null: the environment does.
  SwTimeline(core::Simulation& simulation, std::string name, const core::Process* owner = nullptr);
  /// Pending fences are done with -ENOENT (sync_timeline_debug_remove; row T51b).
  ~SwTimeline() override;

  std::uint64_t context() const { return context_; }
  std::uint64_t value() const { return value_; }

  /// A fence that signals when the value reaches `seqno`; now, if it has.
  core::FencePtr fence_at(std::uint64_t seqno);
  /// Raises the value to `value` (a lower one changes nothing) and signals what it reaches, in
  /// order of creation, with `error` (0: none).
  void advance_to(std::uint64_t value, int error = 0);
  /// sw_sync's INC ioctl.
  void increment(std::uint64_t by) { advance_to(value_ + by); }

  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override;

 private:
  core::Simulation& simulation_;
  std::string name_;
  const core::Process* owner_;
  std::uint64_t context_;
  core::Cell cell_;
  std::uint64_t value_ = 0;
  std::vector<core::FencePtr> pending_;
};

}  // namespace fencelab::models
