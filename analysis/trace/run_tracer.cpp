#include "analysis/trace/run_tracer.hpp"

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
    : output_(options.path),
      writer_(make_writer(options, output_)),
      window_(std::make_unique<TraceWindow>(*writer_, options.from, options.to)),
      tracks_(*window_),
      threads_(tracks_) {
  if (options.form != TraceForm::ftrace_text)
    timeline_ = std::make_unique<Timeline>(*window_, tracks_, threads_);
  if (options.form != TraceForm::chrome_json)
    tracepoints_ = std::make_unique<Tracepoints>(*window_, threads_);
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
  return mask;
}

void RunTracer::on_event(const ProbeEvent& event) {
  if (over_) return;
  if (event.kind == ProbeKind::process_started)
    threads_.started(*static_cast<const core::Process*>(event.subject));
  if (tracepoints_ && Tracepoints::kMask.has(event.kind)) tracepoints_->on_event(event);
  if (timeline_ && Timeline::kMask.has(event.kind)) timeline_->on_event(event);
  if (event.kind == ProbeKind::process_ended)
    threads_.ended(static_cast<const core::Process*>(event.subject)->id);
}

std::string RunTracer::finish(core::Time at) {
  if (timeline_) timeline_->finish(at);
  window_->finish(at);
  over_ = true;
  output_.close();
  return output_.error();
}

}  // namespace fencelab::analysis
