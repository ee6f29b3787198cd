// Reservations: locks the dma_resv of every buffer of a job and has the buffers placed.
#pragma once

#include <boost/container/small_vector.hpp>
#include <optional>

#include "core/uninterruptible.hpp"
#include "models/memory/memory.hpp"
#include "models/sync/drm_exec.hpp"

namespace fencelab::models {

class GpuVm;

/// How the reservations of one job are locked.
enum class ReservationLocks : unsigned char {
  ww,     ///< one ww transaction with back-off: what drm_exec does
  plain,  ///< one after another in the order of the job's list, as if they were mutexes
};

class Reservations {
 public:
  /// `vm`: the address space to be validated as a whole; nullptr: what the job lists.
  Reservations(core::Simulation& simulation, const Job& job, ReservationLocks how,
               GpuVm* vm = nullptr);
  ~Reservations();
  Reservations(const Reservations&) = delete;

  /// Locks all and brings all home. False: out of memory (the locks are still held).
  core::Task<bool> lock_and_place(Memory& memory, AllocRequest request);
  void unlock();

 private:
  core::Task<Placement> lock_all_and_place(Memory& memory, AllocRequest request);
  void leave_validation();
  core::Task<bool> lock_plain_and_place(Memory& memory, AllocRequest request);
  core::Task<Placement> place_all(Memory& memory, AllocRequest request);
  bool touch_all(Memory& memory);
  void want_lock(DmaResv& resv, bool shared);
  GpuVm* vm_;
  ReservationLocks how_;
  core::Simulation& simulation_;
  std::optional<DrmExec> exec_;
  core::RwLock* validation_;  ///< of the GPU, where validations are tried again alone
  bool validates_ = false, is_alone_ = false;
  std::optional<core::Uninterruptible> to_the_end_;  ///< as long as it holds that lock
  boost::container::small_vector<Buffer*, 8> wanted_;
  DrmExec::Locked resvs_;  ///< of the wanted buffers
  std::size_t plain_ = 0;  ///< so many of them are locked without a ticket
};

}  // namespace fencelab::models
