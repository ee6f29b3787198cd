#include "campaign/run_trace.hpp"

namespace fencelab::campaign {

RunTrace::RunTrace(const analysis::TraceOptions& options, core::Simulation& simulation) {
  if (options.path.empty()) return;
  tracer_.emplace(options);
  simulation.probe().subscribe(*tracer_, tracer_->mask());
}

void RunTrace::know(scenarios::World& world) {
  if (!tracer_) return;
  analysis::MachineNames names;
  for (const auto& client : world.machine().clients()) names.clients.push_back(client->name());
  for (scenarios::Index i = 0; i < world.scenario().displays.size(); ++i) {
    const models::Display& display = world.display(i);
    names.displays.push_back({display.id(), display.name(), display.period()});
  }
  tracer_->know(names);
}

std::string RunTrace::finish(core::Time at, std::optional<core::Time> stuck) {
  return tracer_ ? tracer_->finish(at, stuck) : "";
}

}  // namespace fencelab::campaign
