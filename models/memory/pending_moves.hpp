// PendingMoves: buffers on their way from one pool to another, and new memory that is being
// cleared, each with the fence that says when the bytes are there (ttm_bo_move_accel_cleanup() in
// drivers/gpu/drm/ttm/ttm_bo_util.c).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/fence.hpp"
#include "core/intrusive_ptr.hpp"
#include "core/task.hpp"

namespace fencelab::models {

class Buffer;
class Gpu;
class Job;
class Machine;

class PendingMoves final : public core::FenceProducer {
 public:
  explicit PendingMoves(Machine& machine);
  ~PendingMoves() override;

  /// Copies the bytes of `buffer` over the link of `gpu` once nobody uses them where they were. The
  /// fence is in the buffer's dma_resv as KERNEL from now on; the caller holds the reservation.
  core::FencePtr start(Buffer& buffer, Gpu& gpu);
  /// The same on the copy engine of `gpu`, which it must have: a job of the kernel's own context,
  /// behind earlier ones and in competition with whoever else uses the engine.
  core::FencePtr blit(Buffer& buffer, Gpu& gpu);
  /// Clears new memory on the copy engine, in `time`.
  core::FencePtr clear(Buffer& buffer, Gpu& gpu, core::Duration time);

  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override;

 private:
  /// The kernel as a client of a GPU.
  struct Kernel;
  core::Task<> carry_out(Buffer& buffer, Gpu& gpu, std::vector<core::FencePtr> users,
                         core::FencePtr done);
  core::Task<> carry(core::IntrusivePtr<Job> job, Gpu& gpu, Buffer& buffer);
  core::IntrusivePtr<Job> new_job(Buffer& buffer, Gpu& gpu, const std::string& label);
  core::FencePtr push(Buffer& buffer, const core::IntrusivePtr<Job>& job);
  Kernel& kernel_on(Gpu& gpu);
  struct Move {
    std::uint64_t context;
    const core::Process* worker;
    std::string name;
  };
  const Move* find(const core::DmaFence& fence) const;
  Machine& machine_;
  std::vector<Move> moves_;  ///< for reports
  std::vector<std::unique_ptr<Kernel>> kernels_;
};

}  // namespace fencelab::models
