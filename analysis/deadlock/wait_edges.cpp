#include "analysis/deadlock/wait_edges.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace fencelab::analysis {
namespace {

std::string without_present_values(std::string label) {
  for (auto at = label.find(" (now "); at != std::string::npos; at = label.find(" (now ", at)) {
    const auto end = label.find(')', at);
    if (end == std::string::npos) break;
    label.erase(at, end + 1 - at);
  }
  return label;
}

void sort_out(std::vector<std::string>& words) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
}

}  // namespace

std::vector<WaitEdge> wait_edges(const Finding& finding) {
  std::map<core::AgentIndex, std::string> names;
  for (const Member& member : finding.members) names[member.agent] = member.name;
  std::vector<WaitEdge> edges;
  for (const Member& member : finding.members) {
    WaitEdge edge{member.name, std::string(core::to_string(member.reason)), {}, {}, {}, false};
    for (const WaitedItem& item : member.waits) {
      edge.on.push_back(without_present_values(item.label));
      for (const core::AgentIndex agent : item.providers) edge.by.push_back(names.at(agent));
    }
    sort_out(edge.on);
    sort_out(edge.by);
    edge.on_cycle = edges.size() < finding.cycle.size();
    edges.push_back(std::move(edge));
  }
  return edges;
}

std::string words_of(const WaitEdge& edge) {
  const std::string who = edge.who.empty() ? "(nobody)" : edge.who;
  const std::string holds = edge.holds.empty() ? "" : fmt::format(" with {}", edge.holds);
  const std::string by = edge.by.empty() ? "" : fmt::format("-> {}", fmt::join(edge.by, ", "));
  return fmt::format("{}{} -[{}: {}]{}", who, holds, edge.kind, fmt::join(edge.on, " | "),
                     by.empty() ? "->" : by);
}

}  // namespace fencelab::analysis
