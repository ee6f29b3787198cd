// What the MMU notifier does before pages of a process may go away.
#include "models/machine.hpp"
#include "models/vm/user_vm.hpp"
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

/// Waits for every fence of the buffer, without limit: what xe and amdgpu do in dma-fence mode.
class NotifierWait final : public models::UserptrPolicy {
 public:
  bool pinned() const override { return false; }
  core::Task<> invalidate(models::Buffer& buffer) override {
    std::vector<core::FencePtr> fences;
    buffer.resv().for_each(models::Usage::bookkeep,
                           [&](const auto& entry) { fences.push_back(entry.fence); });
    for (std::size_t i = 0; i < fences.size(); ++i)
      if (!fences[i]->is_signaled()) co_await fences[i]->wait(core::WaitReason::notifier);
    buffer.placement.write();
    ++buffer.generation;
  }
};

/// Stops the queues that use the pages and waits for nothing else: what KFD does.
class NotifierPreempt final : public models::UserptrPolicy {
 public:
  bool pinned() const override { return false; }
  core::Task<> invalidate(models::Buffer& buffer) override {
    buffer.placement.read();
    const std::vector<models::UserVm*> vms = buffer.vms;
    for (std::size_t i = 0; i < vms.size(); ++i) co_await vms[i]->stop_for_notifier();
    buffer.placement.write();
    ++buffer.generation;
  }
};

/// Long-term pin: the pages stay whatever happens.
class Pin final : public models::UserptrPolicy {
 public:
  bool pinned() const override { return true; }
  core::Task<> invalidate(models::Buffer&) override { co_return; }
};

}  // namespace

void add_userptr_policies(Registry& registry) {
  registry.add(
      {"userptr",
       "notifier-wait",
       "the notifier waits for the GPU work on the range",
       "Documentation/gpu/drm-vm-bind-locking.rst; xe_userptr.c",
       {},
       [](auto& set, const auto&, RunState&) { set.userptr = std::make_unique<NotifierWait>(); }});
  registry.add({"userptr",
                "notifier-preempt",
                "the notifier stops the queues; no fence is waited for",
                "drivers/gpu/drm/amd/amdkfd (HSA userptr)",
                {},
                [](auto& set, const auto&, RunState&) {
                  set.userptr = std::make_unique<NotifierPreempt>();
                }});
  registry.add({"userptr",
                "pin",
                "pages are pinned for the long term: no notifier, no reclaim",
                "Documentation/core-api/pin_user_pages.rst, case 2",
                {},
                [](auto& set, const auto&, RunState&) { set.userptr = std::make_unique<Pin>(); }});
}

}  // namespace fencelab::policies
