// The ways of jobs: from submission through queue, dependencies, credits and ring to an engine.
#include "analysis/trace/timeline.hpp"
#include "models/client.hpp"
#include "models/gpu/context.hpp"
#include "models/gpu/engine.hpp"
#include "models/gpu/gpu.hpp"
#include "models/gpu/hw_queue.hpp"

namespace fencelab::analysis {

using core::ProbeEvent;
using core::ProbeKind;
using models::Job;

namespace {

std::string_view label_of(const Job& job) {
  return job.label ? std::string_view(*job.label) : std::string_view("job");
}

std::string_view client_of(const Job& job) {
  return job.client ? std::string_view(job.client->name()) : std::string_view("kernel");
}

}  // namespace

Timeline::Stage* Timeline::open(const ProbeEvent& event, const Job& job) {
  const auto known = jobs_.find(job.id());
  if (known != jobs_.end()) return &known->second;
  if (!job.queue || event.kind == ProbeKind::job_finished) return nullptr;
  const TrackId group = tracks_.group("GPU " + job.context->gpu().name());
  const std::string& queue = job.queue->name();
  Stage& stage = jobs_[job.id()];
  stage.lane = tracks_.take(group, TrackKind::lane, "queue " + queue);
  stage.counter = tracks_.counter(group, "jobs in " + queue, false);
  stage.queue = job.queue->id();
  sink_.count(stage.counter, event.at, ++queue_depths_[stage.queue]);
  const Argument arguments[] = {
      {"client", client_of(job)}, {"job", core::raw(job.id())}, {"iteration", job.iteration}};
  slices_.begin(SliceKind::job, {stage.lane, event.at, label_of(job), arguments});
  begin_phase(stage, event.at, "wait: fifo");
  return &stage;
}

void Timeline::begin_phase(Stage& stage, core::Time at, std::string_view name,
                           std::span<const Argument> arguments) {
  slices_.end(SliceKind::phase, stage.lane, at, arrows_.arrived(stage.lane));
  slices_.begin(SliceKind::phase, {stage.lane, at, name, arguments});
}

void Timeline::block(Stage& stage, const ProbeEvent& event, const Job& job) {
  const core::ObjectId object{event.a};
  std::string what;
  bool value = false;
  for (const models::Dependency& dependency : job.dependencies) {
    const bool turn = dependency.producer && dependency.producer->scheduled &&
                      dependency.producer->scheduled->id() == object;
    if (turn) what = dependency.producer->scheduled->describe();
    if (dependency.point.id() != object) continue;
    value = dependency.point.is_value();
    what = value ? dependency.point.timeline->describe() : dependency.point.fence->describe();
  }
  const Argument arguments[] = {{"for", what}};
  begin_phase(stage, event.at, value ? "wait: value" : "wait: fence", arguments);
  arrows_.wait(stage.lane, object, event.b);
}

void Timeline::execute(Stage& stage, const ProbeEvent& event, const Job& job) {
  begin_phase(stage, event.at, "running");
  stage.engine = here(event);
  const Argument arguments[] = {{"client", client_of(job)},
                                {"queue", job.queue->name()},
                                {"job", core::raw(job.id())},
                                {"iteration", job.iteration}};
  slices_.begin(SliceKind::execution, {stage.engine, event.at, label_of(job), arguments});
}

void Timeline::leave_engine(Stage& stage, core::Time at) {
  if (stage.engine != 0) slices_.end(SliceKind::execution, stage.engine, at);
  stage.engine = 0;
}

void Timeline::close(core::ObjectId job, core::Time at) {
  const Stage stage = jobs_.extract(job).mapped();
  arrows_.arrived(stage.lane);
  slices_.end(SliceKind::job, stage.lane, at);
  tracks_.release(stage.lane);
  sink_.count(stage.counter, at, --queue_depths_[stage.queue]);
}

// The kernel may be told later.
void Timeline::finish_job(const ProbeEvent& event, const Job& job) {
  if (event.b != 0) {
    const Argument arguments[] = {{"job", core::raw(job.id())}, {"errno", event.b}};
    note(event, "job failed", arguments);
  }
  Stage* const stage = open(event, job);
  if (!stage) return;
  leave_engine(*stage, event.at);
  slices_.end(SliceKind::phase, stage->lane, event.at, arrows_.arrived(stage->lane));
  stage->over = true;
  const bool told = !job.finished || job.finished->signaled_at() != core::kNever;
  if (told || job.never_signals) close(job.id(), event.at);
}

void Timeline::on_job_event(const ProbeEvent& event, const Job& job) {
  if (event.kind == ProbeKind::job_finished) return finish_job(event, job);
  Stage* const stage = open(event, job);
  if (!stage || stage->over) return;
  switch (event.kind) {
    case ProbeKind::job_blocked: return block(*stage, event, job);
    case ProbeKind::job_ready: return begin_phase(*stage, event.at, "wait: credit");
    case ProbeKind::job_on_ring: return begin_phase(*stage, event.at, "wait: engine");
    case ProbeKind::job_started:
    case ProbeKind::job_resumed: return execute(*stage, event, job);
    case ProbeKind::job_preempted:
      leave_engine(*stage, event.at);
      return begin_phase(*stage, event.at,
                         job.queue->known_suspended() ? "wait: memory" : "wait: engine");
    default: return;
  }
}

}  // namespace fencelab::analysis
