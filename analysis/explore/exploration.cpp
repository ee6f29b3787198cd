#include "analysis/explore/exploration.hpp"

#include <algorithm>

#include "core/waitable.hpp"

namespace fencelab::analysis {

std::uint64_t dead_key(const core::Simulation& simulation, const core::WaitGraph& graph,
                       const std::vector<Finding>& findings) {
  std::vector<std::uint64_t> parts;
  for (const core::Process& process : simulation.processes()) {
    if (process.state != core::ProcessState::blocked) continue;
    std::uint64_t part = core::mix_hash(core::mix_hash(1, process.actor + 1), process.wait.need);
    for (std::uint32_t i = 0; i < process.wait.count; ++i) {
      const core::WaitLink& link = process.wait.links[i];
      part = core::mix_hash(part, core::raw(link.object->id()));
      part = core::mix_hash(part, link.value * 2 + link.done);
    }
    std::vector<std::uint64_t> held;
    for (const core::Held& item : process.held) held.push_back(core::raw(item.object->id()));
    std::sort(held.begin(), held.end());
    for (const std::uint64_t object : held) part = core::mix_hash(part, object);
    parts.push_back(part);
  }
  // Jobs that are stuck are no processes: their names tell them apart.
  for (const Finding& finding : findings)
    for (const Member& member : finding.members) {
      if (member.agent >= graph.agents.size()) continue;
      std::uint64_t part = 7;
      for (const char c : member.name) part = core::mix_hash(part, static_cast<unsigned char>(c));
      parts.push_back(part);
    }
  // In which order findings tell of them, and in which order they queue, is no part of the name.
  std::sort(parts.begin(), parts.end());
  std::uint64_t key = 0;
  for (const std::uint64_t part : parts) key = core::mix_hash(key, part);
  return key;
}

bool judge_leaf(Execution& execution, const Schedule& schedule, Exploration& result) {
  if (execution.is_settled()) return false;
  core::WaitGraph graph = execution.snapshot();
  std::vector<Finding> findings = find_deadlocks(graph);
  // As in timed runs: jobs that nobody waits for count, and so do wake-ups that were lost.
  if (findings.empty() && execution.steps().empty()) findings = find_lost_wakeups(graph);
  if (findings.empty()) return false;
  const std::uint64_t key = dead_key(execution.simulation(), graph, findings);
  auto& dead = result.dead[key];
  if (dead.findings.empty() || schedule.size() < dead.schedule.size())
    dead = {key, schedule, std::move(graph), std::move(findings)};
  return true;
}

}  // namespace fencelab::analysis
