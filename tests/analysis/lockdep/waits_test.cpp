// Completions, user fences, work queues: who must bring something about, and what it needs first.
#include <catch2/catch.hpp>

#include "tests/analysis/lockdep/kernel_scenes.hpp"

using namespace fencelab::analysis;
using namespace fencelab::analysis::test;
namespace core = fencelab::core;
using core::FencePtr;
using core::Task;

namespace {

Task<> complete_after(core::Mutex* needed, core::Completion& done) {
  if (needed) {
    co_await needed->lock();
    needed->unlock();
  }
  done.complete();
}

Task<> wait_under(Kernel& kernel, core::Mutex& lock, core::Completion& done) {
  co_await core::sleep_for(kernel.simulation, core::Duration(10));
  co_await lock.lock();
  co_await done.wait(core::WaitReason::lock);
  lock.unlock();
}

Task<> signal_value(core::Mutex* needed, core::ValueTimeline& value) {
  if (needed) {
    co_await needed->lock();
    needed->unlock();
  }
  value.advance(1);
}

Task<> wait_for_value(core::Mutex& lock, core::ValueTimeline& value) {
  co_await lock.lock();
  co_await value.wait(1);
  lock.unlock();
}

Task<> resv_over_value(Kernel& kernel, core::ValueTimeline& value) {
  co_await kernel.resv.lock(&kernel.ticket);
  co_await value.wait(1);
  kernel.resv.unlock();
}

Task<> ping(core::ValueTimeline& mine, core::ValueTimeline& theirs) {
  for (std::uint64_t i = 1; i <= 4; ++i) {
    mine.advance(i);
    co_await theirs.wait(i);
  }
}

Task<> work(Kernel& kernel, core::Mutex& lock) {
  const auto queue = kernel.in_queue("restore_wq", false);
  const auto item = kernel.in_work("restore_work");
  co_await lock.lock();
  lock.unlock();
}

Task<> flush_under(Kernel& kernel, core::Mutex& lock, core::OrderKind kind, std::string what) {
  co_await lock.lock();
  core::note_might_wait(kernel.simulation, kernel.of(kind, what));
  lock.unlock();
}

/// Two items of one queue: one takes the lock, the other signals a fence.
Task<> two_items(Kernel& kernel, bool ordered, FencePtr fence) {
  {
    const auto queue = kernel.in_queue("preempt_wq", ordered);
    co_await kernel.lock.lock();
    kernel.lock.unlock();
  }
  const auto queue = kernel.in_queue("preempt_wq", ordered);
  co_await kernel.signal_in_section(fence, nullptr);
}

Rules queue_verdict(bool ordered) {
  Kernel kernel;
  const FencePtr fence = kernel.fence("a");
  kernel.start("kworker", two_items(kernel, ordered, fence));
  kernel.start("rebind", kernel.wait_under(kernel.lock, fence));
  return kernel.reported();
}

Task<> wait_then_signal(Kernel& kernel, bool ordered, FencePtr over, FencePtr next) {
  {
    const auto queue = kernel.in_queue("wq", ordered);
    co_await over->wait();
  }
  const auto queue = kernel.in_queue("wq", ordered);
  co_await kernel.signal_in_section(next, nullptr);
}

Task<> reclaim_waits(Kernel& kernel, core::ValueTimeline& value) {
  const auto here = kernel.in_reclaim();
  co_await value.wait(1);
}

Task<> message_handler(Kernel& kernel, core::Completion& tlb_ack) {
  {
    const auto channel = kernel.in_queue("firmware channel", true);
    kernel.alloc();
  }
  const auto channel = kernel.in_queue("firmware channel", true);
  tlb_ack.complete();
  co_return;
}

Task<> evict(Kernel& kernel, core::Completion& tlb_ack) {
  const auto here = kernel.in_reclaim();
  co_await tlb_ack.wait(core::WaitReason::firmware);
}

}  // namespace

TEST_CASE("A completion waited for under a lock that its provider took before [D21, D48]") {
  Kernel kernel;
  core::Completion done(kernel.simulation, "flush done");
  kernel.start("provider", complete_after(&kernel.lock, done));
  kernel.start("waiter", wait_under(kernel, kernel.lock, done));
  CHECK(kernel.reported() == Rules{"completion-under-lock"});
}

TEST_CASE("A completion whose provider needs no lock may be waited for under one") {
  Kernel kernel;
  core::Completion done(kernel.simulation, "flush done");
  kernel.start("provider", complete_after(nullptr, done));
  kernel.start("waiter", wait_under(kernel, kernel.lock, done));
  CHECK(kernel.reported().empty());
}

TEST_CASE("A value waited for under a lock that its signaller takes first [D36, D48]") {
  Kernel wrong, right;
  core::ValueTimeline bad(wrong.simulation, "u"), good(right.simulation, "u");
  wrong.start("signaller", signal_value(&wrong.lock, bad));
  wrong.start("waiter", wait_for_value(wrong.lock, bad));
  CHECK(wrong.reported() == Rules{"wait-under-lock"});
  right.start("signaller", signal_value(nullptr, good));
  right.start("waiter", wait_for_value(right.lock, good));
  CHECK(right.reported().empty());
}

TEST_CASE(
    "A user fence waited for under a reservation, whatever its signaller does this time [D36]") {
  Kernel kernel;
  core::ValueTimeline value(kernel.simulation, "u", 1);
  kernel.start("ioctl", resv_over_value(kernel, value));
  CHECK(kernel.reported() == Rules{"wait-under-lock"});
}

TEST_CASE("Two processes that pass values back and forth close no cycle: values rise") {
  Kernel kernel;
  core::ValueTimeline one(kernel.simulation, "one"), two(kernel.simulation, "two");
  kernel.start("one", ping(one, two));
  kernel.start("two", ping(two, one));
  CHECK(kernel.reported().empty());
}

TEST_CASE("A kernel fence that was promised on a user fence [D01, D34, D37]") {
  Kernel kernel;
  core::ValueTimeline value(kernel.simulation, "u", 1);
  core::note_dependency(*kernel.fence("a"), value);
  CHECK(kernel.reported() == Rules{"fence-depends-on-user-fence"});
}

TEST_CASE("Work that takes a lock is flushed under it, by item and by queue [D21]") {
  using Flushed = std::pair<core::OrderKind, std::string>;
  for (const auto& [kind, what] : {Flushed{core::OrderKind::work, "restore_work"},
                                   Flushed{core::OrderKind::queue, "restore_wq"}}) {
    Kernel kernel;
    kernel.start("kworker", work(kernel, kernel.lock));
    kernel.start("exit", flush_under(kernel, kernel.lock, kind, what));
    CHECK(kernel.reported() == Rules{"flush-under-lock"});
  }
}

TEST_CASE("Flushing other work under the lock is fine") {
  Kernel kernel;
  kernel.start("kworker", work(kernel, kernel.lock));
  kernel.start("exit", flush_under(kernel, kernel.lock, core::OrderKind::work, "other_work"));
  CHECK(kernel.reported().empty());
}

TEST_CASE(
    "A fence signaled from an ordered queue stands behind items that take its waiter's lock "
    "[D27]") {
  CHECK(queue_verdict(true) == Rules{"flush-under-lock"});
  CHECK(queue_verdict(false).empty());
}

TEST_CASE("An item of an ordered queue that waits for a fence which items behind it signal") {
  for (const bool ordered : {true, false}) {
    Kernel kernel;
    const FencePtr over = kernel.fence("a"), next = kernel.fence("a");
    over->signal();
    kernel.start("kworker", wait_then_signal(kernel, ordered, over, next));
    const Rules expected = ordered ? Rules{"ordered-queue-wait"} : Rules{};
    CHECK(kernel.reported() == expected);
  }
}

TEST_CASE("Reclaim that waits for a user fence") {
  Kernel kernel;
  core::ValueTimeline value(kernel.simulation, "u", 1);
  kernel.start("kswapd", reclaim_waits(kernel, value));
  CHECK(kernel.reported() == Rules{"user-fence-in-reclaim"});
}

TEST_CASE(
    "A handler that allocates on the channel that brings the answer reclaim waits for [D33]") {
  Kernel kernel;
  core::Completion tlb_ack(kernel.simulation, "TLB invalidation acknowledged");
  kernel.start("handler", message_handler(kernel, tlb_ack));
  kernel.start("kswapd", evict(kernel, tlb_ack));
  CHECK(kernel.reported() == Rules{"completion-in-reclaim"});
}

TEST_CASE("A notifier that waits for the end of notifiers [D22]") {
  Kernel kernel;
  const auto last_put = [](Kernel& in) -> Task<> {
    const auto here = in.in_notifier();
    core::note_might_wait(in.simulation, in.notifier);
    co_return;
  };
  kernel.start("munmap", last_put(kernel));
  CHECK(kernel.reported() == Rules{"notifier-recursion"});
}
