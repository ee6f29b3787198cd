// dma_fence_array: signals when its last member has. Rules as in drivers/dma-buf/dma-fence-array.c.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/fence.hpp"

namespace fencelab::core {

/// The first member error becomes its own, if it listens: an array that nobody armed before its
/// members were done was never told of their errors, and is then done without one.
class FenceArray final : public DmaFence {
 public:
  FenceArray(Simulation& simulation, std::vector<FencePtr> members, std::uint64_t context,
             std::uint64_t seqno);
  ~FenceArray() override;
  /// Its members, signaled or not. One level: a container among them stays whole.
  void leaves(std::vector<FencePtr>& into) override;
  bool is_container() const override { return true; }
  OrderClassId order_class() const override { return kOrderOfMembers; }
  std::span<const FencePtr> members() const { return members_; }

 protected:
  bool enable_signaling() override;
  GateIndex describe_members(WaitGraphBuilder& builder) const override;
  std::string describe_name() const override;
  bool poll() override;

 private:
  struct Member;
  void member_signaled(DmaFence& member);
  void take_error(const DmaFence& member);
  std::vector<FencePtr> members_;
  std::vector<std::unique_ptr<Member>> callbacks_;
  std::size_t pending_;
};

}  // namespace fencelab::core
