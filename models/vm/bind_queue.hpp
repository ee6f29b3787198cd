// BindQueue: VM_BIND of one client on one GPU. Binds of a queue are in order; an in-fence at its
// head holds back everything behind it.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/fence.hpp"
#include "core/fifo.hpp"
#include "models/axes/driver_policies.hpp"
#include "models/memory/buffer.hpp"

namespace fencelab::models {

/// One bind or unbind.
struct BindRequest {
  Buffer* buffer = nullptr;
  bool unbind = false;
  std::vector<SyncPoint> in;
  core::FencePtr done;
  std::uint64_t reserved = 0;  ///< page-table bytes taken ahead
  const std::string* label = nullptr;
  std::uint32_t place = ~std::uint32_t{0};
  int error = 0;
  void retain() { ++references_; }
  void release() {
    if (--references_ == 0) delete this;
  }

 private:
  std::uint32_t references_ = 0;
};
using BindRequestPtr = core::IntrusivePtr<BindRequest>;

class BindQueue final : public core::FenceProducer {
 public:
  BindQueue(Client& client, Gpu& gpu);

  Gpu& gpu() const { return gpu_; }
  Client& client() const { return client_; }
  core::FencePtr new_fence();
  /// Asynchronous: the worker carries it out in order.
  void push(BindRequestPtr request);
  /// Waits for the in-fences. `reason` is what the waiter is about.
  core::Task<> wait_in(BindRequestPtr request);
  /// Takes page-table memory, updates the tables, signals `done`.
  core::Task<> execute(BindRequestPtr request, AllocRequest allocation);
  /// Its client is dead: what was asked for and is not done ends with -ESRCH once its in-fences
  /// have signaled, and the page tables go with the address space (xe_vm_close_and_put() in
  /// drivers/gpu/drm/xe/xe_vm.c kills the bind queues first).
  void kill();
  /// Gives all page tables back if nothing is under way.
  void retire();
  /// Bytes of page-table memory it holds.
  std::uint64_t table_bytes_held() const {
    held_cell_.read();
    return held_;
  }
  /// Bytes of page tables a binding of `bytes` takes: 8 bytes per 4 KiB page, whole 4 KiB tables.
  static std::uint64_t table_bytes(std::uint64_t bytes);

  /// Whether binds say when `buffer` may be used, and whether it is bound now.
  bool managed(const Buffer& buffer) const;
  bool bound(const Buffer& buffer) const;
  /// The fence of the newest bind of `buffer`, pending or not; none: it was never bound.
  core::FencePtr last_fence(const Buffer& buffer) const;

  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override;
  core::OrderClassId order_class() const override { return fence_class_; }

 private:
  core::Task<> serve();
  core::Task<> update(BindRequestPtr request);
  void cancel(BindRequest& request);
  void hold(std::uint64_t bytes);
  void give_back(std::uint64_t bytes);
  void retire_if_dead();
  void note_published(const BindRequest& request) const;
  Client& client_;
  Gpu& gpu_;
  core::Simulation& simulation_;
  core::Cell asked_cell_;  ///< footprint of what was asked for
  core::Cell bound_cell_;  ///< footprint of what is bound
  core::Process* worker_ = nullptr;
  core::Fifo<BindRequestPtr> requests_;
  core::Cell dead_cell_;  ///< footprint of whether its client is dead
  core::Cell held_cell_;  ///< footprint of held_
  bool dead_ = false;
  std::uint64_t held_ = 0;                               ///< bytes of page tables
  std::map<std::uint32_t, core::FencePtr> last_;         ///< newest bind, by Buffer::index
  std::map<std::uint32_t, bool> bound_;                  ///< by Buffer::index
  std::map<std::uint64_t, core::Process*> synchronous_;  ///< seqno -> thread that carries it out
  std::uint64_t fence_context_, seqno_ = 0;
  core::OrderClassId fence_class_;
};

}  // namespace fencelab::models
