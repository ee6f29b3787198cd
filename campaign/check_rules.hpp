// The rules that a check can find broken: their ids in JUnit, SARIF and baselines, and their help.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fencelab::campaign {

struct CheckRule {
  std::string id;               ///< stable: baselines and dashboards refer to it
  std::string title;            ///< what is broken, in a few words
  std::string help;             ///< what it means and where to look, a few sentences
  bool can_be_accepted = true;  ///< by a baseline: it has a class that is the same in every run
};

/// All rules, in the order in which reports list them.
const std::vector<CheckRule>& check_rules();

/// The rule of that id, or nullptr.
const CheckRule* find_rule(std::string_view id);

/// Id of the rule that a finding of that kind breaks.
std::string rule_of_kind(std::string_view kind);

}  // namespace fencelab::campaign
