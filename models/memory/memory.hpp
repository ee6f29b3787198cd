// Memory: pools with LRU lists, placement of buffers, and eviction. Every wait, lock and transfer
// in here is a real operation, so that deadlocks come out of it and are not written into it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "models/axes/driver_policies.hpp"
#include "models/memory/allocation_faults.hpp"
#include "models/memory/buffer.hpp"
#include "models/memory/pending_moves.hpp"
#include "models/memory/pool.hpp"

namespace fencelab::models {

class Machine;
class Zone;

/// How an attempt to get memory ended.
enum class Placement : unsigned char {
  ok,
  no_memory,  ///< -ENOMEM
  invalid,    ///< -EINVAL: it is pinned where it may not be
  back_off,   ///< what could be freed is reserved by an older transaction: leave this one; its loop
              ///< (AllocRequest::exec) waits for that reservation first
};

class Memory {
 public:
  explicit Memory(Machine& machine);
  ~Memory();

  MemoryPool& system() { return *pools_.front(); }
  MemoryPool& add_vram(Gpu& gpu, std::uint64_t bytes);
  /// Gives the system memory that `gpu` reaches a size of its own.
  MemoryPool& add_gtt(Gpu& gpu, std::uint64_t bytes);
  /// System memory, then the VRAM of GPUs.
  const std::vector<std::unique_ptr<MemoryPool>>& pools() const { return pools_; }
  /// Apertures of GPUs: what is in there is in system memory.
  const std::vector<std::unique_ptr<MemoryPool>>& apertures() const { return apertures_; }
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

  /// Makes the bytes of `buffer` be where its GPU wants them: in the first place of its list that
  /// has room, else in the first one in which it may and can make some. The caller holds the
  /// buffer's reservation.
  core::Task<Placement> place(Buffer& buffer, AllocRequest request);
  /// Takes `bytes` of `pool` that belong to no buffer (page tables).
  core::Task<Placement> reserve(MemoryPool& pool, std::uint64_t bytes, AllocRequest request);
  void unreserve(MemoryPool& pool, std::uint64_t bytes);
  /// From now on the bytes of `buffer` are in system memory, for a device that reaches no other.
  /// The caller holds the reservation. Moving them is not waited for: a KERNEL fence stands for it.
  core::Task<Placement> keep_in_system(Buffer& buffer, AllocRequest request);
  /// Gives a buffer's memory back at once (nobody uses it).
  void free(Buffer& buffer);
  /// Drops the content of `buffer` and, when those who use it are done, its memory: until then a
  /// ghost has it (ttm_bo_pipeline_gutting() in drivers/gpu/drm/ttm/ttm_bo_util.c). The caller
  /// holds the reservation.
  void discard(Buffer& buffer);
  /// Marks `buffer` deleted: nobody can use it any more, and its memory goes when its fences have
  /// signaled, or to the first who needs some and waits for them (ttm_bo_release()).
  void release(Buffer& buffer);
  /// Gives a buffer's memory back when all that its reservation holds now have signaled, unless it
  /// has gone by then (ttm_bo_delayed_delete() in drivers/gpu/drm/ttm/ttm_bo.c).
  core::Task<> free_when_idle(Buffer& buffer);
  /// The pages of a userptr buffer are given back at once, their content lost; the range stays.
  void discard_user_pages(Buffer& buffer);
  /// How fast a CPU copies pages; 0: in no time.
  std::uint64_t copy_bytes_per_second = 0;
  core::Duration copy_time(std::uint64_t bytes) const;
  /// Whether the bytes are where the buffer's GPU wants them, or can do with them.
  bool at_home(const Buffer& buffer);
  /// Whether jobs that waited for all that they had to can reach the bytes: at home, or still there
  /// because a blit has yet to begin.
  bool is_reachable(const Buffer& buffer) { return at_home(buffer) || buffer.leaving; }
  /// At home, and nowhere better: there is nothing to do for place().
  bool is_settled(const Buffer& buffer);
  /// Whether memory comes free only if somebody gives it back: nothing that is placed may be taken,
  /// and no allocation fails without need.
  bool only_returns_help() const;
  /// Waits until that has happened to any pool that has an end. For those who have just been told
  /// so.
  core::Task<> wait_for_return();
  /// The buffer was used: youngest in its LRU.
  void touch(Buffer& buffer);

  // ---- for reclaim

  /// Whether an eviction waits for those who use the buffer; if not, nobody does.
  enum class Users : unsigned char { wait, none };
  /// Takes the memory of `victim`, whose reservation it only tries. False: it could not.
  /// `limit`: how long it waits for those who use it; zero: as the driver's rules say.
  core::Task<bool> evict(Buffer& victim, AllocRequest request, Users users = Users::wait,
                         core::Duration limit = {});
  Buffer* choose_among(std::vector<Buffer*>& candidates);
  /// Whether nothing may take it.
  bool fixed(const Buffer& buffer) const;
  bool idle(const Buffer& buffer) const;
  /// What reclaim may do, in the words of the ordering rules.
  core::AllocContext context_of(const AllocRequest& request) const;

 private:
  /// A place of a buffer's list.
  struct Target {
    MemoryPool* pool = nullptr;      ///< where the bytes are
    MemoryPool* aperture = nullptr;  ///< what it is bound in, if that has a size
    PlacementUse use = PlacementUse::always;
  };
  // placement.cpp
  MemoryPool& home_pool(const Buffer& buffer);
  static MemoryPool* aperture_of(const Buffer& buffer);
  std::vector<Target> targets_of(const Buffer& buffer);
  bool is_where_wanted(const Buffer& buffer, bool settled);
  bool may_wait(const AllocRequest& request) const;
  bool has_room(const Buffer& buffer, const Target& target, const AllocRequest& request) const;
  core::Task<Placement> place_listed(Buffer& buffer, AllocRequest request);
  core::Task<Placement> try_target(Buffer& buffer, Target target, AllocRequest request);
  core::Task<Placement> get_all(Buffer& buffer, Target target, AllocRequest request);
  core::Task<> move_in(Buffer& buffer, Target target, AllocRequest request);
  core::Task<Placement> reserve_hop(Buffer& buffer, Target target, AllocRequest request);
  core::Task<Placement> get(MemoryPool& pool, std::uint64_t bytes, AllocRequest request);
  core::Task<> bring_content(Buffer& buffer, MemoryPool* from, bool swapped);
  core::Task<> wait_for_moves(Buffer& buffer);
  core::Task<> clear(Buffer& buffer);
  void take(MemoryPool& pool, Buffer& buffer, Client* charged);
  void bind(MemoryPool& aperture, Buffer& buffer);
  void unbind(Buffer& buffer);
  void drop(Buffer& buffer);
  void leave_swap(Buffer& buffer);
  core::Task<> keep_ghost(MemoryPool& pool, std::uint64_t bytes, std::vector<core::FencePtr> users);
  // eviction.cpp
  const MoveRules& rules_of(const Buffer& buffer) const;
  core::Task<Placement> evict_to_fit(MemoryPool& pool, std::uint64_t bytes, AllocRequest request);
  bool is_free_to_take(Buffer& buffer, const AllocRequest& request) const;
  core::Task<bool> evict_from(MemoryPool& pool, Buffer& victim, AllocRequest request, Users users,
                              core::Duration limit);
  core::Task<bool> evict_locked(MemoryPool& pool, Buffer& victim, AllocRequest request, Users users,
                                core::Duration limit);
  core::Task<bool> evict_user_pages(MemoryPool& pool, Buffer& victim);
  void tell_evicted(const MemoryPool& pool, const Buffer& victim, core::Time asked);
  core::Task<bool> take_bytes(MemoryPool& pool, Buffer& victim, AllocRequest request, Users users,
                              core::Duration limit);
  core::Task<Placement> wait_and_evict(Buffer& victim, MemoryPool& pool, AllocRequest request);
  core::Task<bool> wait_until_idle(Buffer& victim, core::Duration limit);
  core::Task<bool> move_out(Buffer& victim, AllocRequest request);
  core::Task<bool> move_to_system(Buffer& victim, AllocRequest request);
  core::Task<bool> swap_out(Buffer& victim);
  bool moves_on_gpu(const Buffer& buffer, const Gpu* gpu) const;
  Machine& machine_;
  PendingMoves moves_;
  AllocationFaults* faults_ = nullptr;
  std::vector<std::unique_ptr<MemoryPool>> pools_, apertures_;
  std::unique_ptr<Zone> zone_;
};

}  // namespace fencelab::models
