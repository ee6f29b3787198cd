#include "tests/campaign/behaviour/small_run.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "campaign/columns.hpp"
#include "campaign/run_all.hpp"
#include "campaign/run_one.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/stack_builder.hpp"

namespace fencelab::tests {

std::string free_ioctls_with(const std::string& axis, const std::string& preset) {
  return fmt::format(
      R"("preset": "{}", "axes": {{"submission": {{"policy": "kernel", "ioctl_cost": "0 ns"}}{}{}}})",
      preset, axis.empty() ? "" : ", ", axis);
}

const std::string kFreeIoctls = free_ioctls_with("");

std::string process(const std::string& name, const std::string& context, const std::string& program,
                    const std::string& start) {
  return fmt::format(
      R"({{"name": "{}", "contexts": [{{"name": "c"{}{}}}], "threads": [{{"name": "main", "start": "{}", "program": [{}]}}]}})",
      name, context.empty() ? "" : ", ", context, start, program);
}

campaign::RunRecord run_text(
    const std::string& text,
    const std::function<campaign::RunRecord(const scenarios::Scenario&,
                                            const scenarios::ResolvedStack&)>& use) {
  const auto registry = policies::Registry::built_in();
  const auto loaded =
      scenarios::load_scenario(text, "small", scenarios::policy_names(registry, {}));
  INFO(text);
  INFO(scenarios::format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded);
  const auto stack = scenarios::resolve_stack(*loaded, loaded->stacks.front(), registry);
  INFO(scenarios::format_diagnostics(stack.diagnostics()));
  REQUIRE(stack);
  const auto records =
      campaign::run_all({{{}, [&] { return use(*loaded, *stack); }}}, 1, [](const auto&) {});
  INFO(records.front().message);
  REQUIRE(records.front().status == "ok");
  return records.front();
}

campaign::RunRecord run_small(const SmallScenario& small) {
  return run_text(
      fmt::format(
          R"({{"format": 1, "name": "small", "horizon": "100 s", "platform": {{"gpus": [{{"name": "gpu0",
          "engines": ["rcs0", "ccs0", "bcs0", {{"name": "kthread", "worker": {{}}}}]{}{}}}]{}, "links": [{}]}}, {}
          "processes": [{}], "stacks": [{{"name": "stack", {}}}]}})",
          small.gpu.empty() ? "" : ", ", small.gpu,
          small.cpus.empty() ? "" : fmt::format(R"(, "cpus": {{{}}})", small.cpus), small.links,
          small.resources, small.processes, small.stack),
      [](const auto& scenario, const auto& stack) {
        return campaign::run_one(scenario, stack, 1);
      });
}

std::int64_t number(const campaign::RunRecord& record, const std::string& column) {
  const auto value = record.values.find(column);
  INFO(column);
  REQUIRE(value != record.values.end());
  return std::stoll(value->second);
}

}  // namespace fencelab::tests
