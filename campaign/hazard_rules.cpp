#include "campaign/hazard_rules.hpp"

namespace fencelab::campaign {

using analysis::HazardKind;

const std::array<HazardRule, 5>& hazard_rules() {
  static constexpr std::array<HazardRule, 5> kRules = {{
      {HazardKind::read_write_race,
       "read-write-race",
       {"races_read_write_count", "races_count", "hazards_count"}},
      {HazardKind::write_write_race,
       "write-write-race",
       {"races_write_write_count", "races_count", "hazards_count"}},
      {HazardKind::absence, "absent-memory", {"absences_count", "hazards_count", ""}},
      {HazardKind::undrawn, "undrawn-frame", {"undrawn_count", "hazards_count", ""}},
      {HazardKind::stale, "stale-frame", {"stale_count", "hazards_count", ""}},
  }};
  return kRules;
}

const HazardRule* find_hazard_rule(std::string_view id) {
  for (const HazardRule& rule : hazard_rules())
    if (rule.id == id) return &rule;
  return nullptr;
}

std::string_view hazard_rule_id(HazardKind kind) {
  return hazard_rules()[static_cast<std::size_t>(kind)].id;
}

}  // namespace fencelab::campaign
