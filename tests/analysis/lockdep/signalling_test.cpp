// Signalling sections, reclaim and notifiers: the rules of the cross-driver contract, predicted
// from programs that complete. Numbers in brackets count the
// documented deadlocks as the scenario library does.
#include <catch2/catch.hpp>

#include "tests/analysis/lockdep/kernel_scenes.hpp"

using namespace fencelab::analysis;
using namespace fencelab::analysis::test;
namespace core = fencelab::core;
using core::AllocContext;
using core::FencePtr;
using core::Task;

namespace {

Task<> signal_at(Kernel& kernel, FencePtr fence, std::int64_t ns) {
  co_await core::sleep_for(kernel.simulation, core::Duration(ns));
  fence->signal();
}

Task<> wait_in_section(Kernel& kernel, FencePtr own, FencePtr other) {
  const auto here = kernel.section(own);
  co_await other->wait();
  own->signal();
}

Task<> notify(Kernel& kernel, core::Mutex* taken, FencePtr waited, bool allocates) {
  const auto here = kernel.in_notifier();
  if (taken) {
    co_await taken->lock();
    taken->unlock();
  }
  if (allocates) kernel.alloc();
  if (waited) co_await waited->wait();
}

/// Takes the lock after the fence was there, and signals under it without any section.
Task<> signal_under(core::Mutex& lock, FencePtr fence) {
  co_await lock.lock();
  fence->signal();
  lock.unlock();
}

Task<> hold_resv_and_wait(Kernel& kernel, FencePtr fence) {
  co_await kernel.resv.lock(&kernel.ticket);
  co_await fence->wait();
  kernel.resv.unlock();
}

Task<> resv_in_section(Kernel& kernel, FencePtr fence) {
  const auto here = kernel.section(fence);
  co_await kernel.resv.lock(nullptr);
  kernel.resv.unlock();
  fence->signal();
}

Task<> resv_then_mmap(Kernel& kernel) {
  co_await kernel.resv.lock(&kernel.ticket);
  co_await kernel.mmap_lock.lock();
  kernel.mmap_lock.unlock();
  kernel.resv.unlock();
}

Task<> mmap_then_resv(Kernel& kernel) {
  co_await kernel.mmap_lock.lock();
  co_await kernel.resv.lock(nullptr);
  kernel.resv.unlock();
  kernel.mmap_lock.unlock();
}

Task<> shrink_with(Kernel& kernel, core::Mutex& object_lock, FencePtr fence) {
  const auto here = kernel.in_reclaim();
  CHECK(object_lock.try_lock());
  co_await fence->wait();
  object_lock.unlock();
}

Task<> migrate_in_reclaim(Kernel& kernel, core::Mutex& lock) {
  const auto here = kernel.in_reclaim();
  co_await lock.lock();
  lock.unlock();
}

Rules alloc_verdict(AllocContext context, bool published) {
  Kernel kernel;
  const FencePtr fence = kernel.fence("a", published);
  kernel.start("run_job", kernel.alloc_in_section(fence, context));
  return kernel.reported();
}

}  // namespace

TEST_CASE("A wait inside a signalling section of the same device is reported, though it was over") {
  Kernel kernel;
  const FencePtr own = kernel.fence("a"), other = kernel.fence("a");
  other->signal();
  kernel.start("worker", wait_in_section(kernel, own, other));
  CHECK(kernel.reported() == Rules{"wait-in-signalling-section"});
}

TEST_CASE(
    "Allocations in a signalling section: GFP_KERNEL and GFP_NOFS are reported [D05, D06, D14, "
    "D40]") {
  CHECK(alloc_verdict(AllocContext::kernel, true) == Rules{"alloc-in-signalling-section"});
  CHECK(alloc_verdict(AllocContext::noio, true) == Rules{"alloc-in-signalling-section"});
  CHECK(alloc_verdict(AllocContext::atomic, true).empty());
  CHECK(alloc_verdict(AllocContext::no_fence, true).empty());
}

TEST_CASE("A fence that nobody else can wait for may allocate before it signals") {
  CHECK(alloc_verdict(AllocContext::kernel, false).empty());
}

TEST_CASE(
    "With one class for all fences those of other devices and internal ones follow the rules") {
  for (const FenceClasses fences : {FenceClasses::each, FenceClasses::one}) {
    const bool one = fences == FenceClasses::one;
    Kernel waits(fences);
    const FencePtr own = waits.fence("a"), other = waits.fence("b");
    other->signal();
    waits.start("worker", wait_in_section(waits, own, other));
    CHECK(waits.reported() == (one ? Rules{"wait-in-signalling-section"} : Rules{}));

    Kernel allocates(fences);
    const FencePtr internal = allocates.fence("a", false), published = allocates.fence("b");
    published->signal();
    allocates.start("worker", allocates.alloc_in_section(internal, AllocContext::kernel));
    CHECK(allocates.reported() == (one ? Rules{"alloc-in-signalling-section"} : Rules{}));
  }
}

TEST_CASE(
    "A lock taken in a section and held over a wait for its fence is reported, in both orders "
    "[D03]") {
  for (const bool section_first : {true, false}) {
    Kernel kernel;
    const FencePtr first = kernel.fence("a"), second = kernel.fence("a");
    if (section_first) kernel.start("worker", kernel.signal_in_section(first, &kernel.lock));
    second->signal();
    kernel.start("waiter", kernel.wait_under(kernel.lock, second));
    if (!section_first) kernel.start("worker", kernel.signal_in_section(first, &kernel.lock));
    CHECK(kernel.reported() == Rules{"lock-in-signalling-section"});
  }
}

TEST_CASE(
    "A signal outside of any section is a section of one point: what is held stood before it") {
  Kernel kernel;
  const FencePtr first = kernel.fence("a"), second = kernel.fence("a");
  second->signal();
  kernel.start("worker", signal_under(kernel.lock, first));
  kernel.start("waiter", kernel.wait_under(kernel.lock, second));
  CHECK(kernel.reported() == Rules{"lock-in-signalling-section"});
}

TEST_CASE("A lock that was held before the fence existed does not stand before its signal") {
  Kernel kernel;
  const auto make_and_signal = [](Kernel& in) -> Task<> {
    co_await in.lock.lock();
    in.fence("a")->signal();
    in.lock.unlock();
  };
  kernel.start("worker", make_and_signal(kernel));
  const FencePtr other = kernel.fence("a");
  kernel.start("signaller", signal_at(kernel, other, 10));
  kernel.start("waiter", kernel.wait_under(kernel.lock, other));
  CHECK(kernel.reported().empty());
}

TEST_CASE("A reservation in a signalling path, with a waiter under it [D04]") {
  Kernel kernel;
  const FencePtr first = kernel.fence("a"), second = kernel.fence("a");
  kernel.start("signaller", signal_at(kernel, second, 10));
  kernel.start("waiter", hold_resv_and_wait(kernel, second));
  kernel.start("run_job", resv_in_section(kernel, first));
  CHECK(kernel.reported() == Rules{"lock-in-signalling-section"});
}

TEST_CASE("Waiting for a fence under a reservation is what reservations are for") {
  Kernel kernel;
  const FencePtr fence = kernel.fence("a");
  kernel.start("signaller", signal_at(kernel, fence, 10));
  kernel.start("waiter", hold_resv_and_wait(kernel, fence));
  CHECK(kernel.reported().empty());
}

TEST_CASE(
    "mmap_lock under a reservation breaks the order of the contract, from one side alone [D08, "
    "D09]") {
  Kernel wrong, right;
  wrong.start("gup", resv_then_mmap(wrong));
  CHECK(wrong.reported() == Rules{"lock-order"});
  right.start("fault", mmap_then_resv(right));
  CHECK(right.reported().empty());
}

TEST_CASE(
    "A lock that a notifier takes and that is held around an allocation, in both orders [D10, "
    "D18]") {
  for (const bool notifier_first : {true, false}) {
    Kernel kernel;
    if (notifier_first) kernel.start("munmap", notify(kernel, &kernel.lock, nullptr, false));
    kernel.start("exec", kernel.alloc_under(kernel.lock));
    if (!notifier_first) kernel.start("munmap", notify(kernel, &kernel.lock, nullptr, false));
    CHECK(kernel.reported() == Rules{"notifier-lock-over-alloc"});
  }
}

TEST_CASE("An allocation in a notifier is reported [D11], a wait for a fence in one is allowed") {
  Kernel wrong, right;
  wrong.start("munmap", notify(wrong, nullptr, nullptr, true));
  CHECK(wrong.reported() == Rules{"alloc-in-notifier"});
  const FencePtr fence = right.fence("a");
  right.start("signaller", signal_at(right, fence, 10));
  right.start("munmap", notify(right, nullptr, fence, false));
  CHECK(right.reported().empty());
}

TEST_CASE("The recovery's lock is held over an allocation and taken by run_job [D12]") {
  Kernel kernel;
  kernel.start("run_job", kernel.signal_in_section(kernel.fence("a"), &kernel.lock));
  kernel.start("recover", kernel.alloc_under(kernel.lock));
  CHECK(kernel.reported() == Rules{"lock-in-signalling-section"});
}

TEST_CASE("run_job takes an object lock that the shrinker holds over its wait [D13]") {
  Kernel kernel;
  const FencePtr fence = kernel.fence("a");
  kernel.start("signaller", signal_at(kernel, fence, 10));
  kernel.start("shrinker", shrink_with(kernel, kernel.lock, fence));
  kernel.start("run_job", kernel.signal_in_section(kernel.fence("a"), &kernel.lock));
  CHECK(kernel.reported() == Rules{"lock-in-signalling-section"});
}

TEST_CASE(
    "An eviction fence whose worker takes mmap_lock, outer to reservations by contract [D19]") {
  Kernel kernel;
  const FencePtr waited = kernel.fence("a");
  kernel.start("signaller", signal_at(kernel, waited, 10));
  kernel.start("evict worker", kernel.signal_in_section(kernel.fence("a"), &kernel.mmap_lock));
  kernel.start("mover", hold_resv_and_wait(kernel, waited));
  CHECK(kernel.reported() == Rules{"lock-in-signalling-section"});
}

TEST_CASE(
    "A lock held over an allocation and taken again by the migration that reclaim starts [D20]") {
  Kernel kernel;
  kernel.start("fault", kernel.alloc_under(kernel.lock));
  kernel.start("kswapd", migrate_in_reclaim(kernel, kernel.lock));
  CHECK(kernel.reported() == Rules{"reclaim-lock-over-alloc"});
}

TEST_CASE(
    "Fence classes of devices that share nothing do not connect, and one shared fence connects "
    "them") {
  for (const bool shared : {false, true}) {
    Kernel kernel;
    const FencePtr of_a = kernel.fence("a"), of_b = kernel.fence("b");
    if (shared) core::note_dependency(*of_b, *of_a);
    of_b->signal();
    kernel.start("worker of a", kernel.signal_in_section(of_a, &kernel.lock));
    kernel.start("waiter for b", kernel.wait_under(kernel.lock, of_b));
    const Rules expected = shared ? Rules{"lock-in-signalling-section"} : Rules{};
    CHECK(kernel.reported() == expected);
  }
}

TEST_CASE(
    "Fences of two devices that depend on each other over time close no cycle by that alone") {
  Kernel kernel;
  const FencePtr a1 = kernel.fence("a"), b1 = kernel.fence("b"), a2 = kernel.fence("a");
  core::note_dependency(*b1, *a1);
  core::note_dependency(*a2, *b1);
  kernel.start("worker", kernel.signal_in_section(a1, nullptr));
  CHECK(kernel.reported().empty());
}
