// The trace of one run: attached to it, and closed with it.
#pragma once

#include <optional>
#include <string>

#include "analysis/trace/run_tracer.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::campaign {

/// Does nothing if no trace is asked for. Made after the simulation and before the world, so that
/// it sees all of it and outlives who publishes.
class RunTrace {
 public:
  RunTrace(const analysis::TraceOptions& options, core::Simulation& simulation);
  /// The world is built, and has not started.
  void know(scenarios::World& world);
  /// The run is over; `stuck`: when something got stuck, if it did. What kept it from being
  /// written; empty if nothing did.
  std::string finish(core::Time at, std::optional<core::Time> stuck);

 private:
  std::optional<analysis::RunTracer> tracer_;
};

}  // namespace fencelab::campaign
