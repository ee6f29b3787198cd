// Changed copies of a scenario file: what the command line says about it, and small changes on top.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "policies/registry.hpp"
#include "scenarios/document_limits.hpp"
#include "scenarios/policy_names.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// How scenarios were read; enough to read one again, changed.
struct ScenarioReading {
  const policies::Registry& registry;
  scenarios::PolicyNames names;
  scenarios::DocumentLimits limits = {};
};

/// A scenario with one of its stacks. Neither is moved while somebody refers to it.
struct ScenarioVariant {
  scenarios::Scenario scenario;
  scenarios::ResolvedStack stack;
};

/// The document of `file` with `sets` carried out; nothing if it cannot be read any more.
std::optional<nlohmann::json> document_of(const std::string& file,
                                          const std::vector<std::string>& sets,
                                          const scenarios::DocumentLimits& limits = {});

/// The scenario of `document` under the stack of that name; nothing if it is none.
std::unique_ptr<ScenarioVariant> variant_of(const nlohmann::json& document, const std::string& file,
                                            const std::string& stack,
                                            const ScenarioReading& reading,
                                            const std::vector<std::string>& sets = {});

}  // namespace fencelab::campaign
