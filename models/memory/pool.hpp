// MemoryPool: a place where bytes can be, with its LRU list, its books and its limits.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "core/fence.hpp"
#include "core/order_events.hpp"
#include "core/resource.hpp"
#include "models/memory/dmem.hpp"

namespace fencelab::models {

class Buffer;
class Client;
class Gpu;
class PagedMemory;

/// That bytes are given back to a pool, for those who have just failed to get some: in the same
/// step they ask for the next return and begin to wait for it.
class GivenBack final : public core::Waitable {
 public:
  GivenBack(core::Simulation& simulation, const std::string& pool)
      : Waitable(simulation), description_(pool + " memory given back") {}
  void happen();
  /// To wait for the next return. The caller has touched what every return touches.
  core::WaitItem next() {
    is_awaited_ = true;
    note(core::Access::add);  // its state is who waits
    return {this, count_ + 1};
  }
  /// Awaitable: until then.
  core::SingleWait wait_for_next(const core::WaitOptions& options) {
    return {*this, next().value, options};
  }
  bool satisfied(std::uint64_t number) const override { return count_ >= number; }
  core::Time opened_at(std::uint64_t) const override { return at_; }
  bool lists_all_waits() const override { return true; }
  bool hash_state(std::uint64_t& hash) const override;
  /// By anybody else who is at work: what they do may free memory, or end who has some.
  core::GateIndex describe_release(core::WaitGraphBuilder& builder,
                                   const core::WaitLink& link) const override;
  std::string describe() const override { return description_; }

 private:
  std::string description_;
  std::uint64_t count_ = 0;
  bool is_awaited_ = false;  ///< somebody ever has
  core::Time at_{};
};

/// A place where bytes can be: VRAM of a GPU, or system memory. Or the aperture of a GPU (GTT):
/// what is bound there has its bytes in system memory, and takes room in both.
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
        given_back_(simulation, name),
        moves_cell_(simulation) {}
  std::string name;
  std::uint64_t capacity;         ///< bytes; 0: unlimited
  std::uint64_t granularity = 1;  ///< bytes: what is taken of it is a multiple of that
  std::uint64_t used = 0, peak = 0;
  core::ObjectId id;
  core::OrderClassId order_class;  ///< getting memory of it from others
  Gpu* gpu = nullptr;              ///< VRAM of; nullptr: system memory
  PagedMemory* paged = nullptr;    ///< whose single pages are in it, too
  bool evicts_to_system = false;   ///< VRAM: victims leave the GPU's reach at once
  std::list<Buffer*> lru;  ///< oldest first; its order is no business of an explorer, which tries
                           ///< every victim
  /// Sets the capacity, before anything is in it.
  void resize(std::uint64_t bytes);
  /// Whether anybody could fail to get memory of it.
  bool is_limited() const { return capacity != 0 || !groups_.empty(); }
  /// Whether so many bytes are free.
  bool fits(std::uint64_t bytes) const;
  /// Books bytes that fit.
  void book(std::uint64_t bytes);
  void give_back(std::uint64_t bytes);
  /// Before looking for victims in `lru`.
  void look() const;
  /// What `bytes` take of it.
  std::uint64_t rounded(std::uint64_t bytes) const {
    return (bytes + granularity - 1) / granularity * granularity;
  }

  // ---- blits that its memory is still waiting for

  /// TTM_NUM_MOVE_FENCES in include/drm/ttm/ttm_resource.h.
  static constexpr std::size_t kMoveFences = 8;
  /// Memory that was given back may be in use until `fence` signals. One slot per fence context, as
  /// in ttm_bo_move_pipeline_evict() in drivers/gpu/drm/ttm/ttm_bo_util.c. False: no slot is free.
  bool remember_move(const core::FencePtr& fence);
  /// What whoever gets memory of it has to wait for; some may have signaled.
  std::vector<core::FencePtr> pending_moves() const;
  /// Whether any of it has not signaled, for those who may not wait.
  bool has_pending_moves() const;

  // ---- limits of processes

  /// Sets what the process number `client` (Client::index) may have; before anything is in it.
  void limit(std::uint32_t client, DmemLimits limits);
  /// nullptr: no limits.
  DmemGroup* group_of(const Client* client) const;
  GivenBack& given_back() { return given_back_; }
  /// Someone who decides by how much is used: `cell` is written whenever that changes.
  void watch_by(const core::Cell& cell) { watch_ = &cell; }
  bool hash_state(std::uint64_t& hash) const override;

 private:
  void note(core::Access access, bool ok, std::uint64_t bytes, std::uint64_t before) const;
  void renew_bookings() const;
  core::Simulation& simulation_;
  const core::Cell* watch_ = nullptr;
  core::TouchPoint cell_;  ///< footprint of `used` and of what is in `lru`
  mutable core::Bookings bookings_;
  GivenBack given_back_;
  mutable core::Time changed_at_{};    ///< untimed runs
  mutable core::Time counted_from_{};  ///< untimed runs: changed_at_ when the bookings began anew
  core::Cell moves_cell_;              ///< footprint of moves_
  std::vector<core::FencePtr> moves_;
  std::vector<std::unique_ptr<DmemGroup>> groups_;  ///< by Client::index; empty: no limits
};

}  // namespace fencelab::models
