// Reservations: locks the dma_resv of every buffer of a job and has the buffers placed.
#pragma once

#include <boost/container/small_vector.hpp>

#include "core/locks.hpp"
#include "models/memory/memory.hpp"

namespace fencelab::models {

/// How the reservations of one job are locked.
enum class ReservationLocks : unsigned char {
  ww,     ///< one ww transaction with back-off: what drm_exec does
  plain,  ///< one after another in the order of the job's list, as if they were mutexes
};

class Reservations {
 public:
  Reservations(core::Simulation& simulation, const Job& job, ReservationLocks how);
  ~Reservations();
  Reservations(const Reservations&) = delete;

  /// Locks all and brings all home. False: out of memory (the locks are still held).
  core::Task<bool> lock_and_place(Memory& memory, AllocRequest request);
  void unlock();

 private:
  core::Task<Placement> place_all(Memory& memory, AllocRequest request);
  bool try_all();
  core::Task<> lock_all();
  core::WwContext* context() { return how_ == ReservationLocks::ww ? &transaction_ : nullptr; }
  /// Pause after a back-off: TTM's callers go through user space and come back; assumed 10 us.
  static constexpr core::Duration kBackOff{10'000};
  core::Simulation& simulation_;
  core::WwContext transaction_;
  ReservationLocks how_;
  boost::container::small_vector<Buffer*, 8> wanted_, locked_;
};

}  // namespace fencelab::models
