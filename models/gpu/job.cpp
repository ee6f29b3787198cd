#include "models/gpu/job.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/assert.hpp"
#include "core/wait_graph_builder.hpp"
#include "models/client.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/dependency_wait.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/fence_monitor.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/kernel_queue.hpp"
#include "models/machine.hpp"
#include "models/svm/fault_service.hpp"
#include "models/svm/page_walk.hpp"
#include "models/vm/user_vm.hpp"

namespace fencelab::models {

namespace {

bool stands_for(const Dependency& known, const SyncPoint& point) {
  return known.point.id() == point.id() && known.point.value >= point.value;
}

}  // namespace

Job::Job(core::Simulation& simulation)
    : simulation_(simulation),
      id_(simulation.new_object_id()),
      done_(simulation),
      published_(simulation),
      steered_(simulation) {}

Job::~Job() = default;

bool Job::depends_on(const SyncPoint& point) {
  constexpr std::size_t kFew = 16;
  if (dependencies.size() <= kFew)
    return std::any_of(dependencies.begin(), dependencies.end(),
                       [&](const Dependency& known) { return stands_for(known, point); });
  if (!known_) known_ = std::make_unique<std::unordered_map<core::ObjectId, std::uint32_t>>();
  if (indexed_ > dependencies.size()) known_->clear(), indexed_ = 0;  // some were taken away
  for (; indexed_ < dependencies.size(); ++indexed_)
    (*known_)[dependencies[indexed_].point.id()] = static_cast<std::uint32_t>(indexed_);
  const auto found = known_->find(point.id());
  return found != known_->end() && stands_for(dependencies[found->second], point);
}

void Job::depend_on(const SyncPoint& point, DependencyRule rule, const Buffer* buffer) {
  if (point.done() || depends_on(point)) return;
  dependencies.push_back(dependency_on(point, rule, buffer));
}

bool Job::values_reached() const {
  for (const ValuePoint& wait : ring_waits)
    if (!wait.timeline->at_least(wait.value)) return false;
  return true;
}

bool Job::finds_values() const {
  for (const ValuePoint& wait : ring_waits)
    if (!wait.timeline->reached(wait.value)) return false;
  return true;
}

std::uint64_t Job::value_written(const core::ValueTimeline& timeline) const {
  if (never_signals) return 0;
  const auto written = [this](std::uint64_t promised) {
    if (writes == Writes::zero) return std::uint64_t{0};
    return promised - (writes == Writes::one_less ? 1 : 0);
  };
  std::uint64_t value = completion.timeline == &timeline ? completion.value : 0;
  for (const ValuePoint& signal : signals)
    if (signal.timeline == &timeline) value = std::max(value, written(signal.value));
  return value;
}

void Job::complete(int with_error) {
  if (is_done()) return;
  const JobPtr keep(this);
  if (engine) engine->credits().release(*this);
  finish_on_hardware(with_error);
  deliver();
}

void Job::finish_on_hardware(int with_error) {
  done_.write();
  if (state != JobState::submitting) context->gpu().machine().job_ended();
  state = JobState::done;
  error = with_error;
  done_at = simulation_.now();
  account.close(done_at);
  if (engine) engine->add_load(-1);
  simulation_.emit(core::ProbeKind::job_finished, id_, engine ? engine->number() : 0,
                   static_cast<std::uint64_t>(-error), this);
  if (started) started->signal();
  mark_scheduled();
  if (never_signals) return;
  if (error == 0)
    for (const ValuePoint& signal : signals)
      signal.timeline->advance(value_written(*signal.timeline));
  if (completion.timeline) completion.timeline->advance(completion.value);
  if (FenceMonitor* const monitor = context->gpu().machine().existing_monitor();
      monitor && error == 0 && !entity)
    monitor->signalled(*this);
}

// drm_sched_job_done() in drivers/gpu/drm/scheduler/sched_main.c: gives the credit back and
// signals.
void Job::deliver() {
  if (engine) engine->credits().release(*this);
  if (finished && !finished->is_signaled()) {
    if (error != 0) finished->set_error(error);
    finished->signal();
  }
  if ((never_signals || writes != Writes::values) && queue) queue->keep(JobPtr(this));
  // The fences outlive the job in reservations; the job's memory must not (but see Machine::keep).
  if (finished && !simulation_.untimed()) finished->set_producer(nullptr);
  if (started && !simulation_.untimed()) started->set_producer(nullptr);
  if (scheduled && !simulation_.untimed()) scheduled->set_producer(nullptr);
  dependencies.clear();
  bond_master = nullptr;
}

void Job::promise_scheduled() {
  scheduled = core::make_intrusive<core::DmaFence>(simulation_, this, core::raw(id_), 2);
}

void Job::terminate() {
  steered_.write();
  terminated = true;
  if (engine) engine->poke();
}

void Job::assign_engine(Engine& to) {
  if (infinite) steered_.write();
  engine = &to;
  to.add_load(1);
}

void Job::kill(int with_error) {
  if (is_done()) return;
  const JobPtr keep(this);
  if (state == JobState::on_ring || state == JobState::running) engine->drop(*this);
  never_signals = false;  // the kernel completes what it takes down
  complete(with_error);
}

void Job::lose(int with_error) {
  if (is_done()) return;
  const JobPtr keep(this);
  if (state == JobState::on_ring || state == JobState::running) engine->drop(*this);
  never_signals = completion_lost = true;
  if (queue) queue->keep(keep);
  complete(with_error);
}

std::string Job::name() const {
  return fmt::format("job {}#{} of {}", label ? *label : std::string("?"), iteration,
                     client ? client->name() : std::string("?"));
}

std::string Job::describe(const core::DmaFence& fence) const {
  if (&fence == scheduled.get()) return "turn of " + name();
  return (&fence == started.get() ? "start of " : "") + name();
}

core::OrderClassId Job::order_class() const { return context->gpu().job_fence_class(); }

core::GateIndex Job::describe_release(core::WaitGraphBuilder& builder,
                                      const core::DmaFence& fence) const {
  if (&fence == scheduled.get()) return describe_progress(builder, Until::ring);
  if (&fence == started.get() && state != JobState::running)
    return describe_progress(builder, Until::start);
  return describe_finish(builder);
}

// The watchdog that may end it is a recovery timer of its own: a member of a finding that has one
// is rescued by it.
std::optional<core::Time> Job::watchdog_due() const {
  if (state != JobState::on_ring && state != JobState::running) return std::nullopt;
  if (const FenceMonitor* const monitor = context->gpu().machine().existing_monitor();
      monitor && !entity && queue->head() == this)
    return monitor->due(*queue);
  return queue->has_work() || !entity ? engine->watchdog_due(*this) : entity->unseen_due(*this);
}

core::Agent Job::describe_self() const {
  core::Agent agent;
  agent.name = name();
  agent.state = core::AgentState::blocked;
  agent.daemon = true;
  agent.reason = account.phase() < core::kWaitReasonCount
                     ? static_cast<core::WaitReason>(account.phase())
                     : core::WaitReason::engine;
  const bool next = state == JobState::on_ring && agent.reason == core::WaitReason::engine &&
                    queue->head() == this;
  if ((state == JobState::running || next) && !stalled && !values_reached())
    agent.reason = core::WaitReason::value;
  agent.since = account.phase_since();
  agent.operation = "submit " + (label ? *label : std::string("?"));
  agent.place = place;
  if (const auto due = watchdog_due()) {
    agent.has_recovery_timer = true;
    agent.recovery_at = *due;
  }
  return agent;
}

// The job as an agent: blocked on what it still needs. Asked for again while being described, it is
// the same agent: that closes cycles.
core::GateIndex Job::describe_finish(core::WaitGraphBuilder& builder) const {
  return builder.once(this, 0, [&] {
    if (awaits_interrupt() && interrupt_lost)
      return builder.faulty("the lost interrupt of " + name(), id_);
    if (state == JobState::done) return builder.environment(name() + " done", id_);
    const core::AgentIndex index = builder.add_agent(describe_self());
    const core::GateIndex self = builder.agent_gate(index, {}, id_);
    builder.agent(index).gate = describe_progress(builder, Until::end);
    return self;
  });
}

// In the ring: behind the jobs ahead of it, or at its head and in need of the engine.
void Job::describe_in_ring(core::WaitGraphBuilder& builder,
                           std::vector<core::GateIndex>& inputs) const {
  FENCELAB_ASSERT(queue && engine, "{} is in no ring", name());
  if (queue->head() != this) {
    for (const JobPtr& ahead : queue->jobs()) {
      if (ahead.get() == this) break;
      inputs.push_back(ahead->describe_finish(builder));
    }
    return;
  }
  if (!queue->has_work())
    inputs.push_back(builder.any_of({builder.faulty("the lost doorbell of " + name(), id_),
                                     builder.process(submitter, "a later doorbell", id_)}));
  const core::GateIndex silence = engine->gpu().firmware().describe_silence(builder, *queue);
  if (queue->vm && silence != core::kNoIndex) inputs.push_back(silence);
  const core::GateIndex turn = engine->describe_turn(builder, *this);
  if (turn != core::kNoIndex) inputs.push_back(turn);
  const bool stays = engine->keeps_to_the_end(*this);
  if (queue->vm && queue->suspended() && !stays)
    inputs.push_back(queue->vm->describe_resume(builder));
  if (queue->parked() && !stays)
    inputs.push_back(engine->gpu().faults()->gate(*context).describe_resume(builder));
  for (const ValuePoint& wait : ring_waits)
    if (wait.timeline->value() < wait.value)
      inputs.push_back(wait.timeline->describe_release(builder, wait.value));
}

core::GateIndex Job::describe_progress(core::WaitGraphBuilder& builder, Until until) const {
  std::vector<core::GateIndex> inputs;
  if (state == JobState::submitting)
    return builder.process(submitter, "submission of " + name(), id_);
  if (state == JobState::queued || state == JobState::pending_credit)
    inputs.push_back(entity->describe_queueing(builder, *this));
  else if (until != Until::ring)
    describe_in_ring(builder, inputs);
  if (hung && until == Until::end) inputs.push_back(builder.faulty(name() + " hangs", id_));
  if (infinite && !terminated && until == Until::end)
    inputs.push_back(terminator ? builder.process(terminator, "termination of " + name(), id_)
                                : builder.faulty(name() + " never ends", id_));
  return builder.all_of(std::move(inputs), {}, id_);
}

}  // namespace fencelab::models
