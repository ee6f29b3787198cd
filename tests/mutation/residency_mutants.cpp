// Bugs in how memory is taken from running work.
#include "models/gpu/hw_queue.hpp"
#include "models/machine.hpp"
#include "models/vm/user_vm.hpp"
#include "tests/mutation/forwarding.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

namespace {

using core::Task;
using models::UserVm;

class NoEndOfBatch final : public ForwardingResidency {
 public:
  using ForwardingResidency::ForwardingResidency;
  bool end_of_batch_fences() const override { return false; }
};

class NoPreemptFence final : public ForwardingResidency {
 public:
  using ForwardingResidency::ForwardingResidency;
  bool preempts() const override { return false; }
};

class SavesIntoNewMemory final : public ForwardingResidency {
 public:
  using ForwardingResidency::ForwardingResidency;
  Task<> before_suspend(UserVm& vm) override {
    models::Memory& memory = vm.gpu().machine().memory();
    const auto saved =
        co_await memory.reserve(*vm.gpu().vram, kSaveArea,
                                {models::AllocRequest::Context::signalling, &vm.client(), nullptr});
    co_await right().before_suspend(vm);
    if (saved == models::Placement::ok) memory.unreserve(*vm.gpu().vram, kSaveArea);
  }

 private:
  static constexpr std::uint64_t kSaveArea = 1 << 20;
};

class LocksItsBuffers final : public ForwardingResidency {
 public:
  using ForwardingResidency::ForwardingResidency;
  Task<> before_suspend(UserVm& vm) override {
    std::vector<models::Buffer*> buffers;
    for (const auto& buffer : vm.gpu().machine().buffers())
      if (buffer->home() == &vm.gpu() && buffer->owner() == &vm.client())
        buffers.push_back(buffer.get());
    for (models::Buffer* buffer : buffers) co_await buffer->resv().lock().lock(nullptr);
    co_await right().before_suspend(vm);
    for (models::Buffer* buffer : buffers) buffer->resv().lock().unlock();
  }
};

class DrainsItsQueues final : public ForwardingResidency {
 public:
  using ForwardingResidency::ForwardingResidency;
  Task<> before_suspend(UserVm& vm) override {
    for (std::size_t i = 0; i < vm.queues().size(); ++i) {
      const models::HwQueue* queue = vm.queues()[i];
      if (queue->jobs().empty()) continue;
      const models::SyncPoint last = queue->jobs().back()->completion;
      if (!last.done()) co_await last.wait({.reason = core::WaitReason::value});
    }
    co_await right().before_suspend(vm);
  }
};

/// The minimum run time of a queue that has just come back does not count.
class NoMinimum final : public ForwardingResidency {
 public:
  using ForwardingResidency::ForwardingResidency;
  Task<> before_suspend(UserVm&) override { co_return; }
};

template <class Policy>
Seed takes() {
  return [](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState&) {
    set.residency = std::make_unique<Policy>(std::move(set.residency));
  };
}

}  // namespace

void add_residency_mutants(std::vector<Mutant>& mutants) {
  mutants.push_back(
      {.name = "no-end-of-batch",
       .axis = "residency",
       .scenario = "pressure",
       .stack = "vulkan-explicit",
       .bug = "jobs of an explicitly synchronised process leave no BOOKKEEP fence on their buffers",
       .source = "include/linux/dma-resv.h: explicit submissions are BOOKKEEP, so that memory "
                 "management sees them",
       .seed = takes<NoEndOfBatch>()});
  mutants.push_back(
      {.name = "no-preempt-fence",
       .axis = "residency",
       .scenario = "user-pressure",
       .stack = "preempt",
       .bug =
           "the address space of user queues has no preempt fence: its memory goes while they run",
       .source = "drivers/gpu/drm/xe/xe_vm.c: LR VMs need preempt fences",
       .seed = takes<NoPreemptFence>()});
  mutants.push_back(
      {.name = "saves-into-new-memory",
       .axis = "residency",
       .scenario = "user-pressure",
       .stack = "preempt",
       .bug = "the area that a queue's state is saved to is allocated when it is preempted",
       .source = "dma-fence.c, cross-driver contract; KFD allocates its CWSR area at creation",
       .seed = takes<SavesIntoNewMemory>()});
  mutants.push_back(
      {.name = "locks-its-buffers",
       .axis = "residency",
       .scenario = "user-pressure",
       .stack = "preempt",
       .bug = "the suspend worker locks the reservations of the address space before it signals",
       .source = "dma-fence.c, cross-driver contract (D04); KFD's SVM eviction (D19)",
       .seed = takes<LocksItsBuffers>()});
  mutants.push_back({.name = "drains-its-queues",
                     .axis = "residency",
                     .scenario = "user-value",
                     .stack = "preempt",
                     .bug = "a preempt fence waits until the queues have run dry",
                     .source = "amdgpu_userq.c, fc3336be (D24)",
                     .seed = takes<DrainsItsQueues>()});
  mutants.push_back(
      {.name = "no-minimum-run",
       .axis = "residency",
       .scenario = "user-rivals",
       .stack = "preempt",
       .bug = "a queue that has just been restored can be stopped again before it has run",
       .source = "IGT xe_noexec_ping_pong (D29)",
       .seed = takes<NoMinimum>()});
}

}  // namespace fencelab::mutation
