// BindQueue: a queue of VM_BIND operations of one address space. Binds of a queue are in order; an
// in-fence at its head holds back everything behind it. Those of different queues are not, unless
// what they touch overlaps (GpuVm::plan()).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/fence.hpp"
#include "core/fifo.hpp"
#include "models/axes/driver_policies.hpp"
#include "models/memory/buffer.hpp"
#include "models/vm/page_tables.hpp"

namespace fencelab::models {

class GpuVm;

/// One bind or unbind, or the repair of a buffer's entries after it has moved.
struct BindRequest {
  enum class Kind : std::uint8_t { bind, unbind, rebind };
  Buffer* buffer = nullptr;
  Kind kind = Kind::bind;
  bool sync = false;  ///< carried out in the ioctl, before what is queued
  /// Where it is mapped, or what is unmapped; none: wherever the buffer is mapped (unbind).
  std::optional<std::uint64_t> address;
  std::uint64_t offset = 0, bytes = 0;  ///< bytes [offset, offset + bytes) of the buffer
  bool planned = false;                 ///< the two below say what it will find
  std::vector<VaRange> unmaps;          ///< unbind without an address: what it takes away
  std::vector<TableId> frees;           ///< tables that it empties for good
  std::vector<SyncPoint> in;
  core::FencePtr done;
  std::uint64_t reserved = 0;   ///< bytes of page tables taken ahead and not used yet
  std::uint64_t throttled = 0;  ///< tables that count against the limit of those in flight
  bool listed = false;          ///< counted in VmBo::asked
  bool queued = false;
  const std::string* label = nullptr;
  std::uint32_t place = ~std::uint32_t{0};
  int error = 0;  ///< negative errno
  bool maps() const { return kind == Kind::bind; }
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
  /// `name`: of the queue among those of its address space; empty for the default one.
  BindQueue(GpuVm& vm, const std::string& name);

  GpuVm& vm() const { return vm_; }
  Gpu& gpu() const;
  Client& client() const;
  core::FencePtr new_fence();
  /// Asynchronous: the worker carries it out in order.
  void push(BindRequestPtr request);
  /// Waits for the in-fences.
  core::Task<> wait_in(BindRequestPtr request);
  /// Takes the page tables that are missing, updates, signals `done`.
  core::Task<> execute(BindRequestPtr request, AllocRequest allocation);
  /// The ioctl fails: ends the request with its error; nothing has changed.
  void fail(BindRequest& request);
  /// Its client is dead: what was asked for and is not done ends with -ESRCH once its in-fences
  /// have signaled (xe_vm_close_and_put() in drivers/gpu/drm/xe/xe_vm.c kills the bind queues
  /// first).
  void kill();
  /// Whether nothing is queued or under way.
  bool idle() const { return requests_.items().empty() && synchronous_.empty(); }

  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::DmaFence& fence) const override;
  std::string describe(const core::DmaFence& fence) const override;
  core::OrderClassId order_class() const override { return fence_class_; }

 private:
  core::Task<> serve();
  core::Task<bool> take_missing_tables(BindRequestPtr request, AllocRequest allocation);
  void cancel(BindRequest& request, int error);
  void end(BindRequest& request);
  void note_published(const BindRequest& request) const;
  bool is_dead() const {
    dead_cell_.read();
    return dead_;
  }
  GpuVm& vm_;
  core::Simulation& simulation_;
  core::Cell asked_cell_;  ///< footprint of which fences were made
  core::Process* worker_ = nullptr;
  core::Fifo<BindRequestPtr> requests_;
  core::Cell dead_cell_;  ///< footprint of whether its client is dead
  bool dead_ = false;
  std::map<std::uint64_t, core::Process*> synchronous_;  ///< seqno -> thread that carries it out
  std::uint64_t fence_context_, seqno_ = 0;
  core::OrderClassId fence_class_;
};

}  // namespace fencelab::models
