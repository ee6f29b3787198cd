// Buffer: a buffer object (or a userptr range) with its dma_resv and the place where its bytes are.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "models/memory/domain.hpp"
#include "models/memory/memory_kind.hpp"
#include "models/sync/dma_resv.hpp"
#include "models/userptr/user_pages.hpp"

namespace fencelab::models {

class Gpu;
class DmemGroup;
class Client;
class ManagedRange;
class MemoryPool;
class UserVm;
struct VmBo;

class Buffer {
 public:
  struct Spec {
    std::string name;
    std::uint64_t bytes = 0;
    Gpu* home = nullptr;      ///< prefers this GPU's VRAM; nullptr: system memory
    Client* owner = nullptr;  ///< private to it; nullptr: shared
    bool userptr = false;     ///< process memory; its pages belong to the MMU notifier
    MemoryKind kind = MemoryKind::gem;
    std::vector<PlacementRule> places = {};  ///< where it may be, best first; none: its home's
                                             ///< VRAM, or system memory if that has none
    std::uint32_t priority = 0;              ///< of lower ones victims are taken first
  };

  Buffer(core::Simulation& simulation, std::uint32_t index, Spec spec)
      : placement(simulation),
        tracking(simulation),
        needs(simulation),
        spec_(std::move(spec)),
        index_(index),
        id_(simulation.new_object_id()),
        resv_(simulation) {
    resv_.lock().set_name("dma_resv of " + spec_.name);
    if (spec_.userptr) user_pages_ = std::make_unique<UserPages>(simulation, spec_.name);
  }

  const std::string& name() const { return spec_.name; }
  std::uint64_t bytes() const { return spec_.bytes; }
  Gpu* home() const { return spec_.home; }
  Client* owner() const { return spec_.owner; }
  bool userptr() const { return spec_.userptr; }
  /// userptr memory: what its devices know of the pages; else nullptr.
  UserPages* user_pages() const { return user_pages_.get(); }
  MemoryKind kind() const { return spec_.kind; }
  const std::vector<PlacementRule>& places() const { return spec_.places; }
  std::uint32_t priority() const { return spec_.priority; }
  /// Memory of a process, which its page tables map.
  bool of_process() const {
    return spec_.userptr || spec_.kind == MemoryKind::anonymous || spec_.kind == MemoryKind::file;
  }
  std::uint32_t index() const { return index_; }  ///< dense, for side tables
  core::ObjectId id() const { return id_; }
  DmaResv& resv() { return shared_resv_ ? *shared_resv_ : resv_; }
  /// The one that `gpu` goes by. For a userptr range that is an object of its own in each driver
  /// (amdgpu_gem_userptr_ioctl(), an xe_userptr_vma), which the others know nothing of: what two
  /// devices do to the same pages no reservation orders.
  DmaResv& resv_on(const Gpu& gpu) { return device_resvs_.empty() ? resv() : device_resv(gpu); }
  /// Gives it a reservation for each of so many devices, if it is a userptr range. Once, before
  /// anybody uses it.
  void reserve_per_device(std::size_t devices);
  /// Calls `use(resv)` for that of each device.
  template <class Use>
  void for_each_resv(Use use) {
    use(resv());
    for (const auto& each : device_resvs_) use(*each);
  }
  /// Pending fences of whoever uses the bytes (BOOKKEEP), on any device.
  std::vector<core::FencePtr> users();
  /// Whether there are none (polling).
  bool idle();
  /// Private to one address space, whose reservation is its own from now on (Buffer objects of a
  /// gpu_vm alone, Documentation/gpu/drm-vm-bind-locking.rst). Before anybody uses it.
  void share_reservation(DmaResv& resv) {
    shared_resv_ = &resv;
    device_resvs_.clear();
  }
  bool shares_reservation() const { return shared_resv_ != nullptr; }
  /// It has content from now on, if it had none. Whoever finds that it has changes nothing.
  void fill() {
    placement.read();
    if (content) return;
    placement.write();
    content = true;
  }

  /// Footprint of the fields below.
  core::Cell placement;
  /// Footprint of what access trackers know about it.
  core::Cell tracking;
  /// Footprint of `vms`.
  core::Cell needs;
  bool exists = true;                ///< false before `alloc` and after `free`
  MemoryPool* pool = nullptr;        ///< where the bytes are; nullptr: nowhere yet
  bool swapped = false;              ///< its bytes are on disk (pool == nullptr)
  bool content = false;              ///< has bytes worth moving
  bool pinned = false;               ///< never a victim
  bool purgeable = false;            ///< its content may be thrown away (madvise)
  bool system_only = false;          ///< shared with a device that cannot reach its home's VRAM
  bool was_evicted = false;          ///< a later placement is a refault
  bool deleted = false;              ///< its memory is only waiting for its fences
  MemoryPool* aperture = nullptr;    ///< in which it is bound besides, if that has a size
  MemoryPool* leaving = nullptr;     ///< where the bytes still are until a blit begins
  DmemGroup* charged = nullptr;      ///< whose share of the pool it is in
  std::list<Buffer*>::iterator lru;  ///< position in pool's LRU while placed
  std::list<Buffer*>::iterator aperture_lru;  ///< ... and in the aperture's while bound
  std::vector<UserVm*> vms;                   ///< address spaces whose user queues need it resident
  ManagedRange* pages = nullptr;  ///< where its pages are, if each moves by itself (models/svm)
  std::vector<VmBo*> vm_bos;      ///< address spaces that map it

 private:
  Spec spec_;
  std::uint32_t index_;
  core::ObjectId id_;
  DmaResv resv_;
  std::unique_ptr<UserPages> user_pages_;
  DmaResv& device_resv(const Gpu& gpu);
  DmaResv* shared_resv_ = nullptr;
  std::vector<std::unique_ptr<DmaResv>> device_resvs_;  ///< of every device but the first
};

}  // namespace fencelab::models
