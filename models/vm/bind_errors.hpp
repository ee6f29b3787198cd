// How an address space tells user space of binds that failed, and what it waits for then. Private
// to models/vm.
#pragma once

#include <memory>

#include "core/timeline.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/vm/gpu_vm.hpp"

namespace fencelab::models {

/// Who waits for a failure waits for what need not come.
struct GpuVm::Errors final : core::ValueProducer {
  Errors(core::ValueTimeline& reported, core::ValueTimeline& wanted)
      : reports(&reported), restarts(&wanted) {
    reports->add_producer(*this);
  }
  /// User space has said no place: nobody hears of a failure, and nobody restarts anything.
  explicit Errors(const GpuVm& vm)
      : own(std::make_unique<core::ValueTimeline>(
            vm.simulation(), "bind restarts of " + vm.client().name(), 0, "bind restarts")),
        restarts(own.get()) {}
  Errors(const Errors&) = delete;
  ~Errors() override {
    if (reports) reports->remove_producer(*this);
  }

  std::uint64_t reachable(const core::ValueTimeline&) const override { return ~std::uint64_t{0}; }
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::ValueTimeline& timeline,
                                   std::uint64_t) const override {
    return builder.environment("a bind that fails", timeline.id());
  }

  std::unique_ptr<core::ValueTimeline> own;
  core::ValueTimeline* reports = nullptr;
  core::ValueTimeline* restarts;
  std::uint64_t failures = 0;
};

}  // namespace fencelab::models
