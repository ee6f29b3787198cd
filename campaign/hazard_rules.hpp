// The kinds of hazards: their rules, and the columns of a run that count them.
#pragma once

#include <array>
#include <string_view>

#include "analysis/hazards/hazard_log.hpp"

namespace fencelab::campaign {

struct HazardRule {
  analysis::HazardKind kind{};
  std::string_view id;                      ///< of the rule, and kind of the finding
  std::array<std::string_view, 3> columns;  ///< that count it, most specific first; empty: none
};

const std::array<HazardRule, 5>& hazard_rules();
/// The rule of that id; nullptr: it is none of a hazard.
const HazardRule* find_hazard_rule(std::string_view id);
std::string_view hazard_rule_id(analysis::HazardKind kind);

}  // namespace fencelab::campaign
