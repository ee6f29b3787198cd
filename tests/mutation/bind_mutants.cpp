// Bugs in when page tables are updated and when memory for them is taken.
#include "models/machine.hpp"
#include "models/vm/gpu_vm.hpp"
#include "tests/mutation/forwarding.hpp"
#include "tests/mutation/mutant.hpp"

namespace fencelab::mutation {

namespace {

using core::Task;
using models::BindQueue;
using models::BindRequestPtr;

constexpr models::AllocRequest kIoctl{models::AllocRequest::Context::ioctl, nullptr, nullptr};

class AllocatesAtRun final : public ForwardingBind {
 public:
  using ForwardingBind::ForwardingBind;
  Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    request->done = queue.new_fence();
    if (queue.vm().admit(*request) == 0) queue.push(std::move(request));
    co_return;
  }
};

class SignalsWhenQueued final : public ForwardingBind {
 public:
  using ForwardingBind::ForwardingBind;
  Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    co_await right().bind(queue, request);
    request->done->signal();
  }
};

class IgnoresInFences final : public ForwardingBind {
 public:
  using ForwardingBind::ForwardingBind;
  Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    request->in.clear();
    return right().bind(queue, std::move(request));
  }
};

class ForgetsFenceOnError final : public ForwardingBind {
 public:
  using ForwardingBind::ForwardingBind;
  Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    models::GpuVm& vm = queue.vm();
    request->done = queue.new_fence();
    if (vm.admit(*request) != 0) co_return;
    const bool taken =
        co_await vm.take_tables(request, vm.missing_tables_when_planned(*request), kIoctl);
    if (!taken) co_return;
    vm.plan(*request);
    queue.push(std::move(request));
  }
};

class ForgetsTableOrder final : public ForwardingBind {
 public:
  using ForwardingBind::ForwardingBind;
  Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    models::GpuVm& vm = queue.vm();
    request->done = queue.new_fence();
    if (vm.admit(*request) != 0) co_return;
    co_await vm.take_tables(request, vm.missing_tables_when_planned(*request), kIoctl);
    const auto asked_for = request->in;
    vm.plan(*request);
    request->in = asked_for;
    queue.push(std::move(request));
  }
};

/// Has a lock of the whole address space.
class WaitsUnderVmLock final : public ForwardingBind {
 public:
  WaitsUnderVmLock(std::unique_ptr<models::BindPolicy> right, core::Simulation& simulation)
      : ForwardingBind(std::move(right)), vm_(simulation, "vm lock") {}
  Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    co_await vm_.lock();
    co_await right().bind(queue, std::move(request));
    vm_.unlock();
  }

 private:
  core::Mutex vm_;
};

template <class Policy>
Seed binds() {
  return [](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState&) {
    set.bind = std::make_unique<Policy>(std::move(set.bind));
  };
}

Seed waits_under_vm_lock() {
  return
      [](models::DriverPolicies& set, const policies::ParameterValues&, policies::RunState& run) {
        set.bind = std::make_unique<WaitsUnderVmLock>(std::move(set.bind), run.simulation);
      };
}

}  // namespace

void add_bind_mutants(std::vector<Mutant>& mutants) {
  mutants.push_back({.name = "allocates-at-run",
                     .axis = "bind",
                     .scenario = "bind-and-draw",
                     .stack = "async",
                     .bug = "page-table memory is allocated when the bind runs",
                     .source = "Documentation/gpu/drm-vm-bind-async.rst (D05)",
                     .seed = binds<AllocatesAtRun>()});
  mutants.push_back(
      {.name = "signals-when-queued",
       .axis = "bind",
       .scenario = "bind-and-draw",
       .stack = "async",
       .bug = "a bind's fence is signaled when the bind is queued, not when it is done",
       .seed = binds<SignalsWhenQueued>()});
  mutants.push_back({.name = "ignores-in-fences",
                     .axis = "bind",
                     .scenario = "bind-and-draw",
                     .stack = "async",
                     .bug = "a bind does not wait for its in-fences",
                     .seed = binds<IgnoresInFences>()});
  mutants.push_back(
      {.name = "forgets-bind-fence-on-error",
       .axis = "bind",
       .scenario = "bind-fails",
       .stack = "async",
       .bug = "a bind that gets no page-table memory returns without signalling its fence",
       .source = "Documentation/gpu/drm-vm-bind-async.rst: errors leave the VM as it was",
       .seed = binds<ForgetsFenceOnError>()});
  mutants.push_back({.name = "forgets-table-order",
                     .axis = "bind",
                     .scenario = "two-bind-queues",
                     .stack = "async",
                     .bug =
                         "binds of different queues that need the same new page table run in any "
                         "order, so that the first takes the table that the other has memory for",
                     .source = "drivers/gpu/drm/xe/xe_pt.c, range fences (T112)",
                     .seed = binds<ForgetsTableOrder>()});
  mutants.push_back(
      {.name = "waits-under-vm-lock",
       .axis = "bind",
       .scenario = "two-binds",
       .stack = "sync",
       .bug = "in-fences of a synchronous bind are waited for under the lock of the address space",
       .source = "drivers/gpu/drm/xe/xe_preempt_fence.c on vm->lock (D27)",
       .seed = waits_under_vm_lock()});
}

}  // namespace fencelab::mutation
