#include "analysis/explore/exploration.hpp"

#include <algorithm>

#include "core/waitable.hpp"

namespace fencelab::analysis {

namespace {

std::uint64_t key_of_wait(const core::Process& process) {
  std::uint64_t key = core::mix_hash(core::mix_hash(1, process.actor + 1), process.wait.need);
  for (std::uint32_t i = 0; i < process.wait.count; ++i) {
    const core::WaitLink& link = process.wait.links[i];
    key = core::mix_hash(key, core::raw(link.object->id()));
    key = core::mix_hash(key, link.value * 2 + link.done);
  }
  std::vector<std::uint64_t> held;
  for (const core::Held& item : process.held) held.push_back(core::raw(item.object->id()));
  std::sort(held.begin(), held.end());
  for (const std::uint64_t object : held) key = core::mix_hash(key, object);
  return key;
}

}  // namespace

std::uint64_t dead_key(const core::Simulation& simulation, const core::WaitGraph& graph,
                       const std::vector<core::AgentIndex>& stuck) {
  std::vector<std::uint64_t> parts;
  for (const core::Process& process : simulation.processes())
    if (process.state == core::ProcessState::blocked) parts.push_back(key_of_wait(process));
  // Jobs that are stuck are no processes: their names tell them apart.
  for (const core::AgentIndex agent : stuck) {
    std::uint64_t part = 7;
    for (const char c : graph.agents[agent].name)
      part = core::mix_hash(part, static_cast<unsigned char>(c));
    parts.push_back(part);
  }
  // In which order the snapshot lists them, and in which order they queue, is no part of the name.
  std::sort(parts.begin(), parts.end());
  std::uint64_t key = 0;
  for (const std::uint64_t part : parts) key = core::mix_hash(key, part);
  return key;
}

std::vector<Finding> DeadState::findings() const {
  return at_rest ? find_lost_wakeups(graph) : find_deadlocks(graph);
}

bool judge_leaf(Execution& execution, const Schedule& schedule, Exploration& result) {
  if (execution.is_settled()) return false;
  core::WaitGraph graph = execution.snapshot();
  std::vector<core::AgentIndex> stuck = stuck_agents(graph);
  // As in timed runs: jobs that nobody waits for count, and so do wake-ups that were lost.
  const bool rests = stuck.empty() && execution.steps().empty();
  if (rests) stuck = stuck_agents(at_rest(graph));
  if (stuck.empty()) return false;
  const std::uint64_t key = dead_key(execution.simulation(), graph, stuck);
  const auto [place, is_new] = result.dead.try_emplace(key);
  DeadState& dead = place->second;
  if (is_new || schedule.size() < dead.schedule.size())
    dead = {key, schedule, std::move(graph), rests};
  return true;
}

}  // namespace fencelab::analysis
