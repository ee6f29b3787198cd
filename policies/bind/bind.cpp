// When GPU page tables are updated, and when the memory for them is taken.
#include "models/machine.hpp"
#include "models/vm/gpu_vm.hpp"
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

using models::AllocRequest;
using models::BindQueue;
using models::BindRequestPtr;
using models::BindTraits;
using models::GpuVm;

AllocRequest of_ioctl(const BindQueue& queue) {
  return {AllocRequest::Context::ioctl, &queue.client(), nullptr};
}

/// How much memory for page tables a policy takes ahead.
enum class Ahead : unsigned char { nothing, now, worst_case, as_planned };

class Bind : public models::BindPolicy {
 public:
  explicit Bind(const BindTraits& traits) : traits_(traits) {}
  const BindTraits& traits() const override { return traits_; }

 protected:
  /// The ioctl waits for the in-fences, updates and returns.
  core::Task<> bind_now(BindQueue& queue, BindRequestPtr request) const {
    GpuVm& vm = queue.vm();
    request->done = queue.new_fence();
    co_await queue.wait_in(request);
    co_await vm.lock().lock_write();
    co_await prepare(queue, request, Ahead::now);
    if (request->error == 0)
      co_await queue.execute(request, of_ioctl(queue));
    else
      queue.fail(*request);
    vm.lock().unlock_write();
  }

  /// The ioctl queues what it has made sure of.
  core::Task<> bind_later(BindQueue& queue, BindRequestPtr request, Ahead ahead) const {
    GpuVm& vm = queue.vm();
    request->done = queue.new_fence();
    // On a long-running address space in-fences are waited for before anything is published: its
    // preempt fences must not come to depend on them (Documentation/gpu/drm-vm-bind-async.rst).
    const bool long_running = queue.gpu().policies().submission->user_mode();
    if (long_running) {
      co_await queue.wait_in(request);
      request->in.clear();
    }
    if (ahead == Ahead::worst_case && request->maps()) {
      if (!request->address) request->address = vm.address_for(*request->buffer) + request->offset;
      co_await vm.throttle(request, GpuVm::worst_case_tables(*request));
    }
    co_await vm.lock().lock_write();
    co_await prepare(queue, request, ahead);
    if (request->error == 0) {
      if (traits_.plans_ahead) vm.plan(*request);
      queue.push(request);
    } else {
      queue.fail(*request);
    }
    vm.lock().unlock_write();
  }

 private:
  // Memory first: once the fence is published nothing of this bind may wait for any.
  core::Task<> prepare(BindQueue& queue, BindRequestPtr request, Ahead ahead) const {
    GpuVm& vm = queue.vm();
    request->error = vm.admit(*request);
    if (request->error != 0) co_return;
    std::uint64_t tables = 0;
    if (ahead == Ahead::now) tables = vm.missing_tables(*request);
    if (ahead == Ahead::worst_case) tables = GpuVm::worst_case_tables(*request);
    if (ahead == Ahead::as_planned) tables = vm.missing_tables_when_planned(*request);
    const bool taken = co_await vm.take_tables(request, tables, of_ioctl(queue));
    if (!taken) request->error = core::fence_error::kNoMemory;
    if (!taken || !traits_.validates) co_return;
    request->error = co_await vm.validate_target(request);
  }

  BindTraits traits_;
};

class SyncBind final : public Bind {
 public:
  using Bind::Bind;
  core::Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    return bind_now(queue, std::move(request));
  }
};

/// A synchronous bind comes between those that are queued: their effect is worked out when they
/// run.
class AsyncBind final : public Bind {
 public:
  AsyncBind(const BindTraits& traits, Ahead ahead) : Bind(traits), ahead_(ahead) {}
  core::Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    if (request->sync) return bind_now(queue, std::move(request));
    return bind_later(queue, std::move(request), ahead_);
  }

 private:
  Ahead ahead_;
};

/// What a bind finds is what all before it will leave, so that a synchronous one has to wait for
/// its turn.
class PlannedBind final : public Bind {
 public:
  using Bind::Bind;
  core::Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    co_await bind_later(queue, request, Ahead::as_planned);
    if (request->sync) co_await request->done->wait(core::WaitReason::fence);
  }
};

Parameter validate_at(std::int64_t value, const char* source) {
  return {
      "validate",
      ParameterKind::word,
      value,
      0,
      1,
      "who makes resident what is mapped: the submission that uses it, or the ioctl, which then "
      "puts the fence of the bind into the reservation",
      source,
      {"exec", "ioctl"}};
}

Parameter tlb_flush() {
  return {
      "tlb_flush",
      ParameterKind::duration,
      10'000,
      0,
      1'000'000'000,
      "wait for the TLB after an update that takes something away",
      "assumed: freedreno on SC8280XP reports less than 10 us for a sync of the SMMU, 1 to 2 ms "
      "without a bandwidth vote; no other public measurement found",
      {}};
}

Parameter update() {
  return {"update",
          ParameterKind::duration,
          2'000,
          0,
          1'000'000'000,
          "time of an update of page tables, without its entries",
          "derived from the costs of Xe SVM faults published with commit 192cb1f5cb16: bind of 512 "
          "entries 10 us, of one 2 us",
          {}};
}

Parameter per_entry() {
  return {"per_entry", ParameterKind::duration,
          16,          0,
          1'000'000,   "time per page-table entry that an update writes",
          "as update", {}};
}

Parameter tables_in(const char* source) {
  return {"tables", ParameterKind::word,
          0,        0,
          1,        "where page tables are, if the GPU has memory of its own",
          source,   {"system", "vram"}};
}

BindTraits traits_of(const ParameterValues& values) {
  return {.update = values.duration("update"),
          .per_entry = values.duration("per_entry"),
          .tlb_flush = values.duration("tlb_flush"),
          .tables_in_vram = values.flag("tables"),
          .validates = values.flag("validate")};
}

}  // namespace

void add_bind_policies(Registry& registry) {
  registry.add({"bind",
                "sync",
                "the ioctl waits, updates the page tables and returns",
                "Documentation/gpu/drm-vm-bind-async.rst",
                {validate_at(0, "amdgpu_gem_va_ioctl() in drivers/gpu/drm/amd/amdgpu/amdgpu_gem.c"),
                 update(), per_entry(), tlb_flush(), tables_in("assumed: both are used")},
                [](auto& set, const auto& values, RunState&) {
                  set.bind = std::make_unique<SyncBind>(traits_of(values));
                }});
  registry.add({"bind",
                "async-exact",
                "queued; page-table memory is taken when the bind runs (in the signalling path)",
                "the design that Documentation/gpu/drm-vm-bind-async.rst rules out",
                {validate_at(0, "as sync"),
                 update(),
                 per_entry(),
                 tlb_flush(),
                 tables_in("assumed: both are used"),
                 {"on_failure",
                  ParameterKind::word,
                  0,
                  0,
                  2,
                  "what an update does that gets no memory when it runs: it fails, tries again, or "
                  "waits until the process, which is told (bind_errors of a context), restarts it",
                  "Documentation/gpu/drm-vm-bind-async.rst: the address space is banned; restart: "
                  "xe until 2023, drivers/gpu/drm/xe/xe_vm_doc.h, Async error handling mode",
                  {"fail", "retry", "restart"}},
                 {"retry_pause",
                  ParameterKind::duration,
                  10'000,
                  1,
                  1'000'000'000,
                  "pause between tries, if it tries again",
                  "assumed: no driver did so",
                  {}}},
                [](auto& set, const auto& values, RunState&) {
                  BindTraits traits = traits_of(values);
                  traits.retry_pause = values.duration("retry_pause");
                  traits.after_failure =
                      static_cast<models::AfterFailure>(values.get("on_failure"));
                  set.bind = std::make_unique<AsyncBind>(traits, Ahead::nothing);
                }});
  registry.add({"bind",
                "async-prealloc",
                "queued; the worst case is taken in the ioctl, unused pages come back",
                "drivers/gpu/drm/panthor/panthor_mmu.c; drivers/gpu/drm/msm/msm_gem_vma.c",
                {validate_at(1, "panthor pins in the ioctl (panthor_vm_prepare_map_op_ctx())"),
                 update(),
                 per_entry(),
                 tlb_flush(),
                 tables_in("panthor, msm: system memory"),
                 {"most_tables_ahead",
                  ParameterKind::count,
                  0,
                  0,
                  1'000'000'000,
                  "tables taken ahead per address space, beyond which a bind waits in the ioctl "
                  "before it publishes anything; 0: no limit",
                  "none in panthor; 1024 in drivers/gpu/drm/msm/msm_gem_vma.c",
                  {}}},
                [](auto& set, const auto& values, RunState&) {
                  BindTraits traits = traits_of(values);
                  traits.most_tables_ahead =
                      static_cast<std::uint64_t>(values.get("most_tables_ahead"));
                  set.bind = std::make_unique<AsyncBind>(traits, Ahead::worst_case);
                }});
  registry.add({"bind",
                "async-state-at-submit",
                "queued; the exact amount is taken in the ioctl, from the state that all binds "
                "before it will leave",
                "drivers/gpu/drm/xe/xe_pt.c",
                {validate_at(1, "vma_lock_and_validate() in drivers/gpu/drm/xe/xe_vm.c"), update(),
                 per_entry(), tlb_flush(), tables_in("xe: VRAM where there is some")},
                [](auto& set, const auto& values, RunState&) {
                  BindTraits traits = traits_of(values);
                  traits.plans_ahead = true;
                  set.bind = std::make_unique<PlannedBind>(traits);
                }});
}

}  // namespace fencelab::policies
