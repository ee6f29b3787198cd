#include "campaign/incident.hpp"

#include <fmt/format.h>

#include "analysis/deadlock/dot.hpp"
#include "analysis/deadlock/text.hpp"
#include "analysis/report/deadlock_json.hpp"
#include "campaign/hazard_rules.hpp"

namespace fencelab::campaign {

namespace {

/// Where the first member stands that stands anywhere; at least the file.
SourcePlace place_of(const analysis::Finding& finding, const scenarios::World& world) {
  for (const analysis::Member& member : finding.members) {
    if (member.place >= world.place_count()) continue;
    const scenarios::Place& found = world.place(member.place);
    return {world.scenario().file, found.line, found.column, found.pointer};
  }
  return {world.scenario().file, 0, 0, ""};
}

}  // namespace

analysis::DescribePlace words_of_places(const scenarios::World& world) {
  return [&world](std::uint32_t index) {
    if (index >= world.place_count()) return std::string();
    const scenarios::Place& found = world.place(index);
    return fmt::format("{}:{}:{} {}", world.scenario().file, found.line, found.column,
                       found.pointer);
  };
}

IncidentRecord describe_incident(const core::WaitGraph& graph, const analysis::Finding& finding,
                                 bool rescued, const scenarios::World& world) {
  const analysis::DescribePlace place = words_of_places(world);
  IncidentRecord record;
  record.kind = std::string(analysis::to_string(finding.kind));
  if (rescued && finding.kind != analysis::FindingKind::stall)
    record.kind = "masked " + record.kind;
  record.signature = finding.signature;
  record.text = analysis::render_text(finding, {.describe_place = place});
  record.dot = analysis::render_dot(graph, {finding});
  record.json = analysis::deadlock_json(finding, place)
                    .dump(1, ' ', false, nlohmann::json::error_handler_t::replace);
  for (const analysis::Member& member : finding.members) record.members.push_back(member.name);
  record.place = place_of(finding, world);
  record.edges = analysis::wait_edges(finding);
  return record;
}

HazardRecord describe_hazard(const analysis::HazardClass& hazard, const scenarios::World& world) {
  HazardRecord record;
  record.kind = std::string(hazard_rule_id(hazard.kind));
  record.signature = hazard.signature;
  record.text = hazard.text;
  record.members = hazard.members;
  record.count = hazard.count;
  record.place = {world.scenario().file, 0, 0, ""};
  if (hazard.place < world.place_count()) {
    const scenarios::Place& found = world.place(hazard.place);
    record.place = {world.scenario().file, found.line, found.column, found.pointer};
  }
  return record;
}

}  // namespace fencelab::campaign
