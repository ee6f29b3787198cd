#include "tests/campaign/behaviour/reclaim_run.hpp"

#include <fmt/format.h>

#include "campaign/predict_run.hpp"
#include "campaign/run_one.hpp"

namespace fencelab::tests {

std::string memory_scenario(const MemoryScenario& small) {
  return fmt::format(
      R"({{"format": 1, "name": "small", "horizon": "10 s", "platform": {{
          "memory": {{"size": "64 MiB", "watermarks": {{"min": "2 MiB", "low": "3 MiB", "high": "4 MiB"}}{}{}}},
          "gpus": [{{"name": "gpu0", "engines": ["rcs0", "ccs0"]}}]}}, {}
          "processes": [{}], "stacks": [{{"name": "stack", {}}}]}})",
      small.memory.empty() ? "" : ", ", small.memory, small.resources, small.processes,
      free_ioctls_with(small.axes));
}

campaign::RunRecord run_memory(const MemoryScenario& small) {
  return run_text(memory_scenario(small), [](const auto& scenario, const auto& stack) {
    return campaign::run_one(scenario, stack, 1);
  });
}

std::string rules_broken(const MemoryScenario& small) {
  const auto record = run_text(memory_scenario(small), [](const auto& scenario, const auto& stack) {
    campaign::PredictedRun predicted;
    campaign::RunRecord run = campaign::run_one(scenario, stack, 1, &predicted);
    run.values["rules"] = "";
    for (const auto& prediction : predicted.report.reports)
      run.values["rules"] += prediction.rule + " ";
    return run;
  });
  return record.values.at("rules");
}

}  // namespace fencelab::tests
