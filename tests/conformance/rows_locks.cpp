// Rows T52 to T61e: drm_exec, ww_mutex, ttm_bo_reserve (drivers/gpu/drm/tests/drm_exec_test.c,
// kernel/locking/test-ww_mutex.c, drivers/gpu/drm/ttm/tests/ttm_bo_test.c).
#include "models/sync/drm_exec.hpp"
#include "models/sync/reserve.hpp"
#include "tests/conformance/rows.hpp"

using namespace fencelab::rows;

namespace {

using fencelab::core::fence_error::kAlready;
using fencelab::core::fence_error::kBusy;
using fencelab::core::fence_error::kDeadlock;
using fencelab::core::fence_error::kRestart;

/// A Rig with two reservations.
struct Locks : Rig {
  DmaResv first{simulation}, second{simulation};

  /// Spawns `body` and lets it go on as far as it can.
  Process& start(Task<> body) {
    Process& process = simulation.spawn({"other", ProcessRole::user_thread, true}, std::move(body));
    simulation.run();
    return process;
  }
};

/// Holds `resv` until `until`, or for ever.
Task<> hold(DmaResv& resv, WwContext* ticket, FencePtr until) {
  co_await resv.lock().lock(ticket);
  co_await until->wait();
  resv.lock().unlock();
}

/// A transaction over `order`, in which somebody else may come in after each lock.
Task<> transaction(Simulation& simulation, std::vector<DmaResv*> order, int& rounds, int& done) {
  DrmExec exec(simulation, {});
  while (exec.until_all_locked()) {
    ++rounds;
    int error = 0;
    for (std::size_t i = 0; i < order.size() && error == 0; ++i) {
      error = co_await exec.prepare(*order[i], 1);
      co_await sleep_for(simulation, Duration(1000));
    }
  }
  for (DmaResv* resv : order) REQUIRE(resv->lock().context() == &exec.ticket());
  exec.unlock_all();
  ++done;
}

}  // namespace

TEST_CASE("T52: an exec begins and ends with nothing locked, or locks one object") {
  Locks rig;
  const auto nothing = [](Locks& locks) -> Task<int> {
    DrmExec exec(locks.simulation, {});
    exec.unlock_all();
    co_return static_cast<int>(exec.locked().size());
  };
  CHECK(rig.run(nothing(rig)) == 0);
  const auto one = [](Locks& locks) -> Task<int> {
    DrmExec exec(locks.simulation, {});
    int error = -1;
    while (exec.until_all_locked()) error = co_await exec.lock(locks.first);
    CHECK(locks.first.lock().context() == &exec.ticket());
    exec.unlock_all();
    CHECK_FALSE(locks.first.lock().is_locked());
    co_return error;
  };
  CHECK(rig.run(one(rig)) == 0);
}

TEST_CASE("T53: an object that was unlocked can be locked again") {
  Locks rig;
  const auto body = [](Locks& locks) -> Task<int> {
    DrmExec exec(locks.simulation, {});
    int errors = 0;
    while (exec.until_all_locked()) {
      errors += co_await exec.lock(locks.first);
      exec.unlock(locks.first);
      CHECK_FALSE(locks.first.lock().is_locked());
      errors += co_await exec.lock(locks.first);
    }
    CHECK(exec.locked().size() == 1);
    exec.unlock_all();
    co_return errors;
  };
  CHECK(rig.run(body(rig)) == 0);
}

namespace {

Task<int> lock_twice(Locks& locks, DrmExec::Flags flags) {
  DrmExec exec(locks.simulation, flags);
  int error = 0;
  while (exec.until_all_locked()) {
    error = co_await exec.lock(locks.first);
    CHECK(error == 0);
    error = co_await exec.lock(locks.first);
    CHECK(exec.locked().size() == 1);
  }
  exec.unlock_all();
  co_return error;
}

}  // namespace

TEST_CASE("T54: duplicates are ignored on demand, and one lock is held") {
  Locks rig;
  CHECK(rig.run(lock_twice(rig, {.ignore_duplicates = true})) == 0);
  CHECK_FALSE(rig.first.lock().is_locked());
}

TEST_CASE("T54a: else a duplicate is -EALREADY, and the object stays locked once") {
  Locks rig;
  CHECK(rig.run(lock_twice(rig, {})) == kAlready);
  CHECK_FALSE(rig.first.lock().is_locked());
}

TEST_CASE("T55: prepare locks and reserves a slot, which drops signaled fences of a full list") {
  Locks rig;
  // The first list has room for five fences (its kmalloc bucket); one of them is over.
  for (int i = 0; i < 5; ++i)
    rig.first.add(
        make_intrusive<DmaFence>(rig.simulation, nullptr, new_fence_context(rig.simulation), 1),
        Usage::bookkeep);
  rig.first.entries()[2].fence->signal();
  const auto body = [](Locks& locks) -> Task<int> {
    DrmExec exec(locks.simulation, {});
    int error = -1;
    while (exec.until_all_locked()) error = co_await exec.prepare(locks.first, 1);
    exec.unlock_all();
    co_return error;
  };
  CHECK(rig.run(body(rig)) == 0);
  CHECK(rig.first.entries().size() == 4);
}

TEST_CASE("T56: an array is prepared as a whole") {
  Locks rig;
  const auto body = [](Locks& locks) -> Task<int> {
    DrmExec exec(locks.simulation, {});
    const DrmExec::Locked both{&locks.first, &locks.second};
    int error = -1;
    while (exec.until_all_locked()) error = co_await exec.prepare_all(both, 1);
    CHECK(exec.locked().size() == 2);
    exec.unlock_all();
    co_return error;
  };
  CHECK(rig.run(body(rig)) == 0);
}

TEST_CASE(
    "T57: two loops, one after the other, are two transactions, and an empty one locks nothing") {
  Locks rig;
  const auto body = [](Locks& locks) -> Task<int> {
    DrmExec one(locks.simulation, {}), two(locks.simulation, {});
    int rounds = 0;
    for (DrmExec* exec : {&one, &two}) {
      while (exec->until_all_locked()) {
        ++rounds;
        co_await exec->prepare_all(DrmExec::Locked(), 1);
      }
      exec->unlock_all();
    }
    CHECK(one.ticket().ticket < two.ticket().ticket);
    co_return rounds;
  };
  CHECK(rig.run(body(rig)) == 2);
}

TEST_CASE("T57: the contended object is locked first, even if the next round prepares nothing") {
  Locks rig;
  WwContext older{rig.simulation.new_ticket()};
  const FencePtr released =
      make_intrusive<DmaFence>(rig.simulation, nullptr, new_fence_context(rig.simulation), 1);
  rig.start(hold(rig.second, &older, released));
  int rounds = 0;
  bool alone = false;
  const auto body = [](Locks& locks, int& rounds_, bool& alone_) -> Task<> {
    DrmExec exec(locks.simulation, {});
    const DrmExec::Locked both{&locks.first, &locks.second}, none;
    while (exec.until_all_locked()) {
      if (++rounds_ == 1) {
        co_await exec.prepare_all(both, 1);
        CHECK(exec.is_contended());
        continue;
      }
      co_await exec.prepare_all(none, 1);
      alone_ = exec.locked().size() == 1 && exec.is_spare(locks.second);
    }
    CHECK(locks.second.lock().context() == &exec.ticket());
    exec.unlock_all();
  };
  const Process& younger = rig.start(body(rig, rounds, alone));
  // It waits for that very object, and holds nothing meanwhile.
  CHECK(rounds == 2);
  CHECK(younger.held.empty());
  REQUIRE(younger.wait.count == 1);
  CHECK(younger.wait.links[0].object == &rig.second.lock());
  released->signal();
  rig.simulation.run();
  CHECK(rounds == 2);
  CHECK(alone);
  CHECK_FALSE(rig.second.lock().is_locked());
}

TEST_CASE("T58: a mutex that the context holds already is -EALREADY") {
  Locks rig;
  const auto body = [](Locks& locks) -> Task<int> {
    WwContext ticket{locks.simulation.new_ticket()};
    const WwResult first = co_await locks.first.lock().lock(&ticket);
    CHECK(first == WwResult::locked);
    const int again = errno_of(co_await locks.first.lock().lock(&ticket));
    CHECK(ticket.acquired == 1);
    locks.first.lock().unlock();
    co_return again;
  };
  CHECK(rig.run(body(rig)) == kAlready);
}

TEST_CASE("T59: a trylock of what the task holds fails, with a context or without") {
  Locks rig;
  const auto body = [](Locks& locks, bool owned) -> Task<int> {
    WwContext ticket{locks.simulation.new_ticket()};
    co_await locks.first.lock().lock(owned ? &ticket : nullptr);
    int taken = locks.first.lock().try_lock(nullptr);
    taken += locks.first.lock().try_lock(&ticket);
    locks.first.lock().unlock();
    co_return taken;
  };
  CHECK(rig.run(body(rig, false)) == 0);
  CHECK(rig.run(body(rig, true)) == 0);
}

TEST_CASE("T60: of two that lock in opposite orders one backs off, and both finish") {
  Locks rig;
  int rounds = 0, done = 0;
  rig.simulation.spawn({"a", ProcessRole::user_thread, true},
                       transaction(rig.simulation, {&rig.first, &rig.second}, rounds, done));
  rig.simulation.spawn({"b", ProcessRole::user_thread, true},
                       transaction(rig.simulation, {&rig.second, &rig.first}, rounds, done));
  rig.simulation.run();
  CHECK(done == 2);
  CHECK(rounds == 3);  // the younger went round twice
}

TEST_CASE("T61: in a ring of locks everybody finishes, and no lock is lost") {
  for (const std::size_t count : {2u, 3u, 7u, 16u}) {
    Rig rig;
    std::vector<std::unique_ptr<DmaResv>> resvs;
    for (std::size_t i = 0; i < count; ++i)
      resvs.push_back(std::make_unique<DmaResv>(rig.simulation));
    int rounds = 0, done = 0;
    for (std::size_t i = 0; i < count; ++i)
      rig.simulation.spawn(
          {"t", ProcessRole::user_thread, true},
          transaction(rig.simulation, {resvs[i].get(), resvs[(i + 1) % count].get()}, rounds,
                      done));
    rig.simulation.run();
    CHECK(done == static_cast<int>(count));
    for (const auto& resv : resvs) CHECK_FALSE(resv->lock().is_locked());
  }
}

TEST_CASE("T61a, T61b: without waiting a busy object is -EBUSY, and a ticket is not allowed") {
  Locks rig;
  const FencePtr never =
      make_intrusive<DmaFence>(rig.simulation, nullptr, new_fence_context(rig.simulation), 1);
  rig.start(hold(rig.first, nullptr, never));
  CHECK(rig.run(reserve(rig.first, {.no_wait = true})) == kBusy);
  CHECK(rig.run(reserve(rig.second, {.no_wait = true})) == 0);
  rig.second.lock().unlock();
  WwContext ticket{rig.simulation.new_ticket()};
  CHECK(rig.run(reserve(rig.second, {.ticket = &ticket, .no_wait = true})) == kBusy);
  CHECK_FALSE(rig.second.lock().is_locked());
}

TEST_CASE("T61c: a second reservation with the same ticket is -EALREADY") {
  Locks rig;
  WwContext ticket{rig.simulation.new_ticket()};
  CHECK(rig.run(reserve(rig.first, {.ticket = &ticket})) == 0);
  CHECK(rig.run(reserve(rig.first, {.ticket = &ticket})) == kAlready);
}

TEST_CASE("T61d: the younger transaction that wants what the older holds gets -EDEADLK") {
  Locks rig;
  WwContext older{rig.simulation.new_ticket()}, younger{rig.simulation.new_ticket()};
  CHECK(rig.run(reserve(rig.first, {.ticket = &older})) == 0);
  CHECK(rig.run(reserve(rig.second, {.ticket = &younger})) == 0);
  CHECK(rig.run(reserve(rig.first, {.ticket = &younger})) == kDeadlock);
}

TEST_CASE("T61e: a signal ends an interruptible wait with -ERESTARTSYS, and no other") {
  for (const bool interruptible : {true, false}) {
    Locks rig;
    const FencePtr released =
        make_intrusive<DmaFence>(rig.simulation, nullptr, new_fence_context(rig.simulation), 1);
    rig.start(hold(rig.first, nullptr, released));
    std::optional<int> error;
    const auto body = [](Locks& locks, bool may, std::optional<int>& result) -> Task<> {
      result = co_await reserve(locks.first, {.interruptible = may});
      if (*result == 0) locks.first.lock().unlock();
    };
    Process& waiter = rig.start(body(rig, interruptible, error));
    CHECK_FALSE(error);
    rig.simulation.interrupt(waiter);
    rig.simulation.run();
    CHECK(error == (interruptible ? std::optional<int>(kRestart) : std::nullopt));
    released->signal();
    rig.simulation.run();
    CHECK(error == (interruptible ? kRestart : 0));
    CHECK_FALSE(rig.first.lock().is_locked());  // who gave up waiting was not handed the lock
  }
}

TEST_CASE(
    "T61e: a signal that came before the wait ends it at once, but what is free is locked first") {
  Locks rig;
  const FencePtr never =
      make_intrusive<DmaFence>(rig.simulation, nullptr, new_fence_context(rig.simulation), 1);
  rig.start(hold(rig.first, nullptr, never));
  const auto body = [](Locks& locks) -> Task<int> {
    locks.simulation.interrupt(*locks.simulation.current());
    const int at_once = co_await reserve(locks.second, {.interruptible = true});
    CHECK(at_once == 0);
    co_return co_await reserve(locks.first, {.interruptible = true});
  };
  CHECK(rig.run(body(rig)) == kRestart);
}
