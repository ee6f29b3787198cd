#include "models/sync/drm_exec.hpp"

#include <algorithm>

namespace fencelab::models {

int errno_of(core::WwResult result) {
  switch (result) {
    case core::WwResult::locked: return 0;
    case core::WwResult::already_held: return core::fence_error::kAlready;
    case core::WwResult::deadlock: return core::fence_error::kDeadlock;
    case core::WwResult::interrupted: return core::fence_error::kInterrupted;
  }
  return 0;
}

bool DrmExec::until_all_locked() {
  if (!begun_) {
    begun_ = true;
    ticket_.ticket = simulation_.new_ticket();
    return true;
  }
  if (!contended_) return false;
  again_ = true;
  unlock_all();
  return true;
}

core::Task<int> DrmExec::prepare_all(Locked resvs, std::size_t fences) {
  using core::fence_error::kAlready;
  const core::Signals signals =
      flags_.interruptible ? core::Signals::interrupt : core::Signals::wait;
  if (contended_) {
    // Nothing is held: this waits, and cannot deadlock (ww_mutex_lock_slow()).
    DmaResv* const first = std::exchange(contended_, nullptr);
    const auto result = co_await first->lock().lock(&ticket_, signals);
    if (result != core::WwResult::locked) co_return errno_of(result);
    locked_.push_back(first);
    prelocked_ = first;
  }
  for (std::size_t i = 0; i < resvs.size(); ++i) {
    DmaResv* const resv = resvs[i];
    if (prelocked_ == resv) {
      prelocked_ = nullptr;
    } else {
      const auto result = co_await resv->lock().lock(&ticket_, signals);
      if (result == core::WwResult::deadlock) contended_ = resv;
      const int error = errno_of(result);
      if (error != 0 && (error != kAlready || !flags_.ignore_duplicates)) co_return error;
      if (error == 0) locked_.push_back(resv);
    }
    if (fences > 0) resv->reserve(fences);
  }
  co_return 0;
}

// The common case: nothing is contended. No frame, no wait. It stands for prepare_all() and says
// so: a trylock would hide the order from observers.
bool DrmExec::lock_at_once(std::span<DmaResv* const> resvs) {
  if (simulation_.untimed() || again_) return false;
  for (DmaResv* resv : resvs) {
    resv->lock().note_asked(&ticket_);
    if (!resv->lock().try_lock(&ticket_)) {
      unlock_all();
      return false;
    }
    locked_.push_back(resv);
  }
  return true;
}

void DrmExec::unlock(DmaResv& resv) {
  const auto found = std::find(locked_.rbegin(), locked_.rend(), &resv);
  if (found == locked_.rend()) return;
  locked_.erase(std::next(found).base());
  resv.lock().unlock();
}

void DrmExec::unlock_all() {
  for (auto it = locked_.rbegin(); it != locked_.rend(); ++it) (*it)->lock().unlock();
  locked_.clear();
  prelocked_ = nullptr;
}

}  // namespace fencelab::models
