#include "campaign/predict_run.hpp"

#include <fmt/format.h>

#include "analysis/lockdep/text.hpp"
#include "campaign/hardware.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::campaign {

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

  PredictedRun run;
  run.completed = simulation.unfinished() == 0;
  run.report = watch.report();
  const auto place = [&world](std::uint32_t index) {
    if (index >= world.place_count()) return std::string();
    const scenarios::Place& found = world.place(index);
    return fmt::format("{}:{}:{} {}", world.scenario().file, found.line, found.column,
                       found.pointer);
  };
  run.text = analysis::render_order_report(run.report, {.describe_place = place});
  return run;
}

}  // namespace fencelab::campaign
