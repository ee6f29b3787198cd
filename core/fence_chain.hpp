// dma_fence_chain: the points of a timeline. Rules as in drivers/dma-buf/dma-fence-chain.c.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/fence.hpp"

namespace fencelab::core {

class FenceChain;
using ChainPtr = IntrusivePtr<FenceChain>;

/// One node: signaled iff its contained fence and those of all earlier nodes are. Errors of
/// contained fences are not passed on.
class FenceChain final : public DmaFence {
 public:
  /// Adds a point in front of `previous` (may be null, a node, or any other fence) as
  /// dma_fence_chain_init does: in the context of a previous node of a lower point; else in a
  /// context of its own, and then its number is the larger of the two.
  static ChainPtr make(Simulation& simulation, FencePtr previous, FencePtr contained,
                       std::uint64_t point);
  ~FenceChain() override;

  const FencePtr& contained() const { return contained_; }
  /// Point of the node it was put in front of; 0 if it began a context.
  std::uint64_t previous_point() const { return previous_point_; }
  /// The next older node or fence whose own (contained) fence is pending; null if there is none.
  /// Unlinks those in between for good.
  FencePtr walk();
  /// Walks to the end, so that nodes which are done do not pile up.
  void collect();

  void leaves(std::vector<FencePtr>& into) override;
  bool is_container() const override { return true; }
  OrderClassId order_class() const override { return kOrderOfMembers; }

  /// `fence` as a node, or null.
  static FenceChain* from(DmaFence* fence) {
    return fence && fence->is_container() ? dynamic_cast<FenceChain*>(fence) : nullptr;
  }

 protected:
  bool enable_signaling() override;
  GateIndex describe_members(WaitGraphBuilder& builder) const override;
  std::string describe_name() const override;
  bool poll() override;

 private:
  struct Step;
  FenceChain(Simulation& simulation, FencePtr previous, FencePtr contained, std::uint64_t context,
             std::uint64_t point, std::uint64_t previous_point);
  bool rearm();
  FencePtr previous_, contained_;
  std::uint64_t previous_point_;
  std::unique_ptr<Step> step_;
};

/// What dma_fence_chain_find_seqno answers. No value (-EINVAL): `head` is not a node, or the point
/// lies beyond it. Null: the point is done. Else the fence that covers it: the node of the next
/// higher point, or, where that is done already, an earlier one that is pending. Point 0 is `head`.
std::optional<FencePtr> find_point(const FencePtr& head, std::uint64_t point);

}  // namespace fencelab::core
