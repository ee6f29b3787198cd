// Puts a stuck wait into words: which items do not come, and why not.
#pragma once

#include <string>
#include <vector>

#include "analysis/deadlock/findings.hpp"
#include "core/wait_graph.hpp"

namespace fencelab::analysis {

/// What an explanation is relative to. All lists ascend.
struct ExplainContext {
  const core::WaitGraph& graph;
  const std::vector<std::uint8_t>& impossible;  ///< per gate, see impossible_gates()
  std::vector<core::GateIndex> stuck_gates;     ///< closed even if all others were released
  std::vector<core::GateIndex> preferred;       ///< on the cycle, or on the way to the cause
  std::vector<core::AgentIndex> members;
};

/// The member's record with its unsatisfied items.
Member explain_member(const ExplainContext& context, core::AgentIndex agent);

/// Whether all that `member` lacks is its own end ("job a#0 of p hangs").
bool is_itself(const Member& member, const WaitedItem& item);

/// Words for what `agent` waits for, without asking why it does not come.
std::string wait_label(const core::WaitGraph& graph, core::AgentIndex agent);

/// Words for a gate: its label, or what its kind says.
std::string gate_label(const core::WaitGraph& graph, core::GateIndex gate);

/// Whether a gate stands for a thing one can name, not for a combination of things.
bool is_item(const core::Gate& gate);

}  // namespace fencelab::analysis
