// Who may wait for what, by context: reported although nothing waited for long and nothing closes a
// cycle.
#include <catch2/catch.hpp>

#include "analysis/lockdep/rules.hpp"
#include "tests/analysis/lockdep/kernel_scenes.hpp"

using namespace fencelab;
using namespace fencelab::analysis;
using namespace fencelab::analysis::test;
using core::AllocContext;
using core::FencePtr;
using core::Task;

namespace {

/// An allocation of that context reclaims and waits for a fence in there.
Task<> reclaim_and_wait(Kernel& kernel, AllocContext context, FencePtr fence, bool notifier) {
  kernel.alloc(context);
  const auto reclaim = kernel.in_reclaim();
  if (notifier) {
    const auto here = kernel.in_notifier();
    co_await fence->wait();
  } else {
    co_await fence->wait();
  }
}

Task<> reserve_in(Kernel& kernel, bool notifier) {
  if (notifier) {
    const auto here = kernel.in_notifier();
    co_await kernel.resv.lock(&kernel.ticket);
  } else {
    const auto here = kernel.in_reclaim();
    co_await kernel.resv.lock(&kernel.ticket);
  }
  kernel.resv.unlock();
}

Task<> try_in_reclaim(Kernel& kernel) {
  const auto here = kernel.in_reclaim();
  if (kernel.resv.try_lock(&kernel.ticket)) kernel.resv.unlock();
  co_return;
}

Rules verdict(AllocContext context, bool notifier) {
  Kernel kernel;
  const FencePtr fence = kernel.fence("a");
  fence->signal();
  kernel.start("allocates", reclaim_and_wait(kernel, context, fence, notifier));
  return kernel.reported();
}

}  // namespace

TEST_CASE("A shrinker waits for fences only on behalf of allocations that may call shrinkers") {
  CHECK(verdict(AllocContext::kernel, false).empty());
  CHECK(verdict(AllocContext::noio, false) == Rules{"fence-wait-in-nofs-reclaim"});
  CHECK(verdict(AllocContext::atomic, false) == Rules{"fence-wait-in-atomic-context"});
}

TEST_CASE("A notifier may wait for fences wherever it is called from") {
  CHECK(verdict(AllocContext::kernel, true).empty());
  CHECK(verdict(AllocContext::noio, true).empty());
}

TEST_CASE("Notifiers and reclaim only try reservations") {
  Kernel notifier, reclaim, trying;
  notifier.start("unmaps", reserve_in(notifier, true));
  CHECK(notifier.reported().contains("resv-lock-in-notifier"));
  reclaim.start("shrinks", reserve_in(reclaim, false));
  CHECK(reclaim.reported().contains("resv-lock-in-reclaim"));
  trying.start("shrinks", try_in_reclaim(trying));
  CHECK(trying.reported().empty());
}

TEST_CASE("What a context forbids is told with who waited, what it was in and what for") {
  Kernel kernel;
  const FencePtr fence = kernel.fence("a");
  fence->signal();
  kernel.start("allocates", reclaim_and_wait(kernel, AllocContext::noio, fence, false));
  const auto reports = kernel.run().reports;
  REQUIRE(reports.size() == 1);
  CHECK(is_about_contexts(reports.front().rule));
  const EdgeWitness& witness = reports.front().edges.front().witness;
  CHECK(witness.process_name == "allocates");
  CHECK(witness.object == fence->id());
  REQUIRE(witness.from < witness.held.size());
  CHECK(witness.held[witness.from].label == kReclaimClass);
}
