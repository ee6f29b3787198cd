// When GPU page tables are updated, and when the memory for them is taken.
#include "models/machine.hpp"
#include "models/vm/bind_queue.hpp"
#include "policies/registry.hpp"

namespace fencelab::policies {

namespace {

using models::AllocRequest;
using models::BindQueue;
using models::BindRequestPtr;

/// The ioctl waits for the in-fences, updates and returns.
class SyncBind final : public models::BindPolicy {
 public:
  core::Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    request->done = queue.new_fence();
    co_await queue.wait_in(request);
    co_await queue.execute(request, {AllocRequest::Context::ioctl, &queue.client(), nullptr});
  }
};

/// Queued; page-table memory is taken when the bind runs, inside the signalling path.
class AsyncExact final : public models::BindPolicy {
 public:
  core::Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    request->done = queue.new_fence();
    queue.push(std::move(request));
    co_return;
  }
};

/// Queued; page-table memory is taken in the ioctl: the worst case (unused pages come back), or the
/// exact amount from the state at submission.
class AsyncAhead final : public models::BindPolicy {
 public:
  explicit AsyncAhead(std::uint64_t worst_case_factor) : factor_(worst_case_factor) {}
  core::Task<> bind(BindQueue& queue, BindRequestPtr request) override {
    models::Memory& memory = queue.gpu().machine().memory();
    request->done = queue.new_fence();
    if (!request->unbind) {
      request->reserved = factor_ * BindQueue::table_bytes(request->buffer->bytes());
      const models::Placement taken =
          co_await memory.reserve(memory.system(), request->reserved,
                                  {AllocRequest::Context::ioctl, &queue.client(), nullptr});
      if (taken != models::Placement::ok) {
        request->error = core::fence_error::kNoMemory;
        request->done->set_error(request->error);
        request->done->signal();
        co_return;
      }
    }
    queue.push(std::move(request));
  }

 private:
  std::uint64_t factor_;
};

}  // namespace

void add_bind_policies(Registry& registry) {
  registry.add(
      {"bind",
       "sync",
       "the ioctl waits, updates the page tables and returns",
       "Documentation/gpu/drm-vm-bind-async.rst",
       {},
       [](auto& set, const auto&, RunState&) { set.bind = std::make_unique<SyncBind>(); }});
  registry.add(
      {"bind",
       "async-exact",
       "queued; page-table memory is taken when the bind runs (in the signalling path)",
       "the design that Documentation/gpu/drm-vm-bind-async.rst rules out",
       {},
       [](auto& set, const auto&, RunState&) { set.bind = std::make_unique<AsyncExact>(); }});
  registry.add({"bind",
                "async-prealloc",
                "queued; the worst case is taken in the ioctl, unused pages come back",
                "drivers/gpu/drm/panthor/panthor_mmu.c",
                {{"worst_case_factor",
                  ParameterKind::count,
                  2,
                  1,
                  64,
                  "worst case over exact need",
                  "assumed: depends on alignment and sharing of tables",
                  {}}},
                [](auto& set, const auto& values, RunState&) {
                  set.bind = std::make_unique<AsyncAhead>(
                      static_cast<std::uint64_t>(values.get("worst_case_factor")));
                }});
  registry.add(
      {"bind",
       "async-state-at-submit",
       "queued; the exact amount is taken in the ioctl from the state at submission",
       "drivers/gpu/drm/xe/xe_pt.c",
       {},
       [](auto& set, const auto&, RunState&) { set.bind = std::make_unique<AsyncAhead>(1); }});
}

}  // namespace fencelab::policies
