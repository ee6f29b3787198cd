// How many page tables binds of one address space may have taken ahead (internal to GpuVm): the
// preallocation throttle of drivers/gpu/drm/msm/msm_gem_vma.c.
#pragma once

#include <algorithm>
#include <vector>

#include "core/resource.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/vm/gpu_vm.hpp"

namespace fencelab::models {

struct GpuVm::Throttle {
  struct Holder {
    BindRequestPtr request;
    const core::Process* thread;  ///< in whose ioctl it is until it is queued
  };
  Throttle(core::Simulation& simulation, std::uint64_t most)
      : tables(simulation, "page tables taken ahead", most) {
    tables.describe_holdings_by(
        [this](core::WaitGraphBuilder& builder, core::WaitPool& pool) { describe(builder, pool); });
  }
  /// What a request counts for: one that is larger than all there may be goes alone.
  std::uint64_t share_of(std::uint64_t wanted) const { return std::min(wanted, tables.capacity()); }
  void release(const BindRequest& request) {
    std::erase_if(holders, [&](const Holder& each) { return each.request.get() == &request; });
    tables.release(request.throttled);
  }
  /// A queued one gives its tables back with its fence; else its thread must go on first.
  void describe(core::WaitGraphBuilder& builder, core::WaitPool& pool) const {
    for (const Holder& holder : holders) {
      const core::GateIndex gate = holder.request->queued
                                       ? holder.request->done->describe_release(builder)
                                       : builder.process(holder.thread);
      pool.holdings.push_back({.gate = gate, .amount = holder.request->throttled});
    }
  }
  core::CountedResource tables;
  std::vector<Holder> holders;
};

}  // namespace fencelab::models
