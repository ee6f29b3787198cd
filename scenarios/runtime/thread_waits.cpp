// ThreadRunner: waiting on the CPU, for work, for values and for buffers.
#include <algorithm>
#include <memory>

#include "models/cpu_access.hpp"
#include "models/gpu/dependency_wait.hpp"
#include "models/sync/syncobj_wait.hpp"
#include "scenarios/runtime/thread_runner.hpp"

namespace fencelab::scenarios {

using core::Task;
using core::Time;
using core::WaitReason;

Task<> ThreadRunner::hold_back(const models::JobPtr& job) {
  const bool looks = job->completion_lost || !simulation_.untimed();
  if (looks && job->is_done()) co_return;
  if (job->completion.empty()) co_return;
  const models::SyncPoint point = job->completion;
  if (!point.done()) co_await point.wait({.reason = WaitReason::fence});
  simulation_.emit(core::ProbeKind::fence_observed, point.id(), core::raw(job->id()), 0, job.get());
}

// A machine may have no GPU, and then nobody who knows of fences behind values.
models::SyncPoint ThreadRunner::point_of(core::ValueTimeline& timeline, std::uint64_t value) {
  if (world_.machine().gpus().empty()) return {nullptr, &timeline, value};
  return gpu().policies().sync->point_of(timeline, value);
}

namespace {

/// A point that may not have a fence yet.
struct Wanted {
  models::SyncPoint point;
  models::Syncobj* syncobj = nullptr;  ///< where one may appear
  std::unique_ptr<models::PointSeeker> seeker = {};

  bool poll() {
    if (seeker && seeker->fence) point = {seeker->fence, nullptr, 0};
    return point.poll();
  }
  void add_to(std::vector<core::WaitItem>& items) const {
    if (point.fence) return items.push_back({point.fence.get(), 0});
    items.push_back({point.timeline, point.value});
    if (syncobj) items.push_back({&syncobj->changed()});
  }
};

/// Until `need` of them are done, whichever get their fences first: looks again after each change.
Task<> wait_for_some(core::Simulation& simulation, std::vector<Wanted> wanted, std::size_t need,
                     core::WaitOptions options) {
  for (Wanted& each : wanted) {
    if (!each.syncobj) continue;
    each.seeker = std::make_unique<models::PointSeeker>(each.point.value);
    each.syncobj->watch(*each.seeker);
  }
  for (;;) {
    std::size_t done = 0;
    std::vector<core::WaitItem> items;
    for (Wanted& each : wanted) {
      const bool over = each.poll();
      done += over ? 1 : 0;
      if (!over) each.add_to(items);
    }
    if (done >= need || simulation.now() >= options.deadline) co_return;
    core::MultiWait any(simulation, items, 1, options);
    co_await any;
  }
}

/// Until `need` of them are done. Those that may lack fences get them first, one after another:
/// then all of them are needed.
Task<> wait_for_fences(core::Simulation& simulation, std::vector<Wanted> wanted, std::uint32_t need,
                       core::WaitOptions options) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].syncobj) continue;
    const models::SyncPoint point = wanted[i].point;
    wanted[i].point =
        co_await models::catch_point(simulation, models::SyncobjPtr(wanted[i].syncobj),
                                     *point.timeline, point.value, options.deadline);
  }
  std::vector<core::WaitItem> items;
  for (Wanted& each : wanted) {
    each.syncobj = nullptr;
    each.add_to(items);
  }
  core::MultiWait all(simulation, items, need, options);
  co_await all;
}

}  // namespace

models::Syncobj* ThreadRunner::syncobj_of(const models::SyncPoint& point) const {
  if (point.fence || world_.machine().gpus().empty()) return nullptr;
  return gpu().policies().sync->syncobj_behind(*point.timeline);
}

Task<> ThreadRunner::wait(const WaitOp& op, OpState& state) {
  process_->doing = "wait";
  std::vector<Wanted> wanted;
  std::vector<models::JobPtr> jobs;
  std::uint32_t done = 0;
  bool values = !op.values.empty(), some_may_lack_fences = false;
  for (const OpRef& ref : op.ops) {
    const LabelState& label = clone_.label(ref.label);
    if (label.job) jobs.push_back(label.job);
    Wanted one{.point = label.point()};
    values |= !one.point.done() && one.point.is_value();
    if (one.point.done())
      ++done;
    else
      wanted.push_back(std::move(one));
  }
  for (const ValueSpec& value : op.values) {
    Wanted one{.point = point_of(world_.timeline(value.timeline, clone_), value_of(value, state))};
    one.syncobj = syncobj_of(one.point);
    some_may_lack_fences |= one.syncobj != nullptr;
    wanted.push_back(std::move(one));
  }
  const auto total = static_cast<std::uint32_t>(wanted.size()) + done;
  const std::uint32_t need = op.need == 0 ? total : op.need;
  const core::WaitOptions options{
      .reason = values ? WaitReason::value : WaitReason::fence,
      .deadline = op.timeout ? simulation_.now() + *op.timeout : core::kNever,
      .recovery = op.timeout.has_value()};
  if (some_may_lack_fences && need < total) {
    co_await wait_for_some(simulation_, std::move(wanted), need > done ? need - done : 0, options);
  } else if (need > done && !wanted.empty()) {
    co_await wait_for_fences(simulation_, std::move(wanted), need - done, options);
  }
  for (const models::JobPtr& job : jobs)
    if (job->is_done())
      simulation_.emit(core::ProbeKind::fence_observed, job->id(), core::raw(job->id()), 0,
                       job.get());
}

// Through a mapping nothing is waited for: DMA_BUF_IOCTL_SYNC and its waits are a `poll` before it.
Task<core::Duration> ThreadRunner::compute(const Distribution& duration, const OpState& state) {
  return world_.machine().hardware().compute(draw(duration, state), spec_.nice);
}

Task<> ThreadRunner::access(const AccessOp& op, const OpState& state) {
  process_->doing = "access";
  models::CpuAccess touched{clone_.client, {}, &state.name, state.runs - 1, state.place};
  for (const AccessSpec& access : op.accesses) resolve(access, touched.accesses);
  co_await fault_in(touched.accesses);
  const bool userptr =
      std::any_of(touched.accesses.begin(), touched.accesses.end(),
                  [](const models::Access& each) { return each.buffer->user_pages(); });
  if (userptr) co_await own_pages(touched.accesses);
  const bool managed = std::any_of(touched.accesses.begin(), touched.accesses.end(),
                                   [](const models::Access& each) { return each.buffer->pages; });
  if (managed) co_await touch_managed(touched.accesses);
  simulation_.emit(core::ProbeKind::cpu_accessed, core::kNoObject, 0, 0, &touched);
  if (op.duration) co_await compute(*op.duration, state);
  simulation_.emit(core::ProbeKind::cpu_accessed, core::kNoObject, 1, 0, &touched);
}

// dma_buf_poll() in drivers/dma-buf/dma-buf.c: it waits for one fence and looks again.
Task<> ThreadRunner::poll(const PollOp& op) {
  process_->doing = "poll";
  models::AccessList accesses;
  for (const AccessSpec& access : op.buffers) resolve(access, accesses);
  const Time deadline = op.timeout ? simulation_.now() + *op.timeout : core::kNever;
  for (std::size_t i = 0; i < accesses.size();) {
    core::FencePtr pending;
    const models::DmaResv& reservation = accesses[i].buffer->resv();
    const models::Usage query = models::usage_rw(accesses[i].write);
    reservation.for_each(query, [&](const models::DmaResv::Entry& entry) {
      if (!pending && !entry.fence->is_signaled()) pending = entry.fence;
    });
    if (!pending) {
      reservation.note_asked(query);
      ++i;
      continue;
    }
    const Time since = simulation_.now();
    const core::WaitResult result = co_await pending->wait({.reason = core::WaitReason::fence,
                                                            .deadline = deadline,
                                                            .recovery = op.timeout.has_value()});
    if (result == core::WaitResult::timed_out) co_return;
    const models::Dependency waited =
        models::dependency_on({pending}, models::DependencyRule::program, accesses[i].buffer);
    const models::WaitedDependency event{&waited, nullptr, clone_.client, since};
    simulation_.emit(core::ProbeKind::dependency_waited, pending->id(), 0,
                     static_cast<std::uint64_t>(waited.rule), &event);
    if (waited.producer)
      simulation_.emit(core::ProbeKind::fence_observed, pending->id(),
                       core::raw(waited.producer->id()), 0, waited.producer.get());
  }
}

}  // namespace fencelab::scenarios
