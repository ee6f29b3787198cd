#include "campaign/vet/vet_case.hpp"

#include <fmt/format.h>

#include "scenarios/stack_words.hpp"

namespace fencelab::campaign {

namespace {

/// Whether `policy` is what the stack has on its axis, be it on one GPU.
bool has_policy(const scenarios::ResolvedStack& stack, const policies::PolicyInfo& policy) {
  if (stack.system.at(policy.axis).policy == &policy) return true;
  for (const auto& [gpu, choices] : stack.by_gpu)
    if (choices.at(policy.axis).policy == &policy) return true;
  return false;
}

std::unique_ptr<VetCase> case_of(const scenarios::Scenario& scenario,
                                 const scenarios::StackSpec& base,
                                 const policies::PolicyInfo& policy,
                                 const policies::Registry& registry) {
  const std::string name = fmt::format("{},{}={}", base.name, policy.axis, policy.name);
  auto before = scenarios::resolve_stack(scenario, base, registry);
  auto after = scenarios::resolve_stack(
      scenario, scenarios::parse_stack(name, scenario.stacks).stack, registry);
  if (!before || !after || has_policy(before.value(), policy)) return nullptr;
  auto found = std::make_unique<VetCase>();
  found->scenario = found->longer = scenario;
  found->longer.horizon *= 2;
  found->base_name = base.name;
  found->name = name;
  found->base = std::move(before).value();
  found->stack = std::move(after).value();
  if (!scenario.seeds.empty()) found->seed = scenario.seeds.front();
  return found;
}

}  // namespace

std::unique_ptr<VetCase> vet_case(const scenarios::Scenario& scenario,
                                  const policies::PolicyInfo& policy,
                                  const policies::Registry& registry) {
  // A name with a comma cannot be said on a command line.
  for (const scenarios::StackSpec& base : scenario.stacks)
    if (base.name.find(',') == std::string::npos)
      if (auto found = case_of(scenario, base, policy, registry)) return found;
  scenarios::StackSpec usual;
  usual.name = usual.preset = "linux-implicit";
  return case_of(scenario, usual, policy, registry);
}

}  // namespace fencelab::campaign
