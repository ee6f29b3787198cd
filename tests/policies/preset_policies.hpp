// The policies of a preset, for tests that build a machine by hand.
#pragma once

#include <string>

#include "policies/registry.hpp"

namespace fencelab::tests {

/// With every parameter at the preset's value, or its default.
inline models::DriverPolicies policies_of(const std::string& preset, policies::RunState& state) {
  const policies::Registry registry = policies::Registry::built_in();
  models::DriverPolicies set;
  for (const auto& [axis, choice] : policies::find_preset(preset)->axes) {
    const policies::PolicyInfo& info = *registry.find(axis, choice.policy);
    policies::ParameterValues values;
    for (const policies::Parameter& parameter : info.parameters)
      values.set(parameter.name, parameter.default_value);
    for (const auto& [name, value] : choice.parameters) values.set(name, value);
    info.make(set, values, state);
  }
  return set;
}

}  // namespace fencelab::tests
