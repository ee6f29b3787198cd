#include "campaign/predict_run.hpp"

#include <fmt/format.h>

#include "analysis/lockdep/text.hpp"
#include "campaign/hardware.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::campaign {

PredictedRun describe_orders(const analysis::OrderWatch& watch, const core::Simulation& simulation,
                             const scenarios::World& world) {
  PredictedRun run;
  run.fences = watch.fence_classes();
  run.completed = simulation.unfinished() == 0;
  run.report = watch.report();
  const scenarios::Scenario& scenario = world.scenario();
  const auto place = [&world](std::uint32_t index) {
    if (index >= world.place_count()) return std::string();
    const scenarios::Place& found = world.place(index);
    return fmt::format("{}:{}:{} {}", world.scenario().file, found.line, found.column,
                       found.pointer);
  };
  run.text = analysis::render_order_report(run.report, {.describe_place = place});
  for (const analysis::Prediction& prediction : run.report.reports) {
    run.texts.push_back(analysis::render_prediction(prediction, {.describe_place = place}));
    run.places.push_back({scenario.file, 0, 0, ""});
    for (const analysis::PredictedEdge& edge : prediction.edges) {
      if (edge.witness.place >= world.place_count()) continue;
      const scenarios::Place& found = world.place(edge.witness.place);
      run.places.back() = {scenario.file, found.line, found.column, found.pointer};
      break;
    }
  }
  return run;
}

PredictedRun predict_run(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                         std::uint64_t seed) {
  core::Simulation simulation({.seed = seed});
  models::platform::SharedHardware hardware(simulation, describe_hardware(scenario.platform));
  policies::RunState state(simulation);
  analysis::OrderWatch watch(simulation);
  simulation.probe().subscribe(watch, analysis::OrderWatch::kMask);
  scenarios::World world(simulation, hardware, scenario, stack, state);
  world.start();
  hardware.run(core::Time(scenario.horizon), [] { return false; });
  return describe_orders(watch, simulation, world);
}

}  // namespace fencelab::campaign
