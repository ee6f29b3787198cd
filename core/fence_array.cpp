#include "core/fence_array.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/wait_graph_builder.hpp"

namespace fencelab::core {

struct FenceArray::Member final : FenceCallback {
  explicit Member(FenceArray& owner) : array(owner) {}
  void on_signaled(DmaFence& fence) override { array.member_signaled(fence); }
  FenceArray& array;
};

FenceArray::FenceArray(Simulation& simulation, std::vector<FencePtr> members, std::uint64_t context,
                       std::uint64_t seqno)
    : DmaFence(simulation, nullptr, context, seqno),
      members_(std::move(members)),
      pending_(members_.size()) {
  set_pollable();
}

FenceArray::~FenceArray() = default;

void FenceArray::leaves(std::vector<FencePtr>& into) {
  into.insert(into.end(), members_.begin(), members_.end());
}

bool FenceArray::enable_signaling() {
  for (const FencePtr& member : members_) {
    callbacks_.push_back(std::make_unique<Member>(*this));
    if (member->add_callback(*callbacks_.back())) continue;
    take_error(*member);
    --pending_;
  }
  return pending_ > 0;
}

void FenceArray::take_error(const DmaFence& member) {
  if (member.error() != 0 && error() == 0) set_error(member.error());
}

void FenceArray::member_signaled(DmaFence& member) {
  note(Access::subscribe);  // which member is the last one to signal is told by their order
  take_error(member);
  if (--pending_ == 0) signal();
}

// Once armed it counts callbacks and signals with the last. Before, it looks at its members, and
// forgets the error that nobody told it of (dma_fence_array_clear_pending_error).
bool FenceArray::poll() {
  if (armed()) return false;
  return std::all_of(members_.begin(), members_.end(),
                     [](const FencePtr& member) { return member->is_signaled(); });
}

GateIndex FenceArray::describe_members(WaitGraphBuilder& builder) const {
  std::vector<GateIndex> inputs;
  for (const FencePtr& member : members_)
    if (!member->is_signaled()) inputs.push_back(member->describe_release(builder));
  return builder.all_of(std::move(inputs));
}

std::string FenceArray::describe_name() const {
  return fmt::format("array of {}", members_.size());
}

}  // namespace fencelab::core
