// Turns a stack of a scenario (preset plus overrides, parameters as text) into policies.
#pragma once

#include <string>
#include <vector>

#include "policies/registry.hpp"
#include "scenarios/diagnostics.hpp"
#include "scenarios/policy_names.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::scenarios {

/// Names for the loader's checks and suggestions.
PolicyNames policy_names(const policies::Registry& registry, std::vector<std::string> metrics);

/// A stack whose every axis is decided and whose every parameter is a number.
struct ResolvedStack {
  struct Choice {
    const policies::PolicyInfo* policy = nullptr;
    policies::ParameterValues values;
  };
  std::string name;
  std::map<std::string, Choice> system;  ///< axis -> choice
  std::map<std::string, std::map<std::string, Choice>>
      by_gpu;  ///< GPU -> all axes, overrides applied
};

/// Checks and resolves; all errors at once.
Loaded<ResolvedStack> resolve_stack(const Scenario& scenario, const StackSpec& stack,
                                    const policies::Registry& registry);

/// Fresh policy objects for one run.
models::DriverPolicies make_policies(const std::map<std::string, ResolvedStack::Choice>& choices,
                                     policies::RunState& run);

}  // namespace fencelab::scenarios
