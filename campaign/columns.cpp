#include "campaign/columns.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "campaign/clients.hpp"
#include "campaign/dependencies.hpp"
#include "models/cpu/zone.hpp"
#include "models/svm/fault_service.hpp"

namespace fencelab::campaign {

namespace {

using Facts = RunFacts;

std::string text(std::uint64_t value) { return std::to_string(value); }
std::string signed_text(std::int64_t value) { return std::to_string(value); }

Column count(std::string name, std::string meaning,
             std::function<std::uint64_t(const Facts&)> get) {
  return {std::move(name), "count", std::move(meaning), false,
          [get = std::move(get)](const Facts& facts) { return text(get(facts)); }};
}

Column time(std::string name, std::string meaning, std::function<std::int64_t(const Facts&)> get) {
  return {std::move(name), "ns", std::move(meaning), false,
          [get = std::move(get)](const Facts& facts) { return signed_text(get(facts)); }};
}

using Sketch = analysis::QuantileSketch analysis::RunMetrics::*;

void add_quantiles(std::vector<Column>& all, const std::string& name, const std::string& what,
                   Sketch sketch) {
  const std::pair<const char*, unsigned> quantiles[] = {{"p50", 500}, {"p95", 950}, {"p99", 990}};
  for (const auto& [label, permille] : quantiles)
    all.push_back(time(fmt::format("{}_{}_ns", name, label),
                       fmt::format("{} of {} (error below 1/64)", label, what),
                       [sketch, rank = permille](const Facts& f) {
                         return static_cast<std::int64_t>((f.metrics.*sketch).quantile(rank));
                       }));
  all.push_back(time(name + "_max_ns", "largest " + what, [sketch](const Facts& f) {
    return static_cast<std::int64_t>((f.metrics.*sketch).max());
  }));
}

std::uint64_t peak(const Facts& facts, bool vram) {
  std::uint64_t bytes = 0;
  for (const auto& pool : facts.machine.memory().pools())
    if ((pool->gpu != nullptr) == vram) bytes += pool->peak;
  return bytes;
}

std::int64_t sum(const std::vector<std::int64_t>& values) {
  std::int64_t total = 0;
  for (const std::int64_t value : values) total += value;
  return total;
}

std::int64_t since_first(const Facts& facts, bool rescued) {
  std::int64_t longest = 0;
  for (const auto& incident : facts.watch.incidents())
    if (incident.rescued == rescued)
      for (const auto& member : incident.finding.members)
        longest = std::max<std::int64_t>(longest, (incident.finding.at - member.since).count());
  return longest;
}

/// `get` returns part and whole.
Column ratio(std::string name, std::string meaning,
             std::function<std::pair<std::uint64_t, std::uint64_t>(const Facts&)> get) {
  return {std::move(name), "ratio", std::move(meaning), false,
          [get = std::move(get)](const Facts& facts) {
            const auto [part, whole] = get(facts);
            return whole == 0 ? std::string()
                              : fmt::format("{:.9g}",
                                            static_cast<double>(part) / static_cast<double>(whole));
          }};
}

std::string moved_by_link(const Facts& facts) {
  const auto& hardware = facts.machine.hardware();
  std::string words;
  for (std::size_t i = 0; i < hardware.links(); ++i)
    words +=
        fmt::format("{}{} {}", i ? "; " : "", hardware.link_name(i), hardware.link_bytes_moved(i));
  if (hardware.disk_bytes_moved() > 0)
    words += fmt::format("{}swap {}", words.empty() ? "" : "; ", hardware.disk_bytes_moved());
  return words;
}

std::string peak_by_pool(const Facts& facts) {
  std::string words;
  for (const auto& pool : facts.machine.memory().pools())
    words += fmt::format("{}{} {}", words.empty() ? "" : "; ", pool->name, pool->peak);
  return words;
}

void add_hazards(std::vector<Column>& all) {
  all.push_back(count("hazards_count",
                      "races_count plus absences_count plus undrawn_count plus stale_count",
                      [](const Facts& f) { return f.hazards.hazards(); }));
  all.push_back(
      count("races_count",
            "pairs of jobs, or accesses of threads, that conflict and that nothing orders, "
            "even if luck did; of each queue and thread the newest that one races with",
            [](const Facts& f) { return f.hazards.races(); }));
  all.push_back(count("races_read_write_count", "of these, pairs of a reader and a writer",
                      [](const Facts& f) { return f.hazards.read_write_races(); }));
  all.push_back(count("races_write_write_count", "of these, pairs of writers",
                      [](const Facts& f) { return f.hazards.write_write_races(); }));
  all.push_back(
      count("absences_count",
            "accesses of running jobs to memory that is freed, unbound or elsewhere, and of "
            "threads to memory that is freed",
            [](const Facts& f) { return f.hazards.absences(); }));
  all.push_back(count("undrawn_count",
                      "buffers scanned out before a job that was to draw them first was done",
                      [](const Facts& f) { return f.hazards.undrawn(); }));
  all.push_back(count("stale_count",
                      "frames shown after a newer one, and planes of flips that a job submitted "
                      "later began to draw over before they left the screen",
                      [](const Facts& f) { return f.hazards.stale(); }));
}

void add_dependencies(std::vector<Column>& all) {
  all.push_back(count("dependencies_needed_count",
                      "dependencies between work that conflicts, or that the program or memory "
                      "management asked for",
                      [](const Facts& f) { return f.oversync.needed(); }));
  all.push_back(
      count("dependencies_false_count",
            "dependencies on jobs the waiter has no data hazard with (over-synchronisation)",
            [](const Facts& f) { return f.oversync.unneeded(); }));
  all.push_back(count("dependencies_costly_count",
                      "of these, dependencies without which the waiter would have begun earlier",
                      [](const Facts& f) { return f.oversync.costly(); }));
  all.push_back(time(
      "oversync_time_ns",
      "what false dependencies cost: actual start minus the start with needed dependencies only, "
      "all else equal; oversync_job_time_ns plus oversync_thread_time_ns plus "
      "oversync_flip_time_ns",
      [](const Facts& f) { return f.oversync.time(); }));
  all.push_back(time("oversync_job_time_ns", "of this, starts of jobs",
                     [](const Facts& f) { return f.oversync.job_time(); }));
  all.push_back(time("oversync_thread_time_ns",
                     "of this, waits of threads before they submit or take a buffer over",
                     [](const Facts& f) { return f.oversync.thread_time(); }));
  all.push_back(time("oversync_flip_time_ns", "of this, page flips latched at a later vblank",
                     [](const Facts& f) { return f.oversync.flip_time(); }));
}

std::uint64_t of_zone(const Facts& facts, std::uint64_t models::Zone::Counters::* counter) {
  const models::Zone* const zone = facts.machine.memory().zone();
  return zone ? zone->counters().*counter : 0;
}

void add_reclaim(std::vector<Column>& all) {
  using Counters = models::Zone::Counters;
  all.push_back(count("kswapd_wakes_count", "times that kswapd was woken because memory was low",
                      [](const Facts& f) { return of_zone(f, &Counters::kswapd_wakes); }));
  all.push_back(count("direct_reclaims_count",
                      "rounds of reclaim that processes made themselves to get memory",
                      [](const Facts& f) { return of_zone(f, &Counters::direct_reclaims); }));
  all.push_back(
      time("direct_reclaim_time_ns", "time that they spent in these rounds", [](const Facts& f) {
        const models::Zone* const zone = f.machine.memory().zone();
        return zone ? zone->counters().direct_reclaim_ns : 0;
      }));
  all.push_back(count("purges_count", "buffers whose content reclaim threw away",
                      [](const Facts& f) { return of_zone(f, &Counters::purged); }));
  all.push_back(count("oom_kills_count", "processes that the OOM killer ended", [](const Facts& f) {
    models::Zone* const zone = f.machine.memory().zone();
    return zone ? zone->oom().kills() : 0;
  }));
}

template <class Counter>
Counter of_user_pages(const Facts& facts, Counter models::UserPages::Counters::* counter) {
  Counter sum = 0;
  for (const auto& buffer : facts.machine.buffers())
    if (const models::UserPages* const pages = buffer->user_pages())
      sum += pages->counters.*counter;
  return sum;
}

void add_userptr(std::vector<Column>& all) {
  using Counters = models::UserPages::Counters;
  all.push_back(
      count("invalidations_count",
            "times that the notifiers of a userptr range were called, for whatever reason",
            [](const Facts& f) { return of_user_pages(f, &Counters::invalidations); }));
  all.push_back(time("notifier_time_ns", "time that their callers spent in them",
                     [](const Facts& f) { return of_user_pages(f, &Counters::notifier_ns); }));
  all.push_back(count("userptr_retries_count",
                      "submissions and restores that began anew because pages had gone (-EAGAIN), "
                      "one for each range of theirs",
                      [](const Facts& f) { return of_user_pages(f, &Counters::retries); }));
  all.push_back(count("pages_migrated_count", "userptr ranges whose pages the kernel moved",
                      [](const Facts& f) { return of_user_pages(f, &Counters::migrations); }));
  all.push_back(
      count("pages_unmovable_count", "userptr ranges that it could not move: they are pinned",
            [](const Facts& f) { return of_user_pages(f, &Counters::migrations_refused); }));
}

template <class T>
T of_faults(const Facts& facts, T models::FaultService::Counters::* counter) {
  T sum{};
  for (const auto& gpu : facts.machine.gpus())
    if (const models::FaultService* const faults = gpu->faults())
      sum += faults->counters().*counter;
  return sum;
}

void add_page_faults(std::vector<Column>& all) {
  using Counters = models::FaultService::Counters;
  const auto add = [&](const char* name, const char* meaning, std::uint64_t Counters::* counter) {
    all.push_back(
        count(name, meaning, [counter](const Facts& f) { return of_faults(f, counter); }));
  };
  add("page_faults_count", "pages that GPUs asked for and did not have", &Counters::faults);
  add("fault_batches_count", "batches in which these were served", &Counters::batches);
  all.push_back(time("fault_service_time_ns", "time in which faults of GPUs were served",
                     [](const Facts& f) { return of_faults(f, &Counters::service_ns); }));
  add("pages_to_gpu_count", "pages of 4 KiB that came into the memory of GPUs",
      &Counters::migrated);
  add("pages_prefetched_count", "of these, pages that nobody had asked for", &Counters::prefetched);
  add("pages_evicted_count", "pages that left it because others needed the room",
      &Counters::evicted);
  add("pages_to_cpu_count", "pages that left it because a CPU touched them or neighbours",
      &Counters::to_system);
  add("pages_remote_count", "accesses of GPUs to single pages over the link", &Counters::remote);
  add("cpu_faults_count", "faults of CPUs on blocks of 2 MiB that a GPU had",
      &Counters::cpu_faults);
  add("migrations_lost_count", "migrations that were in vain: the pages had gone again",
      &Counters::lost_races);
}

std::vector<Column> make_columns() {
  std::vector<Column> all;
  all.push_back(time("makespan_ns",
                     "instant at which the last operation, job or frame of the run was done",
                     [](const Facts& f) { return core::nanoseconds_of(f.metrics.last_progress); }));
  all.push_back(count("operations_count", "operations of user threads done",
                      [](const Facts& f) { return f.metrics.operations_done; }));
  all.push_back(count("jobs_submitted_count", "GPU jobs submitted",
                      [](const Facts& f) { return f.metrics.jobs_submitted; }));
  all.push_back(count("jobs_done_count", "GPU jobs done without error",
                      [](const Facts& f) { return f.metrics.jobs_done; }));
  all.push_back(count("jobs_lost_count", "GPU jobs that ended with an error",
                      [](const Facts& f) { return f.metrics.jobs_lost; }));
  all.push_back(count("jobs_lost_guilty_count",
                      "of these, jobs that a fault of the scenario had struck",
                      [](const Facts& f) { return f.metrics.jobs_lost_guilty; }));
  all.push_back(count("jobs_lost_innocent_count", "of these, all others",
                      [](const Facts& f) { return f.metrics.jobs_lost_innocent; }));
  add_quantiles(all, "job_latency", "time from submit to done of a job",
                &analysis::RunMetrics::job_latency);
  for (std::size_t phase = 0; phase <= core::kWaitReasonCount; ++phase) {
    const std::string name(phase < core::kWaitReasonCount ? core::kWaitReasonNames[phase]
                                                          : "running");
    all.push_back(time("job_time_" + name + "_ns",
                       "sum over done jobs of the time spent " +
                           (phase < core::kWaitReasonCount ? "waiting for " + name : "executing") +
                           "; the job_time columns add up to the sum of the latencies",
                       [phase](const Facts& f) { return f.metrics.job_time[phase]; }));
  }
  add_quantiles(all, "ioctl", "time in a submit ioctl", &analysis::RunMetrics::ioctl_time);
  all.push_back(time("engine_busy_ns", "sum over engines of the time spent executing jobs",
                     [](const Facts& f) { return sum(f.metrics.engine_busy); }));
  all.push_back(time("engine_spin_ns", "sum over engines of the time spent polling semaphores",
                     [](const Facts& f) { return sum(f.metrics.engine_spin); }));
  all.push_back({"gpu_time_fairness_ratio", "ratio",
                 "Jain's index of the time that engines executed jobs of each process: 1 where all "
                 "got the same, 1/n where one of n got all; empty if none got any",
                 false, [](const Facts& f) {
                   const double fairness = f.clients.fairness();
                   return fairness < 0 ? std::string() : fmt::format("{:.9g}", fairness);
                 }});
  all.push_back(time("priority_inversion_ns",
                     "sum over engines and workers of the time spent executing something that "
                     "nobody needed as urgently as what could have run there instead (a job is as "
                     "urgent as the highest priority of those who wait for it)",
                     [](const Facts& f) { return f.clients.inverted_time(); }));
  all.push_back(count("queue_depth_max_count",
                      "most jobs that a process had submitted and not done", [](const Facts& f) {
                        std::uint64_t most = 0;
                        for (const auto& client : f.clients.clients())
                          most = std::max(most, client.depth_most);
                        return most;
                      }));
  all.push_back(
      count("cycles_count", "rounds of the outermost loops of threads", [](const Facts& f) {
        std::uint64_t rounds = 0;
        for (const auto& client : f.clients.clients()) rounds += client.cycles.count;
        return rounds;
      }));
  add_dependencies(all);
  add_hazards(all);
  add_quantiles(all, "frame_latency", "time from acquire to scan-out of a frame",
                &analysis::RunMetrics::frame_latency);
  all.push_back(count("frames_presented_count", "frames presented by clients",
                      [](const Facts& f) { return f.metrics.frames_presented; }));
  all.push_back(count("frames_shown_count", "of these, frames that reached a screen",
                      [](const Facts& f) { return f.metrics.frames_shown; }));
  all.push_back(count("frames_dropped_count",
                      "of these, frames replaced by newer ones before they were shown",
                      [](const Facts& f) { return f.metrics.frames_dropped; }));
  all.push_back(
      count("flips_count", "page flips latched", [](const Facts& f) { return f.metrics.flips; }));
  all.push_back(count("flips_refused_count", "page flips refused because one was pending (-EBUSY)",
                      [](const Facts& f) { return f.metrics.flips_refused; }));
  all.push_back(count("missed_vblanks_count", "vblanks a queued flip missed",
                      [](const Facts& f) { return f.metrics.missed_vblanks; }));
  all.push_back(count("timeouts_fired_count", "recovery timers that fired",
                      [](const Facts& f) { return f.metrics.timeouts_fired; }));
  all.push_back(count("resets_count", "engine or device resets",
                      [](const Facts& f) { return f.metrics.resets; }));
  all.push_back(count("fences_forced_count", "fences force-signaled by a recovery",
                      [](const Facts& f) { return f.metrics.fences_forced; }));
  all.push_back(count("faults_struck_count", "faults of the scenario that struck",
                      [](const Facts& f) { return f.metrics.faults_struck; }));
  all.push_back(ratio("culprit_precision_ratio",
                      "of the recoveries that took a job down, the part that hit a process which a "
                      "fault of the scenario had made guilty; empty if there were none",
                      [](const Facts& f) {
                        return std::pair(f.metrics.right_accusations, f.metrics.accusations);
                      }));
  all.push_back(
      ratio("culprit_recall_ratio",
            "of the processes that a fault made guilty, the part that a recovery hit; empty "
            "if there were none",
            [](const Facts& f) {
              return std::pair<std::uint64_t, std::uint64_t>(f.metrics.convicted.size(),
                                                             f.metrics.guilty.size());
            }));
  all.push_back(
      time("masked_stall_max_ns",
           "longest time a member of a masked deadlock had waited when a timeout broke it",
           [](const Facts& f) { return since_first(f, true); }));
  all.push_back(count("preemptions_count", "jobs taken off an engine before they were done",
                      [](const Facts& f) { return f.metrics.preemptions; }));
  all.push_back(count("queue_suspensions_count", "user queues taken off the hardware for memory",
                      [](const Facts& f) { return f.metrics.queue_suspensions; }));
  add_quantiles(all, "suspend", "time from arming a preempt fence to the queue being off",
                &analysis::RunMetrics::suspend_time);
  add_quantiles(all, "eviction", "time from the choice of a victim to its memory being free",
                &analysis::RunMetrics::eviction_time);
  all.push_back(count("evictions_count", "buffers evicted",
                      [](const Facts& f) { return f.metrics.evictions; }));
  all.push_back(count("refaults_count", "placements of buffers that had been evicted",
                      [](const Facts& f) { return f.metrics.refaults; }));
  all.push_back(count("allocation_failures_count", "allocations that failed for lack of memory",
                      [](const Facts& f) { return f.metrics.allocation_failures; }));
  auto bytes = [](std::string name, std::string meaning,
                  std::function<std::uint64_t(const Facts&)> get) {
    return Column{std::move(name), "bytes", std::move(meaning), false,
                  [get = std::move(get)](const Facts& f) { return text(get(f)); }};
  };
  all.push_back(bytes("moved_bytes", "bytes moved over links",
                      [](const Facts& f) { return f.metrics.bytes_moved; }));
  all.push_back({"moved_bytes_by_link", "text", "the same, link by link and for the swap device",
                 false, moved_by_link});
  all.push_back(bytes("vram_peak_bytes", "largest use of VRAM, summed over GPUs",
                      [](const Facts& f) { return peak(f, true); }));
  all.push_back(bytes("system_peak_bytes", "largest use of system memory",
                      [](const Facts& f) { return peak(f, false); }));
  add_reclaim(all);
  add_userptr(all);
  add_page_faults(all);
  all.push_back(
      {"peak_bytes_by_pool", "text", "largest use of each pool of memory", false, peak_by_pool});
  all.push_back({"fingerprint", "text",
                 "hash of the event stream: equal for equal runs on every machine", false,
                 [](const Facts& f) { return fmt::format("{:016x}", f.fingerprint); }});
  all.push_back(count("events_count", "events of the simulator",
                      [](const Facts& f) { return f.kernel_events; }));
  all.push_back({"wall_time_s", "s", "time the run took on the machine that simulated it", true,
                 [](const Facts& f) { return fmt::format("{:.4f}", f.wall_seconds); }});
  all.push_back(
      {"events_per_second", "1/s", "events_count over wall_time_s", true, [](const Facts& f) {
         return fmt::format("{:.0f}", f.wall_seconds > 0
                                          ? static_cast<double>(f.kernel_events) / f.wall_seconds
                                          : 0.0);
       }});
  all.push_back({"peak_rss_kib", "KiB", "largest memory of the simulating process", true,
                 [](const Facts& f) { return std::to_string(f.peak_rss_kib); }});
  return all;
}

}  // namespace

namespace {

/// All that this process knows.
std::vector<Column>& known_columns() {
  static std::vector<Column> all = make_columns();
  return all;
}

}  // namespace

const std::vector<Column>& columns() { return known_columns(); }

void add_column(Column column) { known_columns().push_back(std::move(column)); }

std::string columns_markdown() {
  std::string page =
      "# Columns of runs.csv\n\n"
      "Generated by `fencelab list metrics --markdown`; a test keeps this page equal to the "
      "program.\n\n"
      "One row per run. Key columns first:\n\n"
      "| column | unit | meaning |\n|---|---|---|\n";
  page +=
      fmt::format("| schema_version | count | version of this table, now {} |\n", kSchemaVersion);
  page +=
      "| scenario | text | name of the scenario |\n"
      "| point | text | of its sweep: axis=value for each axis; empty where nothing is swept |\n"
      "| stack | text | name of the stack |\n"
      "| seed | count | seed of the run |\n| status | text | ok, or why there is no result: "
      "crashed, overdue |\n"
      "| verdict | text | deadlock, orphan, masked, livelock, stall, starved or complete |\n"
      "| build | text | version, commit and build type of the program; a debug build says so |\n";
  for (const Column& column : columns())
    page += fmt::format("| {} | {} | {}{} |\n", column.name, column.unit, column.meaning,
                        column.is_cost ? " (cost: differs from run to run)" : "");
  return page + dependencies_markdown() + clients_markdown();
}

}  // namespace fencelab::campaign
