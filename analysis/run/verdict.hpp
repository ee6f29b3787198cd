// Watches a run for deadlocks while it goes, and says at the end what became of it (design section
// 7).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "analysis/deadlock/findings.hpp"
#include "core/probe.hpp"
#include "core/simulation.hpp"
#include "core/wait_graph.hpp"

namespace fencelab::models {
class Machine;
}

namespace fencelab::analysis {

/// Worst first.
enum class Verdict : std::uint8_t { deadlock, orphan, masked, livelock, stall, starved, complete };
std::string_view to_string(Verdict verdict);

/// A finding with the snapshot it was found in.
struct Incident {
  core::WaitGraph graph;
  Finding finding;
  bool rescued = false;  ///< a recovery timer was about to break it
};

/// The instant before a recovery timer acts is looked at, so that a rescue never hides the fault.
class DeadlockWatch final : public core::ProbeSink {
 public:
  DeadlockWatch(core::Simulation& simulation, const models::Machine& machine)
      : simulation_(simulation), machine_(machine) {}
  static constexpr core::Probe::Mask kMask = core::Probe::bit(core::ProbeKind::recovery_expiring);
  void on_event(const core::ProbeEvent& event) override;

  core::WaitGraph snapshot() const;
  /// Looks now, without a timer about to fire. Returns whether anything is stuck for good: a set
  /// that no recovery timer would release.
  bool look();
  /// The last look, at the end of the run: what is stuck now stays so, timers or not. `at_rest`:
  /// nothing would happen any more, however long the run went on.
  void look_finally(bool at_rest);
  const std::vector<Incident>& incidents() const { return incidents_; }
  /// The verdict on all that was seen. `livelock`, `starved`: found by others.
  Verdict verdict(bool livelock, bool starved) const;

 private:
  void record(const core::WaitGraph& graph, const Finding& finding, bool rescued);
  core::Simulation& simulation_;
  const models::Machine& machine_;
  std::vector<Incident> incidents_;
  static constexpr std::size_t kMaxIncidents = 16;
};

}  // namespace fencelab::analysis
