#include "models/sync/reserve.hpp"

namespace fencelab::models {

core::Task<int> reserve(DmaResv& resv, ReserveOptions options) {
  using namespace core::fence_error;
  if (options.no_wait) {
    const bool locked = !options.ticket && resv.lock().try_lock();
    co_return locked ? 0 : kBusy;
  }
  const core::Signals signals =
      options.interruptible ? core::Signals::interrupt : core::Signals::wait;
  const int error = errno_of(co_await resv.lock().lock(options.ticket, signals));
  co_return error == kInterrupted ? kRestart : error;
}

}  // namespace fencelab::models
