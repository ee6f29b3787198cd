#include "scenarios/runtime/thread_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/assert.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/cpu/zone.hpp"
#include "models/svm/page_walk.hpp"
#include "models/sync/syncobj_wait.hpp"
#include "models/userptr/process_memory.hpp"
#include "models/vm/gpu_vm.hpp"
#include "models/vm/user_vm.hpp"
#include "scenarios/operation_word.hpp"

namespace fencelab::scenarios {

using core::Duration;
using core::Task;
using core::Time;
using core::WaitReason;

namespace {

/// Awaitable: lets everything else of this instant go first.
struct NextTurn {
  core::Simulation& simulation;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> handle) const {
    core::Process& process = *simulation.current();
    process.resume_point = handle;
    process.state = core::ProcessState::sleeping;
    process.wait.plan_sleep(WaitReason::sleep, simulation.now(), simulation.now());
    simulation.wake_at(process, simulation.now());
  }
  void await_resume() const {}
};

/// Rounds of loops that may pass without a suspension. Where the compiler makes no tail calls
/// (-Og, sanitizers) each of them stays on the machine's stack until then.
constexpr std::uint64_t kRoundsPerTurn = 1000;

}  // namespace

ThreadRunner::ThreadRunner(World& world, CloneState& clone, const ThreadSpec& spec)
    : world_(world),
      clone_(clone),
      spec_(spec),
      simulation_(world.simulation()),
      ended_(simulation_, "end of " + clone.client->name() + "/" + spec.name, nullptr,
             "end of thread " + spec.name) {
  prepare(spec.program);
}

ThreadRunner::~ThreadRunner() {
  for (const auto& [label, fence] : sw_fences_) fence->set_producer(nullptr);
}

void ThreadRunner::prepare(const Program& program) {
  for (const Op& op : program) {
    OpState& state = states_[&op];
    state.place = world_.add_place(op.place);
    state.draw = op.draw;
    state.name = op.label != kNone ? clone_.spec->labels[op.label] : spec_.name;
    if (const auto* loop = std::get_if<LoopOp>(&op.what)) prepare(loop->body);
    note_display(op);
  }
}

void ThreadRunner::start() {
  process_ = &simulation_.spawn(
      {clone_.client->name() + "/" + spec_.name, core::ProcessRole::user_thread}, body());
  ended_.set_provider(process_);
}

void ThreadRunner::kill() {
  if (!process_) return;
  const bool over = process_->state == core::ProcessState::done;
  killed_ = !over;
  if (!over && process_->uninterruptible > 0) return simulation_.note_end(*process_);
  simulation_.cancel(*process_);
  if (over) return;
  leave_nothing_pending();
  if (models::Zone* const zone = world_.machine().memory().zone()) zone->end_scopes(process_->id);
  ended_.complete();
}

// What the kernel signals when the files of a killed process are closed: fences of its sw_sync
// timeline (drivers/dma-buf/sw_sync.c, sw_sync_debugfs_release) and those that stood for a job not
// yet in its ring.
void ThreadRunner::leave_nothing_pending() {
  const auto end = [](const core::FencePtr& fence) {
    if (!fence || fence->is_signaled()) return;
    fence->set_error(core::fence_error::kSearch);
    fence->signal();
  };
  for (const auto& [label, fence] : sw_fences_) {
    fence->set_producer(nullptr);
    end(fence);
  }
  sw_fences_.clear();
  if (submitting_ && submitting_->state == models::JobState::submitting) end(submitting_->finished);
}

Task<> ThreadRunner::body() {
  if (spec_.start > Duration{}) co_await core::sleep_for(simulation_, spec_.start);
  co_await run(spec_.program);
  if (killed_) leave_nothing_pending();
  if (models::Zone* const zone = world_.machine().memory().zone()) zone->end_scopes(process_->id);
  ended_.complete();
  world_.thread_ended(clone_);
}

Task<> ThreadRunner::run(const Program& program) {
  for (const Op& op : program) {
    OpState& state = states_.find(&op)->second;
    process_->place = state.place;
    process_->doing = "";
    if (simulation_.untimed()) co_await core::point(simulation_);
    ++state.runs;
    if (op.label != kNone) ++clone_.label_to_write(op.label).runs;
    simulation_.emit(core::ProbeKind::operation_begun, core::kNoObject, state.place, 0,
                     operation_word(op));
    const bool done = execute_at_once(op, state);
    if (!done) co_await execute(op, state);
    if (killed_) break;  // on the way back to user space
    world_.note_operation();
    simulation_.emit(core::ProbeKind::operation_done, core::kNoObject, state.place);
  }
}

// Whether a round of these operations leaves the thread as it found it: nothing of it is counted,
// named or kept. Submissions, labels and relative values are not so: they know how often they ran.
bool ThreadRunner::leaves_nothing(const Program& program) {
  return std::all_of(program.begin(), program.end(), [](const Op& op) {
    if (op.label != kNone) return false;
    if (const auto* loop = std::get_if<LoopOp>(&op.what))
      return loop->times == 0 && leaves_nothing(loop->body);
    if (const auto* pages = std::get_if<MmOp>(&op.what)) return pages->kind != MmOp::Kind::fork;
    return std::holds_alternative<LockOp>(op.what) || std::holds_alternative<ThinkOp>(op.what) ||
           std::holds_alternative<AllocOp>(op.what) || std::holds_alternative<FreeOp>(op.what) ||
           std::holds_alternative<InvalidateOp>(op.what) ||
           std::holds_alternative<AnnotateOp>(op.what);
  });
}

Task<> ThreadRunner::run_loop(const LoopOp& loop) {
  const Time outer = iteration_start_;
  const bool is_outermost = loops_++ == 0;
  Time start = simulation_.now();
  const bool repeats =
      simulation_.untimed() && loop.times == 0 && !loop.period && leaves_nothing(loop.body);
  std::optional<core::RetryLoop> rounds;
  if (repeats) rounds.emplace(simulation_);
  for (std::uint64_t i = 0; loop.times == 0 || i < loop.times; ++i) {
    if (repeats) rounds->again();
    iteration_start_ = start;
    const Time begun = simulation_.now();
    co_await run(loop.body);
    if (killed_) break;
    if (is_outermost)
      simulation_.emit(core::ProbeKind::cycle_done, core::kNoObject, clone_.client->index(),
                       static_cast<std::uint64_t>((simulation_.now() - begun).count()));
    // In an untimed run each operation ends a step.
    if (++rounds_ % kRoundsPerTurn == 0 && !simulation_.untimed()) {
      if (simulation_.now() == begun) simulation_.count_in_instant(kRoundsPerTurn);
      co_await NextTurn{simulation_};
    }
    if (loop.period) {
      start += *loop.period;
      if (start > simulation_.now())
        co_await core::SleepUntil(simulation_, start);
      else
        start = simulation_.now();
    } else {
      start = simulation_.now();
    }
  }
  iteration_start_ = outer;
  --loops_;
}

// Operations that take no time and cannot block need no frame.
bool ThreadRunner::execute_at_once(const Op& op, OpState& state) {
  if (const auto* signal = std::get_if<SignalOp>(&op.what)) {
    world_.timeline(signal->value.timeline, clone_).advance(value_of(signal->value, state));
  } else if (const auto* freed = std::get_if<FreeOp>(&op.what)) {
    models::Buffer& buffer = world_.buffer(freed->buffer, clone_);
    if (buffer.user_pages()) return false;  // munmap() has devices to tell
    world_.machine().memory().free(buffer);
  } else if (const auto* fence = std::get_if<SwFenceOp>(&op.what); fence && op.label != kNone) {
    LabelState& label = clone_.label_to_write(op.label);
    label.fence = core::make_intrusive<core::DmaFence>(simulation_, &sw_producer_,
                                                       core::raw(ended_.id()), state.runs);
    // drivers/dma-buf/sw_sync.c: user space signals it, so it is no more bounded than a value.
    label.fence->set_order_class(
        simulation_.order_classes().intern(core::OrderKind::value, "sw_sync fence"));
    sw_fences_.emplace_back(op.label, label.fence);
  } else if (const auto* sw = std::get_if<SwSignalOp>(&op.what)) {
    sw_signal(*sw);
  } else if (const auto* end = std::get_if<TerminateOp>(&op.what)) {
    terminate(*end);
  } else if (const auto* limit = std::get_if<ThrottleOp>(&op.what)) {
    throttle_ = limit->jobs;
  } else if (const auto* depth = std::get_if<QueueDepthOp>(&op.what)) {
    queue_depth_ = depth->jobs;
  } else if (const auto* priority = std::get_if<PriorityOp>(&op.what)) {
    clone_.contexts[priority->context]->set_priority(priority->priority);
  } else if (const auto* preemption = std::get_if<PreemptionOp>(&op.what)) {
    clone_.contexts[preemption->context]->set_preemption_period(preemption->period);
  } else {
    return std::holds_alternative<AnnotateOp>(op.what) || execute_on_memory(op);
  }
  return true;
}

Task<> ThreadRunner::execute(const Op& op, OpState& state) {
  if (const auto* submit_op = std::get_if<SubmitOp>(&op.what))
    return submit(*submit_op, state, op.label);
  if (const auto* wait_op = std::get_if<WaitOp>(&op.what)) return wait(*wait_op, state);
  if (const auto* loop = std::get_if<LoopOp>(&op.what)) return run_loop(*loop);
  if (const auto* bind_op = std::get_if<BindOp>(&op.what)) return bind(*bind_op, state, op.label);
  if (const auto* lock_op = std::get_if<LockOp>(&op.what)) return lock(*lock_op);
  if (const auto* alloc_op = std::get_if<AllocOp>(&op.what)) return alloc(*alloc_op);
  if (const auto* import_op = std::get_if<ImportOp>(&op.what)) return import_dma_buf(*import_op);
  if (const auto* flip_op = std::get_if<FlipOp>(&op.what)) return flip(*flip_op, op.label);
  if (const auto* receive_op = std::get_if<ReceiveOp>(&op.what)) return receive(*receive_op);
  if (const auto* present_op = std::get_if<PresentOp>(&op.what)) return present(*present_op);
  if (const auto* send_op = std::get_if<SendOp>(&op.what)) return send(*send_op);
  if (const auto* latch_op = std::get_if<LatchOp>(&op.what)) return latch(*latch_op);
  if (const auto* acquire_op = std::get_if<AcquireOp>(&op.what)) return acquire(*acquire_op);
  if (const auto* poll_op = std::get_if<PollOp>(&op.what)) return poll(*poll_op);
  if (const auto* touch = std::get_if<AccessOp>(&op.what)) return access(*touch, state);
  return [](ThreadRunner& self, const Op& rest, const OpState& known) -> Task<> {
    if (const auto* think = std::get_if<ThinkOp>(&rest.what)) {
      co_await core::sleep_for(self.simulation_, self.draw(think->duration, known));
    } else if (const auto* compute = std::get_if<ComputeOp>(&rest.what)) {
      co_await self.compute(compute->duration, known);
    } else if (const auto* pace = std::get_if<PaceOp>(&rest.what)) {
      co_await core::SleepUntil(self.simulation_, self.iteration_start_ + pace->period);
    } else if (const auto* vblank = std::get_if<VblankOp>(&rest.what)) {
      co_await core::SleepUntil(
          self.simulation_,
          self.world_.display(vblank->display).next_vblank(self.simulation_.now()),
          WaitReason::vblank);
    } else if (const auto* invalidate = std::get_if<InvalidateOp>(&rest.what)) {
      models::Buffer& buffer = self.world_.buffer(invalidate->buffer, self.clone_);
      self.process_->doing = "munmap and mmap";
      co_await self.clone_.client->memory().remap(self.world_.machine(), buffer);
    } else if (const auto* freed = std::get_if<FreeOp>(&rest.what)) {
      self.process_->doing = "munmap";
      co_await self.clone_.client->memory().unmap(self.world_.machine(),
                                                  self.world_.buffer(freed->buffer, self.clone_));
    } else if (const auto* flush = std::get_if<FlushOp>(&rest.what)) {
      self.process_->doing = "flush";
      co_await World::flush(*self.clone_.contexts[flush->context], core::kNever);
    } else if (const auto* mm = std::get_if<MmOp>(&rest.what)) {
      co_await self.change_pages(*mm);
    } else if (const auto* fork = std::get_if<ForkOp>(&rest.what)) {
      ThreadRunner& other = *self.clone_.threads[fork->thread];
      // A thread that has ended is joined at once; observers learn all the same that it was asked.
      if (fork->join)
        co_await other.ended_.wait(WaitReason::lock);
      else
        other.start();
    } else {
      FENCELAB_ASSERT(false, "operation {} at {} is not modelled", rest.what.index(),
                      rest.place.pointer);
    }
  }(*this, op, state);
}

// ---------------------------------------------------------------- drawing and naming

core::RandomKey ThreadRunner::draw_key(const OpState& state, std::uint64_t part) const {
  return {core::mix_hash(spec_.stream, clone_.number), core::mix_hash(state.draw, part),
          state.runs};
}

Duration ThreadRunner::draw(const Distribution& distribution, const OpState& state) const {
  const core::RandomKey key = draw_key(state, 0);
  const auto& parts = distribution.parts;
  std::size_t part = 0;
  if (parts.size() > 1) {
    std::int64_t total = 0;
    for (const auto& candidate : parts) total += candidate.weight;
    std::int64_t ticket = simulation_.random().uniform(key, 0, total - 1, 1);
    while (ticket >= parts[part].weight) ticket -= parts[part++].weight;
  }
  const std::int64_t step = distribution.step.count();
  const std::int64_t steps = (parts[part].max - parts[part].min).count() / step;
  return parts[part].min + Duration(step * simulation_.random().uniform(key, 0, steps));
}

std::uint64_t ThreadRunner::value_of(const ValueSpec& spec, const OpState& state) const {
  return spec.relative ? spec.value * state.runs : spec.value;
}

models::Gpu& ThreadRunner::gpu() const {
  return clone_.contexts.empty() ? *world_.machine().gpus().front()
                                 : clone_.contexts.front()->gpu();
}

void ThreadRunner::resolve(const AccessSpec& spec, models::AccessList& into) {
  std::vector<models::Buffer*> buffers;
  if (spec.buffer != kNone) buffers.push_back(&world_.buffer(spec.buffer, clone_));
  if (spec.channel != kNone) buffers = received_[spec.channel];
  if (spec.swapchain != kNone)
    for (const models::SwapImagePtr& image : images_[spec.swapchain])
      if (image) buffers.push_back(image->buffer);
  for (models::Buffer* buffer : buffers)
    into.push_back({buffer, spec.offset,
                    spec.bytes == 0 ? buffer->bytes() : spec.offset + spec.bytes, spec.write,
                    spec.stall, spec.publish});
}

// ---------------------------------------------------------------- work

Task<> ThreadRunner::submit(const SubmitOp& op, OpState& state, Index label) {
  if (throttle_ > 0 && recent_.size() >= throttle_) {
    const models::JobPtr earlier = recent_[recent_.size() - throttle_];
    co_await hold_back(earlier);
  }
  process_->doing = "submit";
  const models::JobPtr job(new models::Job(simulation_));
  if (simulation_.untimed()) world_.machine().keep(job);
  job->client = clone_.client;
  job->context = clone_.contexts[op.context];
  job->submitter = process_;
  job->label = &state.name;
  job->place = state.place;
  job->iteration = state.runs - 1;
  job->account.open(simulation_.now());
  job->infinite = op.infinite;
  job->credits = op.credits;
  job->duration = op.infinite ? Duration{} : draw(op.duration, state);
  if (op.engine != kNone) job->wanted_engine = job->context->gpu().engines()[op.engine].get();
  for (const AccessSpec& access : op.accesses) resolve(access, job->accesses);
  job->declares = op.declares;
  job->orders_itself = op.declares_to_kernel;
  for (const AccessSpec& access : op.declared) resolve(access, job->declared_apart);
  for (const ValueSpec& value : op.wait_values) {
    const models::ValuePoint wait{&world_.timeline(value.timeline, clone_), value_of(value, state)};
    const models::SyncPoint behind =
        job->context->gpu().policies().sync->point_of(*wait.timeline, wait.value);
    if (behind.fence || !wait.timeline->reached(wait.value)) job->ring_waits.push_back(wait);
  }
  for (const ValueSpec& value : op.signal_values)
    job->signals.push_back({&world_.timeline(value.timeline, clone_), value_of(value, state)});
  for (const OpRef& ref : op.after) {
    const models::SyncPoint point = clone_.label(ref.label).point();
    if (!point.empty()) job->depend_on(point, models::DependencyRule::program);
  }
  for (const OpRef& ref : op.after_start) {
    const models::JobPtr master = clone_.label(ref.label).job;
    if (!master) continue;
    job->bond_master = master;
    if (master->started) job->depend_on({master->started}, models::DependencyRule::program);
  }
  strike_faults(*job, state, label);
  job->remaining = job->duration;
  job->walk = walk_of(op, *job, state);
  if (job->ring_waits.empty()) job->semaphore_open_at = Time{};
  if (label != kNone) {
    LabelState& known = clone_.label_to_write(label);
    known.job = job;
    if (known.wants_start_fence)
      job->started =
          core::make_intrusive<core::DmaFence>(simulation_, job.get(), core::raw(job->id()), 1);
    for (const Index thread : known.terminating_threads)
      job->terminator = clone_.threads[thread]->process();
  }
  recent_.push_back(job);
  if (recent_.size() > std::max(throttle_, 1u)) recent_.pop_front();
  submitting_ = job;
  co_await job->context->gpu().policies().submission->submit(job);
  submitting_ = nullptr;
  if (queue_depth_ > 0) {
    auto& waiting =
        depth_[job->wanted_engine ? job->wanted_engine : job->context->engines().front()];
    waiting.push_back(job);
    while (waiting.size() > queue_depth_) {
      const models::JobPtr oldest = waiting.front();
      waiting.pop_front();
      co_await hold_back(oldest);
    }
  }
}

// Whole pages: the last one of a buffer belongs to it.
models::BindRequestPtr ThreadRunner::bind_request(const BindOp& op) {
  constexpr std::uint64_t kPage = models::PageTables::kPageBytes;
  using Kind = models::BindRequest::Kind;
  auto request = core::make_intrusive<models::BindRequest>();
  request->buffer = &world_.buffer(op.buffer, clone_);
  request->kind = op.unbind ? Kind::unbind : Kind::bind;
  request->sync = op.sync;
  request->address = op.address;
  request->offset = op.offset;
  const std::uint64_t bytes = op.bytes > 0 ? op.bytes : request->buffer->bytes() - op.offset;
  request->bytes = (bytes + kPage - 1) / kPage * kPage;
  return request;
}

Task<> ThreadRunner::bind(const BindOp& op, OpState& state, Index label) {
  process_->doing = op.unbind ? "unbind" : "bind";
  models::GpuContext& context = *clone_.contexts[op.context];
  const models::BindRequestPtr request = bind_request(op);
  request->label = &state.name;
  request->place = state.place;
  for (const OpRef& ref : op.after) {
    const models::SyncPoint point = clone_.label(ref.label).point();
    if (!point.done()) request->in.push_back(point);
  }
  const bool future =
      context.gpu().policies().sync->value_waits() == models::ValueWaits::future_fence;
  for (const ValueSpec& value : op.wait_values) {
    models::SyncPoint point =
        point_of(world_.timeline(value.timeline, clone_), value_of(value, state));
    const models::SyncobjPtr syncobj(syncobj_of(point));
    if (syncobj)
      point = co_await models::catch_point(simulation_, syncobj, *point.timeline, point.value,
                                           core::kNever);
    if (point.done()) continue;
    // A published bind fence must not depend on a value: wait before anything is published.
    if (future || point.fence)
      request->in.push_back(point);
    else
      co_await point.wait({.reason = WaitReason::value});
  }
  models::BindQueue& queue = clone_.client->gpu_vm(context.gpu()).bind_queue(op.queue);
  co_await context.gpu().policies().bind->bind(queue, request);
  if (label != kNone) clone_.label_to_write(label).fence = request->done;
}

void ThreadRunner::sw_signal(const SwSignalOp& op) {
  const core::FencePtr target = clone_.label(op.fence.label).fence;
  if (!target) return;
  // One sw_sync timeline per thread: older fences signal with it.
  while (!sw_fences_.empty()) {
    const core::FencePtr fence = sw_fences_.front().second;
    if (fence->seqno() > target->seqno() && fence != target) break;
    sw_fences_.erase(sw_fences_.begin());
    fence->set_producer(nullptr);
    fence->signal();
    if (fence == target) break;
  }
}

core::GateIndex ThreadRunner::SwFences::describe_release(core::WaitGraphBuilder& builder,
                                                         const core::DmaFence& fence) const {
  return builder.process(thread_.process_, describe(fence), fence.id());
}

std::string ThreadRunner::SwFences::describe(const core::DmaFence& fence) const {
  for (const auto& [label, made] : thread_.sw_fences_)
    if (made.get() == &fence)
      return fmt::format("{} of {}/{}", thread_.clone_.spec->labels[label],
                         thread_.clone_.client->name(), thread_.spec_.name);
  return fmt::format("{} of {}/{}", fence.seqno(), thread_.clone_.client->name(),
                     thread_.spec_.name);
}

void ThreadRunner::terminate(const TerminateOp& op) {
  const models::JobPtr job = clone_.label(op.job.label).job;
  if (job) job->terminate();
}

}  // namespace fencelab::scenarios
