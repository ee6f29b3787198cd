// Rules of findings.hpp on random graphs with every kind of gate, fault and timer: the reduction
// equals the union of all stuck sets; findings are stuck by themselves, minimal, disjoint and
// complete.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "analysis/deadlock/dot.hpp"
#include "analysis/deadlock/findings.hpp"
#include "analysis/deadlock/reduction.hpp"
#include "analysis/deadlock/text.hpp"
#include "tests/analysis/deadlock/random_graph.hpp"
#include "tests/sampling.hpp"

namespace fencelab::test {
namespace {

using analysis::Finding;
using analysis::FindingKind;

constexpr int kGraphs = tests::sample(100'000);
constexpr int kExplained = 20'000;

unsigned bits_of(const std::vector<core::AgentIndex>& agents) {
  unsigned set = 0;
  for (const core::AgentIndex agent : agents) set |= 1u << agent;
  return set;
}

unsigned members_of(const Finding& finding) {
  unsigned set = 0;
  for (const auto& member : finding.members) set |= 1u << member.agent;
  return set;
}

unsigned dead_by_reduction(const core::WaitGraph& graph, const Hypothesis& hypothesis) {
  analysis::ReduceOptions options;
  options.forgive_faults = hypothesis.forgive_faults;
  options.use_recovery_timers = hypothesis.use_recovery_timers;
  return bits_of(analysis::dead_agents(graph, analysis::reduce(graph, options)));
}

bool is_minimal(const core::WaitGraph& graph, unsigned set) {
  for (unsigned part = (set - 1) & set; part != 0; part = (part - 1) & set)
    if (is_stuck_set(graph, {.forgive_faults = true}, part)) return false;
  return true;
}

bool cycle_is_closed(const Finding& finding) {
  for (std::size_t i = 0; i < finding.cycle.size(); ++i) {
    const auto& next = finding.cycle[(i + 1) % finding.cycle.size()];
    if (finding.cycle[i].to != next.from || finding.cycle[i].label.empty()) return false;
  }
  return !finding.cycle.empty();
}

/// What is wrong with a finding taken by itself, or nothing.
std::string fault_of(const core::WaitGraph& graph, const Finding& finding) {
  const unsigned members = members_of(finding);
  const Hypothesis forgiving{.forgive_faults = true};
  if (members == 0) return "no members";
  for (const auto& member : finding.members)
    if (member.waits.empty() || member.waits[0].label.empty()) return "a wait without words";
  if (finding.kind == FindingKind::deadlock) {
    if (!is_stuck_set(graph, forgiving, members)) return "not stuck by itself";
    if (!is_minimal(graph, members)) return "not minimal";
    if (!cycle_is_closed(finding)) return "no cycle";
    for (const auto& member : finding.members)
      if (member.waits[0].label.empty()) return "a wait without words";
  }
  if (finding.kind == FindingKind::orphan && !is_stuck_set(graph, forgiving, members))
    return "not stuck by itself";
  if (finding.kind == FindingKind::stall && is_stuck_set(graph, forgiving, members))
    return "stuck even without the fault";
  if (finding.rescue.exists && finding.kind == FindingKind::deadlock &&
      is_stuck_set(graph, {.forgive_faults = true, .use_recovery_timers = true}, members))
    return "not rescued";
  return "";
}

/// What is wrong with all findings together, or nothing.
std::string fault_of(const core::WaitGraph& graph, const std::vector<Finding>& findings) {
  unsigned members = 0, named = 0;
  bool hard = false;
  analysis::ReduceOptions all_broken;
  for (const Finding& finding : findings) {
    if ((members & members_of(finding)) != 0) return "findings share a member";
    members |= members_of(finding);
    for (const auto& member : finding.members) all_broken.assume_live.push_back(member.agent);
    for (const auto& blocked : finding.behind) named |= 1u << blocked.agent;
    hard = hard || (finding.kind != FindingKind::stall && !finding.rescue.exists);
    if (std::string fault = fault_of(graph, finding); !fault.empty()) return fault;
  }
  if ((members & named) != 0) return "a member is behind";
  if ((members | named) != dead_by_enumeration(graph, {})) return "somebody dead is not named";
  if (analysis::reduce(graph, all_broken).any_dead()) return "breaking all findings is not enough";
  const Hypothesis helped{.forgive_faults = true, .use_recovery_timers = true};
  if (hard != (dead_by_enumeration(graph, helped) != 0)) return "hard and masked are confused";
  return "";
}

}  // namespace

TEST_CASE("reduction is the union of all stuck sets on random graphs", "[deadlock][oracle]") {
  std::mt19937_64 random(7);
  int wrong = 0, dead = 0, forgiven = 0, rescued = 0;
  for (int i = 0; i < kGraphs; ++i) {
    const core::WaitGraph graph = random_graph(random);
    unsigned plain = 0;
    for (const bool forgive : {false, true})
      for (const bool timers : {false, true}) {
        const Hypothesis hypothesis{forgive, timers};
        const unsigned expected = dead_by_enumeration(graph, hypothesis);
        wrong += dead_by_reduction(graph, hypothesis) != expected;
        if (!forgive && !timers) plain = expected;
        if (forgive && !timers) forgiven += expected != plain;
        if (!forgive && timers) rescued += expected != plain;
      }
    dead += plain != 0;
  }
  INFO(fmt::format("{} dead, {} differ if forgiven, {} if rescued", dead, forgiven, rescued));
  CHECK(wrong == 0);
  CHECK(dead > kGraphs / 5);
  CHECK(dead < kGraphs * 9 / 10);
  CHECK(forgiven > kGraphs / 50);
  CHECK(rescued > kGraphs / 50);
}

TEST_CASE("findings are stuck by themselves, minimal, disjoint and complete",
          "[deadlock][oracle]") {
  std::mt19937_64 random(8);
  int deadlocks = 0, orphans = 0, stalls = 0, masked = 0;
  for (int i = 0; i < kExplained; ++i) {
    const core::WaitGraph graph = random_graph(random);
    const auto findings = analysis::find_deadlocks(graph);
    const std::string fault = fault_of(graph, findings);
    if (!fault.empty()) FAIL("graph " << i << ": " << fault << "\n" << render_text(findings));
    for (const Finding& finding : findings) {
      deadlocks += finding.kind == FindingKind::deadlock;
      orphans += finding.kind == FindingKind::orphan;
      stalls += finding.kind == FindingKind::stall;
      masked += finding.rescue.exists;
    }
    if (i % 50 == 0) {
      CHECK(render_text(findings) == render_text(analysis::find_deadlocks(graph)));
      CHECK_FALSE(analysis::render_dot(graph, findings).empty());
    }
  }
  INFO(fmt::format("{} deadlocks, {} orphans, {} stalls, {} masked", deadlocks, orphans, stalls,
                   masked));
  CHECK(deadlocks > kExplained / 10);
  CHECK(orphans > kExplained / 50);
  CHECK(stalls > kExplained / 50);
  CHECK(masked > kExplained / 50);
}

}  // namespace fencelab::test
