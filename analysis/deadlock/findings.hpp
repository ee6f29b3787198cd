// What is stuck and why: the reduction's dead agents sorted into findings a person can act on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/wait_graph.hpp"

namespace fencelab::analysis {

enum class FindingKind : std::uint8_t {
  deadlock,  ///< the members wait for each other; nothing outside them can release one
  orphan,    ///< the members wait for something that has no producer at all
  stall,     ///< the members wait for a producer hung by a fault, and would go on without it
};

/// "deadlock", "orphan" or "stall".
std::string_view to_string(FindingKind kind);

/// One thing a member waits for and does not get.
struct WaitedItem {
  core::GateIndex gate = core::kNoIndex;
  core::ObjectId object{};
  std::string label;
  std::string why;  ///< why it does not come: "nobody will signal it", arithmetic of a pool, ...
  std::vector<core::AgentIndex> providers;  ///< members that could open it, were they not stuck
};

/// A stuck agent at the root of a finding.
struct Member {
  core::AgentIndex agent = core::kNoIndex;
  std::string name;
  core::WaitReason reason = core::WaitReason::fence;
  /// Of a wait for several things: the one that matters if all are needed; every one that does not
  /// come if some would do.
  std::vector<WaitedItem> waits;
  std::string mode;  ///< "", "all of 3", "any of 2", "2 of 3": the wait the items are part of
  std::vector<core::HeldItem> holds;
  core::Time since{};
  std::string operation;
  std::uint32_t place = core::kNoIndex;  ///< index into the run's table of source places
  bool daemon = false;
  bool has_recovery_timer = false;
  core::Time recovery_at = core::kNever;
};

/// Edge of the canonical cycle: `from` waits for `label`, which only `to` could bring about.
struct CycleEdge {
  core::AgentIndex from = core::kNoIndex;
  std::string label;
  std::string guard;  ///< when `label` is a pool: what guards the units, e.g. a page's fence
  core::AgentIndex to = core::kNoIndex;
  std::vector<core::GateIndex> gates;  ///< passed on the way, in order
};

/// A stuck agent that is not to blame: it would go on if the members did.
struct BlockedBehind {
  core::AgentIndex agent = core::kNoIndex;
  std::string name;
  core::WaitReason reason = core::WaitReason::fence;
  std::string label;  ///< what it waits for
  core::Time since{};
  std::uint32_t place = core::kNoIndex;
  bool daemon = false;
};

/// The recovery timer that ends the finding, if there is one.
struct Rescue {
  bool exists = false;
  core::AgentIndex agent = core::kNoIndex;  ///< whose timer fires first
  core::Time at = core::kNever;
};

/// One independent cause. Members of a deadlock stay stuck whatever everybody else does, and (up to
/// kMinimiseLimit) none can be left out of the set. Findings share no members, and if the members
/// of all findings were released, everybody would be.
struct Finding {
  FindingKind kind = FindingKind::deadlock;
  core::Time at{};
  std::vector<Member> members;        ///< deadlock: along the cycle, then the rest ascending
  std::vector<CycleEdge> cycle;       ///< deadlock only: from the smallest agent on it
  std::vector<BlockedBehind> behind;  ///< ascending; may appear behind several findings
  Rescue rescue;
  bool services_only = false;  ///< neither a member nor anybody behind is more than a daemon
  /// Reasons and object classes (instance numbers stripped): equal for the same kind of fault in
  /// another run or schedule. Keys baselines.
  std::string signature;
};

/// Who can never go on, ascending: empty exactly if there are no findings, and far cheaper.
std::vector<core::AgentIndex> stuck_agents(const core::WaitGraph& graph);

/// `graph` in a state in which nothing will ever happen again: then an idle server helps nobody,
/// and what waits for one waits for a wake-up that was lost.
core::WaitGraph at_rest(core::WaitGraph graph);

/// All findings of a snapshot, worst first: deadlocks and orphans that no timer ends, those that
/// one does, then stalls. Empty if everybody can still be released. Idle servers are never stuck.
std::vector<Finding> find_deadlocks(const core::WaitGraph& graph);

/// Those of the snapshot at rest.
std::vector<Finding> find_lost_wakeups(core::WaitGraph graph);

}  // namespace fencelab::analysis
