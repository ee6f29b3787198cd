#include "tests/campaign/behaviour/reclaim_run.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <functional>

#include "campaign/predict_run.hpp"
#include "campaign/run_all.hpp"
#include "campaign/run_one.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/stack_builder.hpp"

namespace fencelab::tests {

namespace {

using Use =
    std::function<campaign::RunRecord(const scenarios::Scenario&, const scenarios::ResolvedStack&)>;

campaign::RunRecord with(const MemoryScenario& small, const Use& use) {
  const std::string text = memory_scenario(small);
  const auto registry = policies::Registry::built_in();
  const auto loaded =
      scenarios::load_scenario(text, "small", scenarios::policy_names(registry, {}));
  INFO(text);
  INFO(scenarios::format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded);
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  REQUIRE(stack);
  const auto records =
      campaign::run_all({{{}, [&] { return use(*loaded, *stack); }}}, 1, [](const auto&) {});
  INFO(records.front().message);
  REQUIRE(records.front().status == "ok");
  return records.front();
}

}  // namespace

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
  return with(small, [](const auto& scenario, const auto& stack) {
    return campaign::run_one(scenario, stack, 1);
  });
}

std::string rules_broken(const MemoryScenario& small) {
  const auto record = with(small, [](const auto& scenario, const auto& stack) {
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
