// A trace of one run: from probe events to a file.
#pragma once

#include <memory>
#include <string>

#include "analysis/trace/machine_names.hpp"
#include "analysis/trace/output.hpp"
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
  /// The run is over; later events are not looked at. Why nothing of it, or not all, could be
  /// written; empty if all is well.
  std::string finish(core::Time at);
  core::Probe::Mask mask() const;

 private:
  TraceOutput output_;
  std::unique_ptr<TraceSink> writer_, window_;
  Tracks tracks_;
  Threads threads_;
  std::unique_ptr<Timeline> timeline_;
  std::unique_ptr<Tracepoints> tracepoints_;
  bool over_ = false;
};

}  // namespace fencelab::analysis
