#include "analysis/trace/run_tracer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/trace/chrome_json.hpp"
#include "analysis/trace/ftrace_text.hpp"
#include "analysis/trace/perfetto.hpp"
#include "analysis/trace/window.hpp"

namespace fencelab::analysis {

using core::Probe;
using core::ProbeEvent;
using core::ProbeKind;

namespace {

std::unique_ptr<TraceSink> make_writer(const TraceOptions& options, TraceOutput& output) {
  switch (options.form) {
    case TraceForm::perfetto: return std::make_unique<Perfetto>(output, options.names);
    case TraceForm::ftrace_text: return std::make_unique<FtraceText>(output, options.names);
    case TraceForm::chrome_json: break;
  }
  return std::make_unique<ChromeJson>(output);
}

}  // namespace

RunTracer::RunTracer(const TraceOptions& options)
    : options_(options),
      output_(options.path),
      writer_(make_writer(options, output_)),
      window_(std::make_unique<TraceWindow>(*writer_, options.from, options.to)),
      recording_(options.trigger.empty() && options.cone.empty()
                     ? std::nullopt
                     : std::optional<TraceRecording>(std::in_place)),
      tracks_(sink()),
      threads_(tracks_) {
  if (!options.cone.empty()) cone_.emplace();
  // Text has no instants: they are looked for all the same.
  if (options.form != TraceForm::ftrace_text || !options.trigger.empty())
    timeline_ = std::make_unique<Timeline>(sink(), tracks_, threads_);
  if (options.form != TraceForm::chrome_json)
    tracepoints_ = std::make_unique<Tracepoints>(sink(), threads_);
}

RunTracer::~RunTracer() = default;

void RunTracer::know(const MachineNames& names) {
  threads_.know_clients(names.clients);
  if (timeline_) timeline_->know(names);
  if (tracepoints_) tracepoints_->know(names);
}

Probe::Mask RunTracer::mask() const {
  Probe::Mask mask = Probe::bit(ProbeKind::process_started) | Probe::bit(ProbeKind::process_ended);
  if (timeline_) mask = mask | Timeline::kMask;
  if (tracepoints_) mask = mask | Tracepoints::kMask;
  if (cone_) mask = mask | CausalCone::kMask;
  return mask;
}

void RunTracer::on_event(const ProbeEvent& event) {
  if (over_) return;
  if (recording_) recording_->begin_event(events_);
  if (cone_ && CausalCone::kMask.has(event.kind)) cone_->on_event(event, events_);
  ++events_;
  if (event.kind == ProbeKind::process_started)
    threads_.started(*static_cast<const core::Process*>(event.subject));
  if (tracepoints_ && Tracepoints::kMask.has(event.kind)) tracepoints_->on_event(event);
  if (timeline_ && Timeline::kMask.has(event.kind)) timeline_->on_event(event);
  if (event.kind == ProbeKind::process_ended)
    threads_.ended(static_cast<const core::Process*>(event.subject)->id);
}

std::string RunTracer::finish(core::Time at, std::optional<core::Time> stuck) {
  over_ = true;
  if (recording_) recording_->begin_event(events_);
  if (timeline_) timeline_->finish(at);
  sink().finish(at);
  const std::string failure = recording_ ? write_recording(stuck) : std::string();
  output_.close();
  return output_.error().empty() ? failure : output_.error();
}

// Why there is none; empty: it is `at`.
std::string RunTracer::find_trigger(std::optional<core::Time> stuck, core::Time& at) const {
  constexpr std::string_view kStuck = "stuck";
  const auto found = options_.trigger == kStuck
                         ? (options_.trigger_number == 1 ? stuck : std::nullopt)
                         : recording_->time_of(options_.trigger, options_.trigger_number);
  if (found) {
    at = *found;
    return "";
  }
  std::string there = stuck ? std::string(kStuck) : "";
  for (const auto& [name, times] : recording_->instants())
    there += fmt::format("{}{} ({})", there.empty() ? "" : ", ", name, times);
  return fmt::format("nothing is traced: no {} in this run (number {}); it has: {}",
                     options_.trigger, options_.trigger_number, there.empty() ? "none" : there);
}

std::string RunTracer::write_recording(std::optional<core::Time> stuck) {
  core::Time from = options_.from, to = options_.to;
  if (!options_.trigger.empty()) {
    core::Time zero{};
    if (std::string failure = find_trigger(stuck, zero); !failure.empty()) return failure;
    from = std::max(core::Time{}, zero + from.time_since_epoch());
    to = core::saturating_add(zero, to.time_since_epoch());
  }
  if (!cone_) {
    TraceWindow window(*writer_, from, to);
    recording_->replay(window);
    return "";
  }
  const auto target = cone_->find(options_.cone);
  if (!target) {
    const auto jobs = cone_->jobs();
    return fmt::format(
        "nothing is traced: there is no fence or job {} in this run; a fence is named by context "
        "and number, as 12:3, a job as {}",
        options_.cone, jobs.empty() ? "reports do" : jobs.back());
  }
  TraceWindow window(*writer_, from, std::min(to, cone_->time_of(*target)));
  recording_->replay(window, cone_->causes_of(*target));
  return "";
}

}  // namespace fencelab::analysis
