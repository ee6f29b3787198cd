#include "analysis/run/verdict.hpp"

#include <algorithm>

#include "core/wait_graph_builder.hpp"
#include "models/machine.hpp"

namespace fencelab::analysis {

std::string_view to_string(Verdict verdict) {
  constexpr std::string_view kNames[] = {"deadlock", "orphan",  "masked",  "livelock",
                                         "stall",    "starved", "complete"};
  return kNames[static_cast<std::size_t>(verdict)];
}

namespace {

bool same_members(const Finding& a, const Finding& b) {
  return std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                    [](const Member& x, const Member& y) { return x.name == y.name; });
}

}  // namespace

core::WaitGraph DeadlockWatch::snapshot() const {
  core::WaitGraphBuilder builder(simulation_);
  return builder.build([this](core::WaitGraphBuilder& more) { machine_.describe_jobs(more); });
}

void DeadlockWatch::record(const core::WaitGraph& graph, const Finding& finding, bool rescued) {
  for (Incident& known : incidents_)
    if (known.finding.signature == finding.signature && known.rescued == rescued &&
        same_members(known.finding, finding))
      return;
  if (incidents_.size() < kMaxIncidents) incidents_.push_back({graph, finding, rescued});
}

// Every recovery timer belongs to an agent of the snapshot: a wait's to its process, an engine's
// watchdog to the job it watches. What no timer ends is found again at the end of the run.
void DeadlockWatch::on_event(const core::ProbeEvent&) {
  const core::WaitGraph graph = snapshot();
  for (const Finding& finding : find_deadlocks(graph))
    if (finding.rescue.exists) record(graph, finding, true);
}

bool DeadlockWatch::look() {
  const core::WaitGraph graph = snapshot();
  bool stuck = false;
  for (const Finding& finding : find_deadlocks(graph)) {
    if (finding.rescue.exists) continue;  // looked at again the instant before the timer acts
    record(graph, finding, false);
    stuck = true;
  }
  return stuck;
}

void DeadlockWatch::look_finally(bool at_rest) {
  const core::WaitGraph graph = snapshot();
  std::vector<Finding> findings = find_deadlocks(graph);
  if (findings.empty() && at_rest) findings = find_lost_wakeups(graph);
  for (const Finding& finding : findings) record(graph, finding, false);
}

Verdict DeadlockWatch::verdict(bool livelock, bool starved) const {
  Verdict worst = livelock ? Verdict::livelock : starved ? Verdict::starved : Verdict::complete;
  for (const Incident& incident : incidents_) {
    const Verdict own = incident.finding.kind == FindingKind::stall    ? Verdict::stall
                        : incident.rescued                             ? Verdict::masked
                        : incident.finding.kind == FindingKind::orphan ? Verdict::orphan
                                                                       : Verdict::deadlock;
    worst = std::min(worst, own);
  }
  return worst;
}

}  // namespace fencelab::analysis
