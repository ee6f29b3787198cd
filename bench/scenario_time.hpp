// One run of a scenario given as text, with its first stack and seed 1: processor time and events.
#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <string>

#include "campaign/run_one.hpp"
#include "scenarios/loader.hpp"

namespace fencelab::bench {

struct ScenarioTime {
  double seconds = 0;
  double events = 0;
};

/// Ends the program if it does not load or does not complete.
inline ScenarioTime time_of(const std::string& text) {
  const auto loaded = scenarios::load_scenario(text, "bench", {});
  if (!loaded) {
    fmt::print("{}", scenarios::format_diagnostics(loaded.diagnostics()));
    std::exit(1);
  }
  const auto registry = policies::Registry::built_in();
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  const std::clock_t begun = std::clock();
  const auto record = campaign::run_one(*loaded, *stack, 1);
  if (record.verdict != "complete") std::exit(1);
  return {static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC,
          std::stod(record.values.at("events_count"))};
}

}  // namespace fencelab::bench
