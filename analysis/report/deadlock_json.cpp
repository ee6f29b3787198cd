#include "analysis/report/deadlock_json.hpp"

#include <map>

namespace fencelab::analysis {
namespace {

using nlohmann::ordered_json;
using Names = std::map<core::AgentIndex, std::string>;

ordered_json time_json(core::Time at) {
  return at == core::kNever ? ordered_json() : ordered_json(core::nanoseconds_of(at));
}

void put_place(ordered_json& json, std::uint32_t place, const DescribePlace& describe_place) {
  if (place == core::kNoIndex) return;
  if (describe_place)
    json["place"] = describe_place(place);
  else
    json["place"] = place;
}

ordered_json item_json(const WaitedItem& item, const Names& names) {
  ordered_json json;
  json["label"] = item.label;
  json["object"] = raw(item.object);
  if (!item.why.empty()) json["why"] = item.why;
  json["providers"] = ordered_json::array();
  for (const core::AgentIndex agent : item.providers) json["providers"].push_back(names.at(agent));
  return json;
}

ordered_json member_json(const Member& member, const Names& names,
                         const DescribePlace& describe_place) {
  ordered_json json;
  json["name"] = member.name;
  json["reason"] = core::to_string(member.reason);
  json["since_ns"] = time_json(member.since);
  if (!member.mode.empty()) json["mode"] = member.mode;
  json["waits"] = ordered_json::array();
  for (const WaitedItem& item : member.waits) json["waits"].push_back(item_json(item, names));
  json["holds"] = ordered_json::array();
  for (const core::HeldItem& held : member.holds) {
    json["holds"].push_back({{"label", held.label}, {"by", held.by_operation}});
    put_place(json["holds"].back(), held.place, describe_place);
  }
  json["operation"] = member.operation;
  put_place(json, member.place, describe_place);
  if (member.daemon) json["service"] = true;
  if (member.has_recovery_timer) json["recovery_at_ns"] = time_json(member.recovery_at);
  return json;
}

ordered_json cycle_json(const Finding& finding, const Names& names) {
  ordered_json json = ordered_json::array();
  for (const CycleEdge& edge : finding.cycle) {
    ordered_json step;
    step["from"] = names.at(edge.from);
    step["waits_for"] = edge.label;
    if (!edge.guard.empty()) step["guard"] = edge.guard;
    step["to"] = names.at(edge.to);
    json.push_back(std::move(step));
  }
  return json;
}

ordered_json behind_json(const Finding& finding, const DescribePlace& describe_place) {
  ordered_json json = ordered_json::array();
  for (const BlockedBehind& blocked : finding.behind) {
    ordered_json entry;
    entry["name"] = blocked.name;
    entry["reason"] = core::to_string(blocked.reason);
    entry["waits_for"] = blocked.label;
    entry["since_ns"] = time_json(blocked.since);
    put_place(entry, blocked.place, describe_place);
    if (blocked.daemon) entry["service"] = true;
    json.push_back(std::move(entry));
  }
  return json;
}

}  // namespace

ordered_json deadlock_json(const Finding& finding, const DescribePlace& describe_place) {
  Names names;
  for (const Member& member : finding.members) names[member.agent] = member.name;
  ordered_json json;
  json["kind"] = to_string(finding.kind);
  json["class"] = finding.signature;
  json["at_ns"] = time_json(finding.at);
  json["masked"] = finding.rescue.exists;
  if (finding.rescue.exists)
    json["rescue"] = {{"timer_of", names.at(finding.rescue.agent)},
                      {"at_ns", time_json(finding.rescue.at)}};
  json["services_only"] = finding.services_only;
  json["members"] = ordered_json::array();
  for (const Member& member : finding.members)
    json["members"].push_back(member_json(member, names, describe_place));
  json["cycle"] = cycle_json(finding, names);
  json["behind"] = behind_json(finding, describe_place);
  return json;
}

ordered_json deadlock_json(const std::vector<Finding>& findings,
                           const DescribePlace& describe_place) {
  ordered_json json;
  json["findings"] = ordered_json::array();
  for (const Finding& finding : findings)
    json["findings"].push_back(deadlock_json(finding, describe_place));
  return json;
}

}  // namespace fencelab::analysis
