#include "models/display/display.hpp"

#include "core/assert.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

Display::Display(Machine& machine, Spec spec)
    : machine_(machine),
      spec_(std::move(spec)),
      simulation_(machine.simulation()),
      id_(simulation_.new_object_id()),
      cell_(simulation_),
      bell_(simulation_),
      free_bell_(simulation_) {
  free_bell_.describe_by([this](core::WaitGraphBuilder& builder) {
    return builder.process(worker_, "the pending flip of " + spec_.name, id_);
  });
  worker_ = &simulation_.spawn({spec_.name + " commit tail", core::ProcessRole::display, true},
                               commit_tail());
  worker_->doing = "atomic commit";
}

core::Time Display::next_vblank(core::Time at) const {
  const auto count = core::nanoseconds_of(at) / spec_.period.count() + 1;
  return core::Time(spec_.period * count);
}

core::Task<> Display::wait_until_free() {
  while (busy()) co_await core::SingleWait(free_bell_, 0, {.reason = core::WaitReason::vblank});
}

void Display::commit(std::shared_ptr<Commit> commit) {
  FENCELAB_ASSERT(!pending_, "{} has a commit pending", spec_.name);
  cell_.write();
  pending_ = std::move(commit);
  queued_at_ = simulation_.now();
  simulation_.emit(core::ProbeKind::flip_queued, id_, ++commits_, 0, pending_.get());
  bell_.ring();
}

// Uninterruptible and without a time limit, as in drm_atomic_helper.c, unless the hang policy says
// so.
core::Task<> Display::commit_tail() {
  for (;;) {
    while (!busy()) co_await bell_.wait();
    const std::shared_ptr<Commit> commit = pending_;
    for (std::size_t i = 0; i < commit->fences.size(); ++i) {
      const SyncPoint point = commit->fences[i];
      if (point.done()) continue;
      const auto timeout = machine_.policies().hang->fence_wait_timeout();
      // Built before the await: g++ 12 evaluates both arms of a conditional inside an await
      // operand.
      core::WaitOptions options{.reason = core::WaitReason::fence, .recovery = timeout.has_value()};
      if (timeout) options.deadline = simulation_.now() + *timeout;
      const auto result = co_await point.wait(options);
      if (result == core::WaitResult::timed_out) machine_.force_signal(point);
    }
    co_await core::SleepUntil(simulation_, next_vblank(simulation_.now()),
                              core::WaitReason::vblank);
    const auto late = (simulation_.now() - next_vblank(queued_at_)) / spec_.period;
    simulation_.emit(core::ProbeKind::flip_latched, id_, commits_,
                     static_cast<std::uint64_t>(late) + 1, commit.get());
    if (late > 0)
      simulation_.emit(core::ProbeKind::vblank_missed, id_, static_cast<std::uint64_t>(late));
    for (const auto& frame : commit->frames) {
      if (frame->shown != core::kNever) continue;
      frame->shown = simulation_.now();
      simulation_.emit(core::ProbeKind::frame_shown, frame->id, core::raw(id_), 0, frame.get());
    }
    if (commit->out) commit->out->signal();
    cell_.write();
    pending_ = nullptr;
    free_bell_.ring();
  }
}

}  // namespace fencelab::models
