#include "models/submission/reservations.hpp"

#include <algorithm>

#include "models/gpu/job.hpp"

namespace fencelab::models {

Reservations::Reservations(core::Simulation& simulation, const Job& job, ReservationLocks how)
    : simulation_(simulation), transaction_{simulation.new_ticket()}, how_(how) {
  auto want = [this](const AccessList& accesses) {
    for (const Access& access : accesses)
      if (std::find(wanted_.begin(), wanted_.end(), access.buffer) == wanted_.end())
        wanted_.push_back(access.buffer);
  };
  want(job.accesses);
  if (job.declares) want(job.declared_apart);
  want(job.marked);
}

Reservations::~Reservations() = default;  // a killed process keeps what it held, as in core

core::Task<> Reservations::lock_all() {
  Buffer* contended = nullptr;
  for (std::size_t i = 0; i < wanted_.size() || contended;) {
    Buffer* const buffer = contended ? contended : wanted_[i];
    const auto result = co_await buffer->resv().lock().lock(context());
    if (result == core::WwResult::deadlock) {
      unlock();
      contended = buffer;
      i = 0;
      continue;
    }
    if (result == core::WwResult::locked) locked_.push_back(buffer);
    if (contended)
      contended = nullptr;
    else
      ++i;
  }
}

// The common case: nothing is contended, everything is at home. No frame, no wait. It stands for
// lock_all() and says so: a trylock would hide the order from observers.
bool Reservations::try_all() {
  for (Buffer* buffer : wanted_) {
    buffer->resv().lock().note_asked(context());
    if (!buffer->resv().lock().try_lock(context())) {
      unlock();
      return false;
    }
    locked_.push_back(buffer);
  }
  return true;
}

core::Task<Placement> Reservations::place_all(Memory& memory, AllocRequest request) {
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    Buffer& buffer = *wanted_[i];
    buffer.placement.read();
    if (!buffer.exists) continue;  // the access will be a hazard, not an error of the ioctl
    if (memory.at_home(buffer)) {
      memory.touch(buffer);
      continue;
    }
    const Placement placed = co_await memory.place(buffer, request);
    if (placed != Placement::ok) co_return placed;
    buffer.placement.write();
    buffer.content = true;
  }
  co_return Placement::ok;
}

core::Task<bool> Reservations::lock_and_place(Memory& memory, AllocRequest request) {
  request.ww = context();
  for (;;) {
    const bool uncontended = !simulation_.untimed() && try_all();
    if (!uncontended) co_await lock_all();
    bool home = true;
    for (const Buffer* buffer : wanted_) home = home && memory.at_home(*buffer);
    if (home) {
      for (Buffer* buffer : wanted_) memory.touch(*buffer);
      co_return true;
    }
    const Placement placed = co_await place_all(memory, request);
    if (placed != Placement::back_off) co_return placed == Placement::ok;
    // An older transaction is at work on what we need: let go of everything and start over.
    unlock();
    co_await core::sleep_for(simulation_, kBackOff, core::WaitReason::ww_lock);
  }
}

void Reservations::unlock() {
  for (Buffer* buffer : locked_) buffer->resv().lock().unlock();
  locked_.clear();
}

}  // namespace fencelab::models
