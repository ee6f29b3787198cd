#include "models/display/display.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/assert.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"

namespace fencelab::models {

Display::Display(Machine& machine, Spec spec)
    : machine_(machine),
      spec_(std::move(spec)),
      simulation_(machine.simulation()),
      id_(simulation_.new_object_id()),
      context_(core::new_fence_context(simulation_)),
      cell_(simulation_),
      bell_(simulation_),
      free_bell_(simulation_),
      self_(std::make_shared<Display*>(this)) {
  free_bell_.describe_by(
      [this](core::WaitGraphBuilder& builder) { return describe_pending(builder); });
  worker_ = &simulation_.spawn({spec_.name + " commit tail", core::ProcessRole::display, true},
                               commit_tail());
  worker_->doing = "atomic commit";
}

Display::~Display() = default;

core::Time Display::next_vblank(core::Time at) const {
  const auto count = core::nanoseconds_of(at) / spec_.period.count() + 1;
  return core::Time(spec_.period * count);
}

core::Task<> Display::wait_until_free() {
  while (busy()) co_await core::SingleWait(free_bell_, 0, {.reason = core::WaitReason::vblank});
}

// ---------------------------------------------------------------- commits begin

core::FencePtr Display::new_out_fence() {
  return core::make_intrusive<core::DmaFence>(simulation_, this, context_, ++out_fences_);
}

void Display::enlist(const CommitPtr& commit, const core::Process* carrier) {
  cell_.write();
  commit->queued_at = simulation_.now();
  commit->number = ++commits_;
  commit->carrier = carrier;
  pending_.push_back(commit);
  simulation_.emit(core::ProbeKind::flip_queued, id_, commit->number, 0, commit.get());
}

void Display::queue(CommitPtr commit) {
  FENCELAB_ASSERT(pending_.empty(), "{} has a commit pending", spec_.name);
  enlist(commit, worker_);
  queued_ = std::move(commit);
  bell_.ring();
}

Display::Claim Display::claim(const CommitPtr& commit) {
  enlist(commit, simulation_.current());
  return {self_, commit};
}

Display::Claim::~Claim() {
  if (!commit_) return;  // moved from
  const std::shared_ptr<Display*> display = display_.lock();
  if (display) (*display)->give_up(commit_);
}

// A thread that is killed before the swap: as if it had never asked.
void Display::give_up(const CommitPtr& commit) {
  if (std::find(pending_.begin(), pending_.end(), commit) == pending_.end()) return;
  given_up_.push_back(commit);
  remove(commit);
  tell_watchers();
}

void Display::remove(const CommitPtr& commit) {
  cell_.write();
  std::erase(pending_, commit);
  free_bell_.ring();
}

// ---------------------------------------------------------------- and are carried out

core::Task<> Display::wait_for_fences(CommitPtr commit) {
  for (std::size_t i = 0; i < commit->fences.size(); ++i) {
    const SyncPoint point = commit->fences[i];
    if (point.done()) continue;
    const auto timeout = machine_.policies().hang->fence_wait_timeout();
    // Built before the await: g++ 12 evaluates both arms of a conditional inside an await operand.
    core::WaitOptions options{.reason = core::WaitReason::fence, .recovery = timeout.has_value()};
    if (timeout) options.deadline = simulation_.now() + *timeout;
    const auto result = co_await point.wait(options);
    if (result == core::WaitResult::timed_out) machine_.force_signal(point);
  }
}

core::Task<> Display::wait_for_older(CommitPtr commit) {
  const core::Time deadline = core::saturating_add(simulation_.now(), spec_.commit_timeout);
  for (;;) {
    cell_.read();
    if (pending_.front() == commit) co_return;
    const auto result = co_await core::SingleWait(
        free_bell_, 0,
        {.reason = core::WaitReason::vblank, .deadline = deadline, .recovery = true});
    if (result == core::WaitResult::timed_out) co_return;
  }
}

void Display::latch(const CommitPtr& commit) {
  const auto vblanks = simulation_.now().time_since_epoch() / spec_.period -
                       commit->queued_at.time_since_epoch() / spec_.period;
  simulation_.emit(core::ProbeKind::flip_latched, id_, commit->number,
                   static_cast<std::uint64_t>(vblanks), commit.get());
  // An async flip misses every vblank that it does not come before.
  const auto late = commit->async ? vblanks : vblanks - 1;
  if (late > 0)
    simulation_.emit(core::ProbeKind::vblank_missed, id_, static_cast<std::uint64_t>(late));
  for (const auto& frame : commit->frames) {
    if (frame->shown != core::kNever) continue;
    frame->shown = simulation_.now();
    simulation_.emit(core::ProbeKind::frame_shown, frame->id, core::raw(id_), 0, frame.get());
  }
  if (commit->out) commit->out->signal();
  if (!commit->planes.empty()) on_screen_ = commit->planes;
  remove(commit);
  tell_watchers();
}

// ---------------------------------------------------------------- what is on the screen

bool Display::scans(const Buffer& buffer) const {
  cell_.read();
  const auto shows = [&](const std::vector<ScanOut>& planes) {
    return std::any_of(planes.begin(), planes.end(),
                       [&](const ScanOut& plane) { return plane.buffer == &buffer; });
  };
  return shows(on_screen_) ||
         std::any_of(pending_.begin(), pending_.end(),
                     [&](const CommitPtr& commit) { return shows(commit->planes); });
}

void Display::when_gone(const Buffer& buffer, std::function<void()> action) {
  cell_.write();
  watchers_.emplace_back(&buffer, std::move(action));
}

void Display::tell_watchers() {
  std::vector<std::function<void()>> due;
  std::erase_if(watchers_, [&](auto& watcher) {
    if (scans(*watcher.first)) return false;
    due.push_back(std::move(watcher.second));
    return true;
  });
  for (const auto& action : due) action();
}

// Uninterruptible and without a time limit, as in drm_atomic_helper.c, unless the hang policy says
// so.
core::Task<> Display::commit_tail() {
  for (;;) {
    cell_.read();
    while (!queued_) {
      co_await bell_.wait();
      cell_.read();
    }
    const CommitPtr commit = std::move(queued_);
    queued_ = nullptr;
    co_await wait_for_fences(commit);
    if (!commit->async)
      co_await core::SleepUntil(simulation_, next_vblank(simulation_.now()),
                                core::WaitReason::vblank);
    latch(commit);
  }
}

// ---------------------------------------------------------------- out-fences

core::GateIndex Display::describe_pending(core::WaitGraphBuilder& builder) const {
  std::vector<core::GateIndex> gates;
  for (const CommitPtr& commit : pending_) gates.push_back(builder.process(commit->carrier));
  return builder.all_of(std::move(gates), "the pending flip of " + spec_.name, id_);
}

core::GateIndex Display::describe_release(core::WaitGraphBuilder& builder,
                                          const core::DmaFence& fence) const {
  const auto commit = std::find_if(pending_.begin(), pending_.end(), [&](const CommitPtr& each) {
    return each->out.get() == &fence;
  });
  if (commit == pending_.end()) return builder.nobody("the commit was given up", fence.id());
  return builder.process((*commit)->carrier, describe(fence), fence.id());
}

std::string Display::describe(const core::DmaFence& fence) const {
  return fmt::format("out-fence {} of {}", fence.seqno(), spec_.name);
}

}  // namespace fencelab::models
