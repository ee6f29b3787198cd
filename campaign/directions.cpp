#include "campaign/directions.hpp"

#include <algorithm>
#include <array>

#include "campaign/columns.hpp"

namespace fencelab::campaign {

namespace {

// Sums of where time went, peaks of memory, and how often something is done that is neither good
// nor bad by itself are left out: what they lead to is here.
constexpr std::array<std::string_view, 55> kLess = {
    "makespan_ns",
    "jobs_lost_count",
    "jobs_lost_innocent_count",
    "job_latency_p50_ns",
    "job_latency_p95_ns",
    "job_latency_p99_ns",
    "job_latency_max_ns",
    "ioctl_p50_ns",
    "ioctl_p95_ns",
    "ioctl_p99_ns",
    "ioctl_max_ns",
    "engine_spin_ns",
    "priority_inversion_ns",
    "dependencies_false_count",
    "dependencies_costly_count",
    "oversync_time_ns",
    "oversync_job_time_ns",
    "oversync_thread_time_ns",
    "oversync_flip_time_ns",
    "hazards_count",
    "races_count",
    "races_read_write_count",
    "races_write_write_count",
    "absences_count",
    "undrawn_count",
    "stale_count",
    "frame_latency_p50_ns",
    "frame_latency_p95_ns",
    "frame_latency_p99_ns",
    "frame_latency_max_ns",
    "frames_dropped_count",
    "flips_refused_count",
    "missed_vblanks_count",
    "timeouts_fired_count",
    "resets_count",
    "fences_forced_count",
    "masked_stall_max_ns",
    "suspend_p50_ns",
    "suspend_p95_ns",
    "suspend_p99_ns",
    "suspend_max_ns",
    "eviction_p50_ns",
    "eviction_p95_ns",
    "eviction_p99_ns",
    "eviction_max_ns",
    "evictions_count",
    "refaults_count",
    "allocation_failures_count",
    "moved_bytes",
    "direct_reclaim_time_ns",
    "oom_kills_count",
    "notifier_time_ns",
    "userptr_retries_count",
    "fault_service_time_ns",
    "migrations_lost_count",
};
constexpr std::array<std::string_view, 6> kMore = {
    "jobs_done_count",         "cycles_count",
    "gpu_time_fairness_ratio", "frames_shown_count",
    "culprit_precision_ratio", "culprit_recall_ratio",
};

}  // namespace

Better better_of(std::string_view column) {
  if (std::find(kLess.begin(), kLess.end(), column) != kLess.end()) return Better::less;
  if (std::find(kMore.begin(), kMore.end(), column) != kMore.end()) return Better::more;
  for (const Column& of : columns())
    if (of.name == column) return of.better;
  return Better::neither;
}

std::string_view to_string(Better better) {
  switch (better) {
    case Better::neither: return "neither";
    case Better::less: return "less";
    case Better::more: return "more";
  }
  return "";
}

}  // namespace fencelab::campaign
