// ThreadRunner: operations on locks.
#include "scenarios/runtime/thread_runner.hpp"

namespace fencelab::scenarios {

using core::Duration;
using core::Task;

namespace {

/// Between two tries for several locks: assumed, a trip through the scheduler.
constexpr Duration kPauseAfterBackOff{1'000};

}  // namespace

Task<> ThreadRunner::lock(const LockOp& op) {
  using Mode = LockOp::Mode;
  process_->doing = op.unlock ? "unlock" : "lock";
  if (op.unlock) {
    unlock(op);
  } else if (op.mode == Mode::mutex) {
    co_await world_.lock(op.locks.front(), clone_).lock();
  } else if (op.mode == Mode::read) {
    co_await world_.rw_lock(op.locks.front(), clone_).lock_read();
  } else if (op.mode == Mode::write) {
    co_await world_.rw_lock(op.locks.front(), clone_).lock_write();
  } else if (op.mode == Mode::back_off) {
    co_await lock_or_back_off(op);
  } else {
    co_await lock_all(op);
  }
}

void ThreadRunner::unlock(const LockOp& op) {
  for (const Index index : op.locks) {
    switch (op.mode) {
      case LockOp::Mode::mutex:
      case LockOp::Mode::back_off: world_.lock(index, clone_).unlock(); break;
      case LockOp::Mode::read: world_.rw_lock(index, clone_).unlock_read(); break;
      case LockOp::Mode::write: world_.rw_lock(index, clone_).unlock_write(); break;
      case LockOp::Mode::ww: world_.ww_lock(index, clone_).unlock(); break;
    }
  }
}

// Without a ticket nobody is older: each may take what the other tries for, and give it back just
// when the other has done the same.
Task<> ThreadRunner::lock_or_back_off(const LockOp& op) {
  core::RetryLoop tries(simulation_);
  for (;;) {
    tries.again();
    co_await world_.lock(op.locks.front(), clone_).lock();
    std::size_t taken = 1;
    while (taken < op.locks.size()) {
      co_await core::point(simulation_);
      const bool got = world_.lock(op.locks[taken], clone_).try_lock();
      if (!got) break;
      ++taken;
    }
    if (taken == op.locks.size()) co_return;
    while (taken > 0) {
      co_await core::point(simulation_);
      world_.lock(op.locks[--taken], clone_).unlock();
    }
    co_await core::sleep_for(simulation_, kPauseAfterBackOff);
  }
}

Task<> ThreadRunner::lock_all(const LockOp& op) {
  if (transaction_.acquired == 0) transaction_.ticket = simulation_.new_ticket();
  std::vector<core::WwMutex*> held;
  core::WwMutex* contended = nullptr;
  for (std::size_t i = 0; i < op.locks.size() || contended;) {
    core::WwMutex& mutex = contended ? *contended : world_.ww_lock(op.locks[i], clone_);
    const auto result = co_await mutex.lock(&transaction_);
    if (result == core::WwResult::deadlock) {
      for (core::WwMutex* other : held) other->unlock();
      held.clear();
      contended = &mutex;
      i = 0;
      continue;
    }
    if (result == core::WwResult::locked) held.push_back(&mutex);
    if (contended)
      contended = nullptr;
    else
      ++i;
  }
}

}  // namespace fencelab::scenarios
