#include "tests/analysis/deadlock/folklore.hpp"

#include <vector>

namespace fencelab::test {
namespace {

using core::GateKind;
using core::kNoIndex;

/// reach[i][j]: there is a path of at least one wait from agent i to agent j. One more node, the
/// last, stands for the hardware.
std::vector<std::vector<bool>> reachability(const core::WaitGraph& graph) {
  const std::size_t n = graph.agents.size() + 1;
  std::vector<std::vector<bool>> reach(n, std::vector<bool>(n, false));
  for (std::size_t a = 0; a + 1 < n; ++a) {
    if (graph.agents[a].state != core::AgentState::blocked) continue;
    std::vector<core::GateIndex> stack{graph.agents[a].gate};
    while (!stack.empty()) {
      const core::Gate& gate = graph.gates[stack.back()];
      stack.pop_back();
      stack.insert(stack.end(), gate.inputs.begin(), gate.inputs.end());
      if (gate.kind == GateKind::agent) reach[a][gate.agent] = true;
      if (gate.kind == GateKind::environment) reach[a][n - 1] = true;
      if (gate.kind != GateKind::units) continue;
      for (const auto& holding : graph.pools[gate.pool].holdings) {
        if (holding.agent != kNoIndex) reach[a][holding.agent] = true;
        if (holding.gate != kNoIndex) stack.push_back(holding.gate);
      }
    }
  }
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (reach[i][k] && reach[k][j]) reach[i][j] = true;
  return reach;
}

}  // namespace

bool cycle_test(const core::WaitGraph& graph) {
  const auto reach = reachability(graph);
  for (std::size_t i = 0; i < reach.size(); ++i)
    if (reach[i][i]) return true;
  return false;
}

bool knot_test(const core::WaitGraph& graph) {
  const auto reach = reachability(graph);
  for (std::size_t i = 0; i < reach.size(); ++i) {
    bool knot = reach[i][i];
    for (std::size_t j = 0; j < reach.size(); ++j) knot = knot && (!reach[i][j] || reach[j][i]);
    if (knot) return true;
  }
  return false;
}

}  // namespace fencelab::test
