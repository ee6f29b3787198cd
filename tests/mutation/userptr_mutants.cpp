// Bugs in what an MMU notifier does, which reclaim may call.
#include "models/gpu/hw_queue.hpp"
#include "models/machine.hpp"
#include "models/userptr/process_memory.hpp"
#include "models/vm/user_vm.hpp"
#include "tests/mutation/forwarding.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

namespace {

using core::Task;
using models::Buffer;
using models::Usage;

std::vector<core::FencePtr> fences_of(Buffer& buffer, Usage usage) {
  std::vector<core::FencePtr> fences;
  buffer.resv().for_each(usage, [&](const auto& entry) { fences.push_back(entry.fence); });
  return fences;
}

/// What a notifier does under its lock: who has not published yet tries again.
Task<> mark(models::Invalidation range) {
  core::RwLock& lock = range.client->memory().notifier_lock(range.gpu);
  co_await lock.lock_write();
  range.buffer.user_pages()->set_sequence({range.client, &range.gpu});
  lock.unlock_write();
}

class WaitsForNobody final : public ForwardingUserptr {
 public:
  using ForwardingUserptr::ForwardingUserptr;
  Task<> invalidate(models::Invalidation range) override { co_await mark(range); }
};

class WaitsForWriters final : public ForwardingUserptr {
 public:
  using ForwardingUserptr::ForwardingUserptr;
  Task<> invalidate(models::Invalidation range) override {
    const auto fences = fences_of(range.buffer, Usage::write);
    for (std::size_t i = 0; i < fences.size(); ++i)
      co_await fences[i]->wait(core::WaitReason::notifier);
    co_await mark(range);
  }
};

class WaitsForOne final : public ForwardingUserptr {
 public:
  using ForwardingUserptr::ForwardingUserptr;
  Task<> invalidate(models::Invalidation range) override {
    const auto fences = fences_of(range.buffer, Usage::bookkeep);
    if (!fences.empty()) co_await fences.front()->wait(core::WaitReason::notifier);
    co_await mark(range);
  }
};

class LocksTheReservation final : public ForwardingUserptr {
 public:
  using ForwardingUserptr::ForwardingUserptr;
  Task<> invalidate(models::Invalidation range) override {
    co_await range.buffer.resv().lock().lock(nullptr);
    co_await right().invalidate(range);
    range.buffer.resv().lock().unlock();
  }
};

/// Polls: nobody tells the producer of a lazily signaled fence that somebody waits.
class Polls final : public ForwardingUserptr {
 public:
  Polls(std::unique_ptr<models::UserptrPolicy> right, core::Simulation& simulation)
      : ForwardingUserptr(std::move(right)), simulation_(simulation) {}
  Task<> invalidate(models::Invalidation range) override {
    while (!range.buffer.resv().test_signaled(Usage::bookkeep))
      co_await core::sleep_for(simulation_, kPause, core::WaitReason::notifier);
    co_await mark(range);
  }

 private:
  static constexpr core::Duration kPause{100'000};
  core::Simulation& simulation_;
};

/// Allocates a record of what it did, with GFP_KERNEL.
class Allocates final : public ForwardingUserptr {
 public:
  Allocates(std::unique_ptr<models::UserptrPolicy> right, core::Simulation& simulation)
      : ForwardingUserptr(std::move(right)), simulation_(simulation) {}
  Task<> invalidate(models::Invalidation range) override {
    core::note_allocation(simulation_, range.buffer.pool->order_class, core::AllocContext::kernel);
    return right().invalidate(range);
  }

 private:
  core::Simulation& simulation_;
};

class StopsOneAddressSpace final : public ForwardingUserptr {
 public:
  using ForwardingUserptr::ForwardingUserptr;
  Task<> invalidate(models::Invalidation range) override {
    if (!range.buffer.vms.empty()) co_await range.buffer.vms.front()->stop_for_notifier();
    co_await mark(range);
  }
};

class WaitsForTheProgram final : public ForwardingUserptr {
 public:
  using ForwardingUserptr::ForwardingUserptr;
  Task<> invalidate(models::Invalidation range) override {
    const std::vector<models::UserVm*> vms = range.buffer.vms;
    for (models::UserVm* vm : vms)
      for (const models::HwQueue* queue : vm->queues()) {
        if (queue->jobs().empty()) continue;
        const models::SyncPoint last = queue->jobs().back()->completion;
        co_await last.wait({.reason = core::WaitReason::value});
      }
    co_await right().invalidate(range);
  }
};

template <class Policy>
Seed notifies() {
  return [](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState&) {
    set.userptr = std::make_unique<Policy>(std::move(set.userptr));
  };
}

template <class Policy>
Seed notifies_in_run() {
  return
      [](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState& run) {
        set.userptr = std::make_unique<Policy>(std::move(set.userptr), run.simulation);
      };
}

}  // namespace

void add_userptr_mutants(std::vector<Mutant>& mutants) {
  mutants.push_back(
      {.name = "notifier-waits-for-nobody",
       .axis = "userptr",
       .scenario = "userptr",
       .stack = "linux-implicit",
       .bug = "the MMU notifier marks the range invalid and does not wait for the jobs on it",
       .source = "Documentation/gpu/drm-vm-bind-locking.rst",
       .seed = notifies<WaitsForNobody>()});
  mutants.push_back(
      {.name = "notifier-waits-for-writers",
       .axis = "userptr",
       .scenario = "userptr",
       .stack = "linux-implicit",
       .bug = "the MMU notifier waits for writers, and not for jobs that read the pages",
       .source = "include/linux/dma-resv.h: moving memory needs BOOKKEEP",
       .seed = notifies<WaitsForWriters>()});
  mutants.push_back({.name = "notifier-waits-for-one",
                     .axis = "userptr",
                     .scenario = "userptr",
                     .stack = "linux-implicit",
                     .bug = "the MMU notifier waits for the first fence of several",
                     .seed = notifies<WaitsForOne>()});
  mutants.push_back({.name = "notifier-locks",
                     .axis = "userptr",
                     .scenario = "userptr",
                     .stack = "linux-implicit",
                     .bug = "the MMU notifier locks the reservation of the buffer",
                     .source = "i915 484d9a844d (D10); Documentation/gpu/drm-vm-bind-locking.rst",
                     .seed = notifies<LocksTheReservation>()});
  mutants.push_back({.name = "notifier-allocates",
                     .axis = "userptr",
                     .scenario = "userptr",
                     .stack = "linux-implicit",
                     .bug = "the MMU notifier allocates a small record",
                     .source = "nouveau's SVM notifier, lkml 2001.1/01195 (D11)",
                     .seed = notifies_in_run<Allocates>()});
  mutants.push_back({.name = "notifier-polls",
                     .axis = "userptr",
                     .scenario = "userptr-user",
                     .stack = "notifier-wait",
                     .bug = "the MMU notifier polls the preempt fence instead of waiting for it, "
                            "so that nobody arms it",
                     .source = "include/linux/dma-fence.h: is_signaled does not enable signalling",
                     .seed = notifies_in_run<Polls>()});
  mutants.push_back(
      {.name = "notifier-stops-one",
       .axis = "userptr",
       .scenario = "userptr-user",
       .stack = "notifier-preempt",
       .bug = "the MMU notifier stops the queues of the first address space that has the pages",
       .seed = notifies<StopsOneAddressSpace>()});
  mutants.push_back({.name = "notifier-waits-for-program",
                     .axis = "userptr",
                     .scenario = "userptr-value",
                     .stack = "notifier-preempt",
                     .bug = "the MMU notifier waits until the program's own fences are written",
                     .source = "Documentation/driver-api/dma-buf.rst, Indefinite DMA Fences",
                     .seed = notifies<WaitsForTheProgram>()});
}

}  // namespace fencelab::mutation
