// A small kernel made of core alone: fences of devices, sections, reclaim, notifiers, work queues.
#pragma once

#include <string>

#include "analysis/lockdep/contract.hpp"
#include "core/completion.hpp"
#include "core/fence.hpp"
#include "core/timeline.hpp"
#include "tests/analysis/lockdep/script.hpp"

namespace fencelab::analysis::test {

struct Kernel : Watched {
  using Watched::Watched;
  core::OrderClassId of(core::OrderKind kind, std::string_view name) {
    return simulation.order_classes().intern(kind, name);
  }
  const core::OrderClassId reclaim = of(core::OrderKind::reclaim, kReclaimClass);
  const core::OrderClassId notifier = of(core::OrderKind::notifier, kNotifierClass);
  core::Mutex lock{simulation, "lock"}, mmap_lock{simulation, std::string(kMmapLockClass)};
  core::WwMutex resv{simulation, "resv", kResvClass};
  core::WwContext ticket{1};

  /// A fence of that device that others can wait for.
  core::FencePtr fence(std::string_view device, bool published = true) {
    auto made = core::make_intrusive<core::DmaFence>(simulation, nullptr, 1, ++fences_);
    made->set_order_class(of(core::OrderKind::fence, "job fence of " + std::string(device)));
    if (published) core::note_published(*made);
    return made;
  }
  core::OrderScope section(const core::FencePtr& fence) {
    return {simulation, core::ScopeKind::signalling, fence->order_class()};
  }
  core::OrderScope in_reclaim() { return {simulation, core::ScopeKind::reclaim, reclaim}; }
  core::OrderScope in_notifier() { return {simulation, core::ScopeKind::notifier, notifier}; }
  core::OrderScope in_queue(std::string_view name, bool ordered) {
    return {simulation, core::ScopeKind::queue, of(core::OrderKind::queue, name), ordered};
  }
  core::OrderScope in_work(std::string_view name) {
    return {simulation, core::ScopeKind::work, of(core::OrderKind::work, name)};
  }
  void alloc(core::AllocContext context = core::AllocContext::kernel) {
    core::note_allocation(simulation, reclaim, context);
  }

  // Steps that many programs share.
  core::Task<> signal_in_section(core::FencePtr fence, core::Mutex* taken) {
    const auto here = section(fence);
    if (taken) {
      co_await taken->lock();
      taken->unlock();
    }
    fence->signal();
  }
  core::Task<> wait_under(core::Mutex& held, core::FencePtr fence) {
    co_await held.lock();
    co_await fence->wait();
    held.unlock();
  }
  core::Task<> alloc_under(core::Mutex& held) {
    co_await held.lock();
    alloc();
    held.unlock();
  }
  core::Task<> alloc_in_section(core::FencePtr fence, core::AllocContext context) {
    const auto here = section(fence);
    alloc(context);
    fence->signal();
    co_return;
  }

  /// What is reported once everything started has run; every report is open.
  std::set<std::string> reported() { return rules(run().reports); }

 private:
  std::uint64_t fences_ = 0;
};

using Rules = std::set<std::string>;

}  // namespace fencelab::analysis::test
