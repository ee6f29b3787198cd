// What the MMU notifier does before pages of a process may go away.
#include "models/machine.hpp"
#include "models/svm/fault_service.hpp"
#include "models/userptr/process_memory.hpp"
#include "models/vm/user_vm.hpp"
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

/// What the policies of this axis share: how long pages take.
class Userptr : public models::UserptrPolicy {
 public:
  explicit Userptr(core::Duration page_cost, bool gets_late = false)
      : page_cost_(page_cost), gets_late_(gets_late) {}
  bool gets_pages_late() const override { return gets_late_; }
  core::Duration get_pages_cost(std::uint64_t bytes) const override {
    return static_cast<std::int64_t>((bytes + kPage - 1) / kPage) * page_cost_;
  }

 private:
  static constexpr std::uint64_t kPage = 4096;
  core::Duration page_cost_;
  bool gets_late_;
};

/// What a notifier allocates.
enum class NotifierMemory : std::uint8_t { none, kernel, nowait };

/// A notifier that marks the range under its lock: submissions that have not published yet try
/// again.
class Notifier : public Userptr {
 public:
  struct Options {
    core::Duration page_cost;
    bool locks_all_along;
    NotifierMemory memory;
    bool gets_late = false;
  };
  explicit Notifier(const Options& options)
      : Userptr(options.page_cost, options.gets_late), options_(options) {}
  bool pinned() const override { return false; }
  bool locks_all_along() const override { return options_.locks_all_along; }
  core::Task<> invalidate(models::Invalidation range) override {
    co_await mark(range);
    co_await take_off(range);
  }

 protected:
  /// Has submissions that have not published yet try again.
  core::Task<> mark(models::Invalidation range) {
    models::ProcessMemory& memory = range.client->memory();
    co_await memory.notifier_lock(range.gpu).lock_write();
    range.buffer.user_pages()->set_sequence({range.client, &range.gpu});
    if (options_.memory != NotifierMemory::none) co_await allocate(range);
    memory.notifier_lock(range.gpu).unlock_write();
  }
  /// Returns when the device is off the pages.
  virtual core::Task<> take_off(models::Invalidation range) = 0;

 private:
  // A record for user space, gone again once it is read. Inside reclaim PF_MEMALLOC keeps it from
  // reclaiming anew.
  core::Task<> allocate(models::Invalidation range) {
    models::Memory& memory = range.gpu.machine().memory();
    const bool may_reclaim = options_.memory == NotifierMemory::kernel &&
                             range.cause != models::InvalidationCause::reclaim;
    models::AllocRequest request{models::AllocRequest::Context::ioctl, range.client};
    request.gfp = may_reclaim ? models::Gfp::kernel : models::Gfp::nowait;
    const models::Placement got = co_await memory.reserve(memory.system(), kRecord, request);
    if (got == models::Placement::ok) memory.unreserve(memory.system(), kRecord);
  }
  static constexpr std::uint64_t kRecord = 4096;
  Options options_;
};

/// The fences of `gpu` on the range: of its jobs and of its address spaces.
std::vector<core::FencePtr> fences_of(const models::Invalidation& range) {
  std::vector<core::FencePtr> fences;
  range.buffer.resv_on(range.gpu).for_each(
      models::Usage::bookkeep, [&](const auto& entry) { fences.push_back(entry.fence); });
  return fences;
}

/// Waits for every fence of the device on the range, without limit: what xe and amdgpu do in
/// dma-fence mode.
class NotifierWait final : public Notifier {
 public:
  NotifierWait(const Options& options, bool two_passes)
      : Notifier(options), two_passes_(two_passes) {}
  bool two_passes() const override { return two_passes_; }
  // Whoever has to do something for its fences begins now (xe_userptr.c).
  core::Task<models::InvalidationRest> begin_invalidation(models::Invalidation range) override {
    co_await mark(range);
    models::InvalidationRest rest{fences_of(range), {}};
    for (const core::FencePtr& fence : rest.fences) fence->arm();
    co_return rest;
  }

 protected:
  core::Task<> take_off(models::Invalidation range) override {
    return models::finish_invalidation({fences_of(range), {}});
  }

 private:
  bool two_passes_;
};

/// Stops the queues that use the pages and waits for nothing else: what KFD does.
class NotifierPreempt final : public Notifier {
 public:
  using Notifier::Notifier;

 protected:
  core::Task<> take_off(models::Invalidation range) override {
    range.buffer.needs.read();
    const std::vector<models::UserVm*> vms = range.buffer.vms;
    for (std::size_t i = 0; i < vms.size(); ++i)
      if (&vms[i]->gpu() == &range.gpu) co_await vms[i]->stop_for_notifier();
  }
};

/// Long-term pin: the pages stay whatever happens.
class Pin final : public Userptr {
 public:
  using Userptr::Userptr;
  bool pinned() const override { return true; }
  core::Task<> invalidate(models::Invalidation) override { co_return; }
};

/// Takes the pages out of the GPUs' page tables and has their TLBs forget them: no fence is waited
/// for, and who touches them again faults (E3'' of the table of edges).
class Zap final : public Userptr {
 public:
  Zap(core::Duration page_cost, bool two_passes) : Userptr(page_cost), two_passes_(two_passes) {}
  bool pinned() const override { return false; }
  bool maps_on_fault() const override { return true; }
  bool two_passes() const override { return two_passes_; }
  core::Task<> invalidate(models::Invalidation range) override {
    return models::finish_invalidation(zap(range));
  }
  core::Task<models::InvalidationRest> begin_invalidation(models::Invalidation range) override {
    co_return zap(range);
  }

 private:
  static models::InvalidationRest zap(const models::Invalidation& range) {
    range.buffer.user_pages()->set_sequence({range.client, &range.gpu});
    models::InvalidationRest rest;
    for (models::ManagedRange* mapped = range.buffer.pages; mapped; mapped = mapped->next)
      if (mapped->gpu() == &range.gpu && mapped->zap())
        rest.flushes.push_back(mapped->gpu()->faults()->begin_flush());
    return rest;
  }
  bool two_passes_;
};

Parameter page_cost() {
  return {"page_cost",
          ParameterKind::duration,
          18,
          0,
          1'000'000,
          "time to get one 4 KiB page of the process and map it for the device",
          "Linux commit 192cb1f5cb16 (drm/pagemap): get_pages of 2 MiB in 4 KiB pages takes 9 us",
          {}};
}

Parameter passes(std::int64_t value, std::string source) {
  return {"passes",
          ParameterKind::count,
          value,
          1,
          2,
          "1: GPUs are told and waited for one after another; 2: all are told before any is waited "
          "for",
          std::move(source),
          {}};
}

Parameter acquisition() {
  return {"acquires",
          ParameterKind::word,
          0,
          0,
          1,
          "who gets the pages of a submission: its ioctl, before its fence is published, or a "
          "worker, after that",
          "ioctl: Documentation/gpu/drm-vm-bind-locking.rst; fence-work: no driver of Linux, what "
          "an ioctl that must not wait for pages would do",
          {"ioctl", "fence-work"}};
}

std::vector<Parameter> notifier_parameters() {
  return {page_cost(),
          {"lock_span",
           ParameterKind::word,
           0,
           0,
           1,
           "how long a submission holds the lock that its notifier takes: only while it looks for "
           "invalidations and publishes its fence, or all along, with what it allocates",
           "Documentation/gpu/drm-vm-bind-locking.rst; all along: i915 before 484d9a844d "
           "(struct_mutex)",
           {"publication", "submission"}},
          {"allocates",
           ParameterKind::word,
           0,
           0,
           2,
           "what the notifier allocates, under its lock: nothing, or a record with GFP_KERNEL or "
           "GFP_NOWAIT",
           "kernel: nouveau's SVM notifier, lkml 2001.1/01195",
           {"nothing", "kernel", "nowait"}}};
}

Notifier::Options notifier_options(const ParameterValues& values) {
  return {values.duration("page_cost"), values.get("lock_span") != 0,
          static_cast<NotifierMemory>(values.get("allocates"))};
}

}  // namespace

void add_userptr_policies(Registry& registry) {
  std::vector<Parameter> waits = notifier_parameters();
  waits.push_back(acquisition());
  waits.push_back(passes(1, "one: amdgpu; two: xe since commit 18c4e536959e"));
  registry.add({"userptr", "notifier-wait", "the notifier waits for the GPU work on the range",
                "Documentation/gpu/drm-vm-bind-locking.rst; xe_userptr.c", waits,
                [](auto& set, const auto& values, RunState&) {
                  Notifier::Options options = notifier_options(values);
                  options.gets_late = values.get("acquires") == 1;
                  set.userptr = std::make_unique<NotifierWait>(options, values.get("passes") == 2);
                }});
  registry.add({"userptr", "notifier-preempt",
                "the notifier stops the queues; no fence is waited for",
                "drivers/gpu/drm/amd/amdkfd (HSA userptr)", notifier_parameters(),
                [](auto& set, const auto& values, RunState&) {
                  set.userptr = std::make_unique<NotifierPreempt>(notifier_options(values));
                }});
  registry.add({"userptr",
                "fault",
                "the notifier zaps page tables and flushes TLBs; the GPU faults on its next touch",
                "drivers/gpu/drm/xe/xe_userptr.c, fault mode; amdkfd with XNACK; "
                "Documentation/core-api/pin_user_pages.rst, case 3",
                {page_cost(),
                 passes(2,
                        "mm/mmu_notifier.c: invalidate_start and _finish, commits 7aba71dbc416 and "
                        "18c4e536959e")},
                [](auto& set, const auto& values, RunState&) {
                  set.userptr = std::make_unique<Zap>(values.duration("page_cost"),
                                                      values.get("passes") == 2);
                }});
  registry.add({"userptr",
                "pin",
                "pages are pinned for the long term: no notifier, no reclaim",
                "Documentation/core-api/pin_user_pages.rst, case 2",
                {page_cost(), acquisition()},
                [](auto& set, const auto& values, RunState&) {
                  set.userptr = std::make_unique<Pin>(values.duration("page_cost"),
                                                      values.get("acquires") == 1);
                }});
}

}  // namespace fencelab::policies
