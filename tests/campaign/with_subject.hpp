// A scenario under one of its stacks as something to explore, for the length of a call.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <type_traits>

#include "campaign/scenario_subject.hpp"
#include "policies/registry.hpp"
#include "scenarios/loader.hpp"

namespace fencelab::tests {

/// Calls `check(subject)` or `check(subject, scenario, stack)`. `stack`: its name; empty: the
/// first.
template <class Check>
void with_subject(const scenarios::Loaded<scenarios::Scenario>& loaded, const std::string& stack,
                  Check check) {
  const auto registry = policies::Registry::built_in();  // stacks refer to it
  INFO(scenarios::format_diagnostics(loaded.diagnostics()));
  REQUIRE(loaded.ok());
  for (const auto& spec : loaded->stacks) {
    if (!stack.empty() && spec.name != stack) continue;
    const auto resolved = scenarios::resolve_stack(*loaded, spec, registry);
    REQUIRE(resolved.ok());
    campaign::ScenarioSubject subject(*loaded, *resolved);
    if constexpr (std::is_invocable_v<Check, campaign::ScenarioSubject&>)
      return check(subject);
    else
      return check(subject, *loaded, *resolved);
  }
  FAIL("no stack " << stack);
}

/// The text of a scenario, under its first stack.
template <class Check>
void with_subject(const std::string& text, Check check) {
  const auto names = scenarios::policy_names(policies::Registry::built_in(), {});
  with_subject(scenarios::load_scenario(text, "test.json", names), "", check);
}

/// A scenario in a file, under the stack of that name.
template <class Check>
void with_subject_of_file(const std::string& file, const std::string& stack, Check check) {
  const auto names = scenarios::policy_names(policies::Registry::built_in(), {});
  with_subject(scenarios::load_scenario_file(file, names), stack, check);
}

}  // namespace fencelab::tests
