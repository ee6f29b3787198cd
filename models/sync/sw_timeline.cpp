#include "models/sync/sw_timeline.hpp"

#include <fmt/format.h>

#include "core/wait_graph_builder.hpp"

namespace fencelab::models {

SwTimeline::SwTimeline(core::Simulation& simulation, std::string name, const core::Process* owner)
    : simulation_(simulation),
      name_(std::move(name)),
      owner_(owner),
      context_(core::new_fence_context(simulation)),
      cell_(simulation) {}

SwTimeline::~SwTimeline() {
  const std::vector<core::FencePtr> left = std::move(pending_);
  for (const core::FencePtr& fence : left) {
    fence->set_producer(nullptr);
    fence->set_error(core::fence_error::kNoEntry);
    fence->signal();
  }
}

core::FencePtr SwTimeline::fence_at(std::uint64_t seqno) {
  cell_.write();
  auto fence = core::make_intrusive<core::DmaFence>(simulation_, this, context_, seqno);
  if (seqno > value_) {
    pending_.push_back(fence);
  } else {
    fence->set_producer(nullptr);
    fence->signal();
  }
  return fence;
}

void SwTimeline::advance_to(std::uint64_t value, int error) {
  cell_.write();
  if (value <= value_) return;
  value_ = value;
  std::vector<core::FencePtr> done;
  std::erase_if(pending_, [&](const core::FencePtr& fence) {
    if (fence->seqno() > value) return false;
    done.push_back(fence);
    return true;
  });
  for (const core::FencePtr& fence : done) {
    if (error != 0) fence->set_error(error);
    fence->set_producer(nullptr);
    fence->signal();
  }
}

core::GateIndex SwTimeline::describe_release(core::WaitGraphBuilder& builder,
                                             const core::DmaFence& fence) const {
  return owner_ ? builder.process(owner_, describe(fence), fence.id())
                : builder.environment(describe(fence), fence.id());
}

std::string SwTimeline::describe(const core::DmaFence& fence) const {
  return fmt::format("{}:{}", name_, fence.seqno());
}

}  // namespace fencelab::models
