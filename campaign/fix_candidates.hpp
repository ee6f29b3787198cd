// Small changes that might help against a finding: another policy on one axis, another order of two
// operations, one wait less. They follow from how the finding works; whether one helps is found out
// by checking the changed scenario.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "campaign/mechanism.hpp"
#include "policies/registry.hpp"
#include "scenarios/runtime/stack_builder.hpp"

namespace fencelab::campaign {

struct FixCandidate {
  std::string change;             ///< in words
  std::string axis, option;       ///< of a policy: "bind" and "async-prealloc"; else empty
  std::vector<std::string> sets;  ///< "/json/pointer=value", as for --set
};

/// What candidates are derived from. What it refers to must outlive the call.
struct FixContext {
  const nlohmann::json& scenario;  ///< the document, with all of --set carried out
  const scenarios::ResolvedStack& stack;
  const policies::Registry& registry;
  const std::vector<MechanismMember>& members;
};

/// Other policies, and other words and flags of the present ones, one axis at a time. Axes that
/// decide what the members wait for come first, recovery (`hang`) after all that can prevent.
std::vector<FixCandidate> policy_candidates(const FixContext& context);

/// Other programs: what the members hold and wait for taken in the other order, waits before what
/// is held, releases before waits, waits in the program instead of in the queue, one wait less.
/// Some of them may be no valid scenarios.
std::vector<FixCandidate> program_candidates(const FixContext& context);

}  // namespace fencelab::campaign
