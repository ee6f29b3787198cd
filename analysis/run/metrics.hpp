// RunMetrics: everything of design section 7 that one run yields as numbers, from probe events
// alone.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/run/sketch.hpp"
#include "core/probe.hpp"
#include "core/wait_reason.hpp"
#include "models/gpu/job.hpp"

namespace fencelab::analysis {

class RunMetrics final : public core::ProbeSink {
 public:
  void on_event(const core::ProbeEvent& event) override;

  std::uint64_t jobs_submitted = 0, jobs_done = 0, jobs_lost = 0, operations_done = 0;
  std::uint64_t jobs_lost_guilty = 0, jobs_lost_innocent = 0;
  core::Time last_progress{};  ///< newest job, frame or operation done
  QuantileSketch job_latency, frame_latency, ioctl_time, eviction_time, suspend_time;
  std::array<std::int64_t, models::LatencyAccount::kRunning + 1>
      job_time{};                                      ///< sum over done jobs
  std::vector<std::int64_t> engine_busy, engine_spin;  ///< ns by Engine::number
  std::vector<std::uint64_t> engine_jobs;
  std::uint64_t frames_presented = 0, frames_shown = 0, frames_dropped = 0, flips = 0,
                flips_refused = 0, missed_vblanks = 0;
  std::uint64_t timeouts_fired = 0, resets = 0, fences_forced = 0, faults_struck = 0;
  std::uint64_t bytes_moved = 0, evictions = 0, refaults = 0, allocation_failures = 0;
  std::uint64_t preemptions = 0, queue_suspensions = 0;
  /// Recoveries that took a job down and so accused its process, and those of them that were right.
  std::uint64_t accusations = 0, right_accusations = 0;
  /// Processes (Client::index) that a fault of the scenario made guilty, and those accused of them.
  std::set<std::uint64_t> guilty, convicted;

 private:
  void on_accusation(const models::Job* job);
  void on_job_finished(const core::ProbeEvent& event, const models::Job& job);
  void progress(core::Time at) { last_progress = at; }
  std::map<std::uint64_t, std::uint64_t> struck_;  ///< jobs a fault struck and that are not done
};

}  // namespace fencelab::analysis
