// PendingMoves: buffers on their way from one pool to another, each with the fence that says when
// the bytes are there (ttm_bo_move_accel_cleanup in drivers/gpu/drm/ttm/ttm_bo_util.c).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/fence.hpp"
#include "core/task.hpp"

namespace fencelab::models {

class Buffer;
class Gpu;
class Machine;

class PendingMoves final : public core::FenceProducer {
 public:
  explicit PendingMoves(Machine& machine) : machine_(machine) {}

  /// Copies the bytes of `buffer` over the link of `gpu` once nobody uses them where they were. The
  /// fence is in the buffer's dma_resv as KERNEL from now on; the caller holds the reservation.
  void start(Buffer& buffer, Gpu& gpu);

  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override;

 private:
  core::Task<> carry_out(Buffer& buffer, Gpu& gpu, std::vector<core::FencePtr> users,
                         core::FencePtr done);
  struct Move {
    std::uint64_t context;
    const core::Process* worker;
    std::string name;
  };
  const Move* find(const core::DmaFence& fence) const;
  Machine& machine_;
  std::vector<Move> moves_;  ///< for reports
};

}  // namespace fencelab::models
