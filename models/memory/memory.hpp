// Memory: pools with LRU lists, placement of buffers, and eviction. Every wait, lock and transfer
// in here is a real operation, so that deadlocks come out of it and are not written into it.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "core/order_events.hpp"
#include "core/resource.hpp"
#include "models/axes/driver_policies.hpp"
#include "models/memory/allocation_faults.hpp"
#include "models/memory/buffer.hpp"
#include "models/memory/pending_moves.hpp"

namespace fencelab::models {

class Machine;
class PagedMemory;
class Zone;

/// That bytes are given back to a pool. It remembers nothing: for those who have just failed to get
/// some, with no step between.
class GivenBack final : public core::Waitable {
 public:
  explicit GivenBack(core::Simulation& simulation) : Waitable(simulation) {}
  void happen();
  bool satisfied(std::uint64_t) const override { return false; }
  core::Time opened_at(std::uint64_t) const override { return at_; }
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::WaitLink& link) const override;
  std::string describe() const override { return "memory given back"; }
  /// Who may give some back; without it nobody knows.
  using Describe = std::function<core::GateIndex(core::WaitGraphBuilder&, const core::WaitLink&)>;
  void describe_by(Describe describe) { describe_ = std::move(describe); }

 private:
  Describe describe_;
  core::Time at_{};
};

/// A place where bytes can be: VRAM of a GPU, or system memory.
class MemoryPool final : public core::StateSource {
 public:
  MemoryPool(core::Simulation& simulation, std::string pool_name, std::uint64_t bytes)
      : name(std::move(pool_name)),
        capacity(bytes),
        id(simulation.new_object_id()),
        order_class(simulation.order_classes().intern(
            core::OrderKind::reclaim, name == "system" ? "fs_reclaim" : "eviction from " + name)),
        simulation_(simulation),
        cell_(simulation, *this),
        bookings_(bytes),
        given_back_(simulation) {}
  std::string name;
  std::uint64_t capacity;  ///< bytes; 0: unlimited
  std::uint64_t used = 0, peak = 0;
  core::ObjectId id;
  core::OrderClassId order_class;  ///< getting memory of it from others
  Gpu* gpu = nullptr;              ///< VRAM of; nullptr: system memory
  PagedMemory* paged = nullptr;    ///< whose single pages are in it, too
  std::list<Buffer*> lru;  ///< oldest first; its order is no business of an explorer, which tries
                           ///< every victim
  /// Sets the capacity, before anything is in it.
  void resize(std::uint64_t bytes);
  /// Whether so many bytes are free.
  bool fits(std::uint64_t bytes) const;
  /// Books bytes that fit.
  void book(std::uint64_t bytes);
  void give_back(std::uint64_t bytes);
  /// Before looking for victims in `lru`.
  void look() const;
  GivenBack& given_back() { return given_back_; }
  /// Someone who decides by how much is used: `cell` is written whenever that changes.
  void watch_by(const core::Cell& cell) { watch_ = &cell; }
  bool hash_state(std::uint64_t& hash) const override;

 private:
  void note(core::Access access, bool ok, std::uint64_t bytes, std::uint64_t before) const;
  core::Simulation& simulation_;
  const core::Cell* watch_ = nullptr;
  core::TouchPoint cell_;  ///< footprint of `used` and of what is in `lru`
  core::Bookings bookings_;
  GivenBack given_back_;
  mutable core::Time changed_at_{};  ///< untimed runs
};

/// How an attempt to get memory ended.
enum class Placement : unsigned char {
  ok,
  no_memory,  ///< -ENOMEM
  back_off,   ///< what could be freed is reserved by an older transaction: leave this one; its loop
              ///< (AllocRequest::exec) waits for that reservation first
};

class Memory {
 public:
  explicit Memory(Machine& machine);
  ~Memory();

  MemoryPool& system() { return *pools_.front(); }
  MemoryPool& add_vram(Gpu& gpu, std::uint64_t bytes);
  const std::vector<std::unique_ptr<MemoryPool>>& pools() const { return pools_; }
  bool has_swap = false;
  std::uint64_t swap_capacity = 0;  ///< bytes; 0: unlimited
  std::uint64_t swap_used = 0;
  /// Whether so many bytes can be swapped out.
  bool swap_fits(std::uint64_t bytes) const {
    return has_swap && (swap_capacity == 0 || swap_used + bytes <= swap_capacity);
  }
  /// The page allocator of system memory; nullptr: a pool like any other.
  Zone* zone() const { return zone_.get(); }
  void set_zone(std::unique_ptr<Zone> zone);
  /// Lets allocations fail that need not; `faults` must outlive it.
  void inject(AllocationFaults& faults) { faults_ = &faults; }

  /// Makes the bytes of `buffer` be where its GPU wants them, evicting others if it must and may.
  /// The caller holds the buffer's reservation.
  core::Task<Placement> place(Buffer& buffer, AllocRequest request);
  /// Takes `bytes` of `pool` that belong to no buffer (page tables).
  core::Task<Placement> reserve(MemoryPool& pool, std::uint64_t bytes, AllocRequest request);
  void unreserve(MemoryPool& pool, std::uint64_t bytes);
  /// From now on the bytes of `buffer` are in system memory, for a device that reaches no other.
  /// The caller holds the reservation. Moving them is not waited for: a KERNEL fence stands for it.
  core::Task<Placement> keep_in_system(Buffer& buffer, AllocRequest request);
  /// Gives a buffer's memory back at once (nobody uses it).
  void free(Buffer& buffer);
  /// The pages of a userptr buffer are given back, their content lost; the range stays.
  void discard(Buffer& buffer);
  /// How fast a CPU copies pages; 0: in no time.
  std::uint64_t copy_bytes_per_second = 0;
  core::Duration copy_time(std::uint64_t bytes) const;
  /// Whether the bytes are where the buffer's GPU wants them.
  bool at_home(const Buffer& buffer) {
    buffer.placement.read();
    return buffer.pool == &home_pool(buffer);
  }
  /// Whether memory comes free only if somebody gives it back: nothing that is placed may be taken,
  /// and no allocation fails without need.
  bool only_returns_help() const;
  /// Waits until that has happened to any pool.
  core::Task<> wait_for_return();
  /// The buffer was used: youngest in its LRU.
  void touch(Buffer& buffer);

  // ---- for reclaim

  /// Whether an eviction waits for those who use the buffer; if not, nobody does.
  enum class Users : unsigned char { wait, none };
  /// Takes the memory of `victim`, whose reservation it only tries. False: it could not.
  core::Task<bool> evict(Buffer& victim, AllocRequest request, Users users = Users::wait);
  Buffer* choose_among(std::vector<Buffer*>& candidates);
  /// Whether nothing may take it.
  bool fixed(const Buffer& buffer) const;
  bool idle(const Buffer& buffer) const;
  /// What reclaim may do, in the words of the ordering rules.
  core::AllocContext context_of(const AllocRequest& request) const;

 private:
  MemoryPool& home_pool(const Buffer& buffer);
  Buffer* choose_victim(MemoryPool& pool, const AllocRequest& request,
                        std::vector<const Buffer*>& tried);
  Buffer* contended_candidate(MemoryPool& pool, const AllocRequest& request);
  bool is_free_to_take(Buffer& buffer, const AllocRequest& request) const;
  core::Task<bool> evict_locked(Buffer& victim, AllocRequest request, Users users);
  core::Task<bool> evict_user_pages(Buffer& victim, AllocRequest request);
  core::Task<Placement> wait_and_evict(Buffer& victim, AllocRequest request);
  core::Task<bool> wait_until_idle(Buffer& victim);
  core::Task<bool> move_out(Buffer& victim, AllocRequest request);
  core::Task<> bring_content(Buffer& buffer, MemoryPool* from, bool swapped);
  void take(MemoryPool& pool, Buffer& buffer);
  void drop(Buffer& buffer);
  Machine& machine_;
  PendingMoves moves_;
  AllocationFaults* faults_ = nullptr;
  std::vector<std::unique_ptr<MemoryPool>> pools_;
  std::unique_ptr<Zone> zone_;
};

}  // namespace fencelab::models
