// A trace of one run: from probe events to a file.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "analysis/trace/cone.hpp"
#include "analysis/trace/machine_names.hpp"
#include "analysis/trace/output.hpp"
#include "analysis/trace/recording.hpp"
#include "analysis/trace/timeline.hpp"
#include "analysis/trace/trace_options.hpp"
#include "analysis/trace/tracepoints.hpp"

namespace fencelab::analysis {

/// Subscribe it before anything is made that it should know; it outlives all that publishes.
class RunTracer final : public core::ProbeSink {
 public:
  explicit RunTracer(const TraceOptions& options);
  ~RunTracer() override;
  /// Once the machine is built, before it runs.
  void know(const MachineNames& names);
  void on_event(const core::ProbeEvent& event) override;
  /// The run is over; later events are not looked at. `stuck`: when something got stuck, if it did.
  /// Why nothing of it, or not all, could be written; empty if all is well.
  std::string finish(core::Time at, std::optional<core::Time> stuck);
  core::Probe::Mask mask() const;

 private:
  TraceSink& sink() { return recording_ ? static_cast<TraceSink&>(*recording_) : *window_; }
  std::string write_recording(std::optional<core::Time> stuck);
  std::string find_trigger(std::optional<core::Time> stuck, core::Time& at) const;
  TraceOptions options_;
  TraceOutput output_;
  std::unique_ptr<TraceSink> writer_, window_;
  /// Where it is known at the end only what is wanted.
  std::optional<TraceRecording> recording_;
  std::optional<CausalCone> cone_;
  std::uint32_t events_ = 0;
  Tracks tracks_;
  Threads threads_;
  std::unique_ptr<Timeline> timeline_;
  std::unique_ptr<Tracepoints> tracepoints_;
  bool over_ = false;
};

}  // namespace fencelab::analysis
