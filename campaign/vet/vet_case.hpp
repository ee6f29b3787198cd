// What a policy is vetted by: a scenario under a stack that has another policy there, and under the
// same stack with this one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policies/registry.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

struct VetCase {
  scenarios::Scenario scenario;
  scenarios::Scenario longer;   ///< the same with twice the horizon
  std::string base_name, name;  ///< of the stacks: `name` is what --stack understands
  scenarios::ResolvedStack base, stack;
  std::uint64_t seed = 1;
};

/// The first stack of the scenario, or else linux-implicit, in which `policy` can take the place of
/// another; nothing if there is none.
std::unique_ptr<VetCase> vet_case(const scenarios::Scenario& scenario,
                                  const policies::PolicyInfo& policy,
                                  const policies::Registry& registry);

}  // namespace fencelab::campaign
