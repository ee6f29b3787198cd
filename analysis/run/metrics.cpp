#include "analysis/run/metrics.hpp"

#include <algorithm>

#include "models/client.hpp"
#include "models/gpu/engine.hpp"
#include "models/machine.hpp"
#include "models/winsys/frame.hpp"

namespace fencelab::analysis {

using core::ProbeEvent;
using core::ProbeKind;
using core::Time;
using models::Job;

namespace {

template <class T>
T& at(std::vector<T>& table, std::uint64_t index) {
  if (index >= table.size()) table.resize(index + 1);
  return table[index];
}

}  // namespace

// Moves and clears are no work that anybody asked for: a machine that does nothing else makes no
// progress.
void RunMetrics::on_job_finished(const ProbeEvent& event, const Job& job) {
  if (job.of_kernel) return;
  progress(event.at);
  const bool struck = struck_.erase(core::raw(event.object)) > 0;
  if (event.b != 0) {
    ++jobs_lost;
    ++(struck ? jobs_lost_guilty : jobs_lost_innocent);
    return;
  }
  ++jobs_done;
  ++at(engine_jobs, event.a);
  job_latency.add((event.at - job.account.opened()).count());
  const auto& spent = job.account.spent();
  for (std::size_t phase = 0; phase < spent.size(); ++phase) job_time[phase] += spent[phase];
}

void RunMetrics::on_accusation(const Job* job) {
  if (!job || !job->client) return;
  ++accusations;
  if (!guilty.contains(job->client->index())) return;
  ++right_accusations;
  convicted.insert(job->client->index());
}

void RunMetrics::on_event(const ProbeEvent& event) {
  const auto ns = static_cast<std::int64_t>(event.b);
  switch (event.kind) {
    case ProbeKind::operation_done:
      ++operations_done;
      progress(event.at);
      break;
    case ProbeKind::job_submitted: ++jobs_submitted; break;
    case ProbeKind::job_finished:
      on_job_finished(event, *static_cast<const Job*>(event.subject));
      break;
    case ProbeKind::job_preempted: ++preemptions; break;
    case ProbeKind::engine_slice:
      at(engine_busy, static_cast<const Job*>(event.subject)->engine->number()) += ns;
      break;
    case ProbeKind::engine_spun:
      at(engine_spin, static_cast<const Job*>(event.subject)->engine->number()) += ns;
      break;
    case ProbeKind::ioctl_end: ioctl_time.add(ns); break;
    case ProbeKind::bytes_moved: bytes_moved += event.a; break;
    case ProbeKind::buffer_placed:
      refaults += static_cast<const models::Buffer*>(event.subject)->was_evicted;
      break;
    case ProbeKind::buffer_evicted:
      ++evictions;
      eviction_time.add(ns);
      break;
    case ProbeKind::allocation_failed: ++allocation_failures; break;
    case ProbeKind::queue_suspended:
      ++queue_suspensions;
      suspend_time.add(static_cast<std::int64_t>(event.a));
      break;
    case ProbeKind::frame_presented: ++frames_presented; break;
    case ProbeKind::frame_dropped: ++frames_dropped; break;
    case ProbeKind::frame_shown:
      ++frames_shown;
      frame_latency.add(
          (event.at - static_cast<const models::Frame*>(event.subject)->begun).count());
      progress(event.at);
      break;
    case ProbeKind::flip_latched: ++flips; break;
    case ProbeKind::flip_refused: ++flips_refused; break;
    case ProbeKind::vblank_missed: missed_vblanks += event.a; break;
    case ProbeKind::recovery_fired: ++timeouts_fired; break;
    case ProbeKind::gpu_reset:
      ++resets;
      on_accusation(static_cast<const Job*>(event.subject));
      break;
    case ProbeKind::fence_forced:
      ++fences_forced;
      on_accusation(static_cast<const Job*>(event.subject));
      break;
    case ProbeKind::fault_struck:
      ++faults_struck;
      if (event.object != core::kNoObject) guilty.insert(event.b);  // a kill accuses nobody
      struck_[core::raw(event.object)] = 1;
      break;
    default: break;
  }
}

}  // namespace fencelab::analysis
