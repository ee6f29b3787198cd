// DrmExec: locks many reservations as one ww transaction, with back-off
// (drivers/gpu/drm/drm_exec.c).
#pragma once

#include <boost/container/small_vector.hpp>
#include <span>

#include "core/locks.hpp"
#include "models/sync/dma_resv.hpp"

namespace fencelab::models {

/// The errno of a lock's answer. A signal gives -EINTR, as in kernel/locking/mutex.c.
int errno_of(core::WwResult result);

/// Locks what its loop asks for. On contention everything is dropped, and the next round begins
/// with waiting for the contended reservation, with nothing else held: until it is free there is no
/// point in trying again.
///
///     while (exec.until_all_locked()) {
///       const int error = co_await exec.prepare_all(buffers, 1);
///       if (exec.is_contended()) continue;
///       ...
///     }
///     ... use them ...
///     exec.unlock_all();
class DrmExec {
 public:
  struct Flags {
    bool interruptible = false;      ///< DRM_EXEC_INTERRUPTIBLE_WAIT: a signal ends a wait (-EINTR)
    bool ignore_duplicates = false;  ///< DRM_EXEC_IGNORE_DUPLICATES: else -EALREADY
  };
  using Locked = boost::container::small_vector<DmaResv*, 8>;

  DrmExec(core::Simulation& simulation, Flags flags) : simulation_(simulation), flags_(flags) {}
  DrmExec(const DrmExec&) = delete;
  // No release on destruction: a killed process keeps what it held, as in core.

  /// Head of the loop. Draws the ticket at first, then drops everything after contention. False
  /// once a round has locked all.
  bool until_all_locked();
  bool is_contended() const { return contended_ != nullptr; }

  /// Locks one. 0, or -EDEADLK (go round again), -EALREADY, -EINTR.
  core::Task<int> lock(DmaResv& resv) { return prepare_all({&resv}, 0); }
  /// Locks one and reserves `fences` slots in it.
  core::Task<int> prepare(DmaResv& resv, std::size_t fences) {
    return prepare_all({&resv}, fences);
  }
  /// The same for each, up to the first error. The contended one is locked even if there are none.
  core::Task<int> prepare_all(Locked resvs, std::size_t fences);
  /// Locks them all if that needs no wait and no round before did, without a coroutine; else none.
  bool lock_at_once(std::span<DmaResv* const> resvs);

  void unlock(DmaResv& resv);
  void unlock_all();
  /// In order of locking.
  const Locked& locked() const { return locked_; }

  /// An eviction walk on behalf of this transaction would have deadlocked on `resv`: the next round
  /// waits for it first. What i915 does with the busy object of an eviction (eb_reserve() in
  /// drivers/gpu/drm/i915/gem/i915_gem_execbuffer.c); TTM reports -ENOSPC, "caller needs to exit
  /// the ww transaction" (ttm_lru_walk_ticketlock() in drivers/gpu/drm/ttm/ttm_bo_util.c).
  void contend(DmaResv& resv) { contended_ = &resv; }
  /// Whether `resv` is held only because it was contended; nobody asked for it in this round.
  bool is_spare(const DmaResv& resv) const { return prelocked_ == &resv; }

  core::WwContext& ticket() { return ticket_; }

 private:
  core::Simulation& simulation_;
  Flags flags_;
  core::WwContext ticket_;
  bool begun_ = false;            ///< the loop was entered
  bool again_ = false;            ///< a round was given up
  DmaResv* contended_ = nullptr;  ///< to be locked first
  DmaResv* prelocked_ = nullptr;  ///< was locked first, not asked for since
  Locked locked_;
};

}  // namespace fencelab::models
