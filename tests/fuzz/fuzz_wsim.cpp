// Any bytes as a workload descriptor: what parses is imported into a scenario that loads, and each
// of its steps is read back as the same step; what does not is refused with a line.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "scenarios/loader.hpp"
#include "scenarios/wsim/importer.hpp"
#include "scenarios/wsim/parser.hpp"

using namespace fencelab::scenarios;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto workload = wsim::parse_workload(text, "fuzz.wsim");
  if (!workload) {
    if (workload.diagnostics().empty()) std::abort();
    return 0;
  }
  for (const wsim::Step& step : workload->steps) {
    const std::string rendered = wsim::render_step(step);
    const auto again = wsim::parse_workload(rendered, "step");
    if (again && (again->steps.size() != 1 || wsim::render_step(again->steps[0]) != rendered))
      std::abort();
  }
  const std::string scenario = wsim::import_workload(*workload, {.name = "fuzz"});
  const auto loaded = load_scenario(scenario, "fuzz.json", {});
  if (!loaded) std::abort();
  return 0;
}
