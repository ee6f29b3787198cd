#include "models/submission/reservations.hpp"

#include <algorithm>

#include "models/gpu/job.hpp"

namespace fencelab::models {

Reservations::Reservations(core::Simulation& simulation, const Job& job)
    : transaction_{core::raw(simulation.new_object_id())} {
  auto want = [this](const AccessList& accesses) {
    for (const Access& access : accesses)
      if (std::find(wanted_.begin(), wanted_.end(), access.buffer) == wanted_.end())
        wanted_.push_back(access.buffer);
  };
  want(job.accesses);
  if (job.declares) want(job.declared_apart);
}

Reservations::~Reservations() = default;  // a killed process keeps what it held, as in core

core::Task<> Reservations::lock_all() {
  Buffer* contended = nullptr;
  for (std::size_t i = 0; i < wanted_.size() || contended;) {
    Buffer* const buffer = contended ? contended : wanted_[i];
    const auto result = co_await buffer->resv().lock().lock(&transaction_);
    if (result == core::WwResult::deadlock) {
      unlock();
      contended = buffer;
      i = 0;
      continue;
    }
    if (result == core::WwResult::locked) locked_.push_back(buffer);
    if (contended) contended = nullptr;
    else ++i;
  }
}

// The common case: nothing is contended, everything is at home. No frame, no wait.
bool Reservations::try_all() {
  for (Buffer* buffer : wanted_) {
    if (!buffer->resv().lock().try_lock(&transaction_)) {
      unlock();
      return false;
    }
    locked_.push_back(buffer);
  }
  return true;
}

core::Task<bool> Reservations::lock_and_place(Memory& memory, AllocRequest request) {
  const bool uncontended = try_all();
  if (!uncontended) co_await lock_all();
  request.ww = &transaction_;
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    Buffer& buffer = *wanted_[i];
    if (!buffer.exists) continue;  // the access will be a hazard, not an error of the ioctl
    if (memory.at_home(buffer)) {
      memory.touch(buffer);
      continue;
    }
    const bool placed = co_await memory.place(buffer, request);
    if (!placed) co_return false;
    buffer.content = true;
  }
  co_return true;
}

void Reservations::unlock() {
  for (Buffer* buffer : locked_) buffer->resv().lock().unlock();
  locked_.clear();
}

}  // namespace fencelab::models
