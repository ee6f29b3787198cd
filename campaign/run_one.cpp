#include "campaign/run_one.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "analysis/run/fingerprint.hpp"
#include "analysis/run/resource_series.hpp"
#include "campaign/clients.hpp"
#include "campaign/columns.hpp"
#include "campaign/database/database.hpp"
#include "campaign/dependencies.hpp"
#include "campaign/hardware.hpp"
#include "campaign/incident.hpp"
#include "campaign/instant_watch.hpp"
#include "campaign/livelock_words.hpp"
#include "campaign/run_trace.hpp"
#include "scenarios/quantity.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::campaign {

namespace {

using core::Time;

/// The run in slices of the progress bound; after each, a look for what is stuck or going in
/// circles.
class Supervisor {
 public:
  Supervisor(core::Simulation& simulation, scenarios::World& world,
             models::platform::SharedHardware& hardware, analysis::RunMetrics& metrics,
             analysis::DeadlockWatch& watch, Heartbeat* heartbeat, std::uint64_t events_max)
      : simulation_(simulation),
        world_(world),
        hardware_(hardware),
        metrics_(metrics),
        watch_(watch),
        heartbeat_(heartbeat),
        events_max_(events_max),
        instant_(simulation, [&metrics] { return metrics.operations_done + metrics.jobs_done; }) {}

  void run() {
    const Time horizon(world_.scenario().horizon);
    const core::Duration slice = world_.scenario().progress_bound;
    for (Time until{}; until < horizon;) {
      const Time next = simulation_.next_event_time();
      // Long quiet stretches need no looks: continue at the next event.
      until = std::min(horizon, core::saturating_add(
                                    std::max(until, next == core::kNever ? until : next), slice));
      if (!stands_still() || somebody_has_plans())
        before_ = {simulation_.events(), busy(), metrics_.last_progress, simulation_.now(),
                   metrics_.engine_jobs};
      hardware_.run(until, [this] {
        beat();
        return instant_.is_endless() || is_overdue();
      });
      if (is_overdue()) return;
      if (instant_.is_endless()) return judge_instant();
      if (is_at_rest()) break;
      judge_slice();
    }
    watch_.look_finally(is_at_rest());
  }
  /// It has had all the events that it may have, and was stopped.
  bool is_overdue() const { return simulation_.events() > events_max_; }
  /// What was found that is no finding of the wait graph: in words, empty if nothing.
  const std::string& livelock() const { return livelock_; }
  const std::string& starved() const { return starved_; }
  const std::string& livelock_class_found() const { return class_; }
  const std::string& livelock_details_found() const { return details_; }

 private:
  void beat() {
    constexpr std::uint64_t kEvery = 1 << 16;  // events
    if (!heartbeat_ || simulation_.events() - told_ < kEvery) return;
    told_ = simulation_.events();
    constexpr auto kRelaxed = std::memory_order_relaxed;
    heartbeat_->simulated_ns.store(core::nanoseconds_of(simulation_.now()), kRelaxed);
    heartbeat_->pending.store(simulation_.pending_events(), kRelaxed);
    heartbeat_->processes.store(simulation_.unfinished(), kRelaxed);
    heartbeat_->events.store(told_, kRelaxed);
  }

  // What is under way on shared hardware is no event of ours until it ends.
  bool is_at_rest() const {
    return simulation_.next_event_time() == core::kNever && !hardware_.has_work();
  }
  struct Mark {
    std::uint64_t events = 0;
    std::int64_t busy = 0;
    Time progress{}, at{};
    std::vector<std::uint64_t> engine_jobs;
  };
  std::int64_t busy() const {
    std::int64_t total = 0;
    for (const std::int64_t engine : metrics_.engine_busy) total += engine;
    return total;
  }
  // Since the mark nothing was done, and no engine was about it.
  bool stands_still() const {
    const auto& gpus = world_.machine().gpus();
    return metrics_.last_progress == before_.progress && busy() == before_.busy &&
           std::none_of(gpus.begin(), gpus.end(), [](const auto& gpu) { return gpu->gets_on(); });
  }
  // Something is to come, however long it takes: the clock or a transfer will see to it.
  bool somebody_has_plans() const {
    if (hardware_.has_work()) return true;
    for (const core::Process& process : simulation_.processes()) {
      const bool waits = process.state == core::ProcessState::sleeping ||
                         process.state == core::ProcessState::blocked;
      if (!process.spec.daemon && waits && process.wait.deadline != core::kNever) return true;
    }
    return false;
  }
  void note_livelock() {
    class_ = livelock_class(simulation_);
    details_ = livelock_details(simulation_, words_of_places(world_));
  }
  // It would never get to the next instant: there is nothing to wait for.
  void judge_instant() {
    note_livelock();
    const std::string what =
        instant_.done() > InstantWatch::kEndlessOperations
            ? fmt::format("{} operations completed at this instant, and time does not go on",
                          instant_.done())
            : fmt::format(
                  "{} events at this instant, time does not go on, and no operation or job "
                  "completed",
                  instant_.events());
    livelock_ = fmt::format("LIVELOCK at {:.3f} ms: {}; going round: {}\n",
                            milliseconds(simulation_.now()), what, fmt::join(instant_.who(), ", "));
    watch_.look_finally(false);
  }

  // Events went on, but nothing was done and no engine executed anything: going in circles. A
  // worker that tries again every 100 ms takes some slices to be seen.
  void judge_slice() {
    watch_.look();
    constexpr std::uint64_t kManyEvents = 64;
    if (stands_still() && simulation_.events() - before_.events > kManyEvents &&
        livelock_.empty()) {
      note_livelock();
      livelock_ = fmt::format(
          "LIVELOCK from {:.3f} to {:.3f} ms: {} events, no operation, job or frame completed, and "
          "no engine executed anything\n",
          milliseconds(before_.at), milliseconds(simulation_.now()),
          simulation_.events() - before_.events);
    }
    world_.machine().for_each_overdue(
        simulation_.now() - core::Duration(world_.scenario().progress_bound),
        [this](const models::Job& job) { judge_overdue(job); });
    for (const core::Process& process : simulation_.processes()) judge_tries(process);
  }

  // It has tried the same for longer than the bound, again and again, and meanwhile others got on
  // (else that is a livelock).
  void judge_tries(const core::Process& process) {
    constexpr std::uint64_t kManyRounds = 64;
    const core::Process::Tries& tries = process.tries;
    const Time overdue =
        core::saturating_add(tries.since, core::Duration(world_.scenario().progress_bound));
    if (tries.depth == 0 || tries.rounds < kManyRounds || simulation_.now() <= overdue) return;
    if (stands_still() || !starved_.empty()) return;
    starved_ = fmt::format(
        "STARVED at {:.3f} ms: {} ({}) has begun anew {} times since {:.3f} ms, while others got "
        "on\n",
        milliseconds(simulation_.now()), process.spec.name, process.doing, tries.rounds - 1,
        milliseconds(tries.since));
  }

  // It waited longer than the bound, and meanwhile its engine served others.
  void judge_overdue(const models::Job& job) {
    const std::uint32_t engine = job.engine->number();
    const auto done = [engine](const std::vector<std::uint64_t>& jobs) {
      return engine < jobs.size() ? jobs[engine] : 0;
    };
    const std::uint64_t others = done(metrics_.engine_jobs) - done(before_.engine_jobs);
    if (others == 0 || !starved_.empty()) return;
    starved_ = fmt::format(
        "STARVED at {:.3f} ms: {} has waited for its turn on {} since {:.3f} ms; {} others were "
        "done "
        "there since {:.3f} ms\n",
        milliseconds(simulation_.now()), job.name(), job.engine->name(),
        milliseconds(job.account.phase_since()), others, milliseconds(before_.at));
  }

  static double milliseconds(Time at) {
    return static_cast<double>(core::nanoseconds_of(at)) * 1e-6;
  }
  core::Simulation& simulation_;
  scenarios::World& world_;
  models::platform::SharedHardware& hardware_;
  analysis::RunMetrics& metrics_;
  analysis::DeadlockWatch& watch_;
  Heartbeat* heartbeat_;
  std::uint64_t events_max_;
  std::uint64_t told_ = 0;  ///< events
  InstantWatch instant_;
  Mark before_;
  std::string livelock_, starved_, class_, details_;
};

void add_distributions(const analysis::RunMetrics& metrics, RunRecord& record) {
  const auto add = [&](const char* name, const analysis::QuantileSketch& sketch) {
    if (sketch.count() == 0) return;
    DistributionRecord distribution{name, sketch.count(), {}};
    for (const std::uint32_t permille : kDistributionPermilles)
      distribution.ns.push_back(sketch.quantile(permille));
    record.distributions.push_back(std::move(distribution));
  };
  add("job_latency", metrics.job_latency);
  add("frame_latency", metrics.frame_latency);
  add("ioctl", metrics.ioctl_time);
  add("eviction", metrics.eviction_time);
  add("suspend", metrics.suspend_time);
}

}  // namespace

std::string build_description() { return BuildInfo::ours().words(); }

RunRecord run_one(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                  std::uint64_t seed, PredictedRun* predicted, const RunTelling& telling,
                  std::uint64_t events_max) {
  const auto begun = std::chrono::steady_clock::now();
  RunRecord record;
  record.scenario = scenario.name;
  record.stack = stack.name;
  record.file = scenario.file;
  record.seed = seed;

  core::Simulation simulation({.seed = seed});
  models::platform::SharedHardware hardware(simulation, describe_hardware(scenario.platform));
  analysis::Fingerprint fingerprint;
  analysis::RunMetrics metrics;
  simulation.probe().subscribe(fingerprint, core::Probe::kFacts);
  simulation.probe().subscribe(metrics, core::Probe::kFacts);
  analysis::ClientMetrics clients;
  simulation.probe().subscribe(clients, analysis::ClientMetrics::kMask);
  analysis::HazardTracker hazards;
  simulation.probe().subscribe(hazards, analysis::HazardTracker::kMask);
  analysis::OversyncTracker oversync;
  simulation.probe().subscribe(oversync, analysis::OversyncTracker::kMask);
  std::optional<analysis::OrderWatch> orders;
  if (predicted) {
    orders.emplace(simulation, predicted->fences);
    simulation.probe().subscribe(*orders, analysis::OrderWatch::kMask);
  }
  const MetricProbes probes(simulation);
  RunTrace timeline(telling.trace, simulation);
  // What it keeps (sync objects with their fences) is published as it goes, to all of the above.
  policies::RunState state(simulation);
  scenarios::World world(simulation, hardware, scenario, stack, state);
  timeline.know(world);
  analysis::DeadlockWatch watch(simulation, world.machine());
  simulation.probe().subscribe(watch, analysis::DeadlockWatch::kMask);
  for (scenarios::Index i = 0; i < scenario.displays.size(); ++i)
    oversync.watch(world.display(i), std::string(world.machine().policies().names.of("sync")));
  analysis::ResourceSeries series(world.machine());
  simulation.probe().subscribe(series, analysis::ResourceSeries::kMask);
  world.start();
  Supervisor supervisor(simulation, world, hardware, metrics, watch, telling.heartbeat, events_max);
  supervisor.run();
  record.trace_error =
      timeline.finish(simulation.now(), watch.incidents().empty()
                                            ? std::nullopt
                                            : std::optional(watch.incidents().front().finding.at));
  if (supervisor.is_overdue()) {
    record.status = "overdue";
    record.message = fmt::format(
        "the run was stopped: more than {} events, at {} of simulated time (--run-events)",
        events_max, scenarios::format_duration(simulation.now().time_since_epoch()));
    return record;
  }
  if (orders) *predicted = describe_orders(*orders, simulation, world);

  if (metrics.operations_done == 0 && metrics.jobs_done == 0) {
    record.status = "error";
    record.message = "the run did no work: no operation and no job completed before the horizon";
    if (!watch.incidents().empty()) record.status = "ok";
  }
  record.verdict = std::string(
      to_string(watch.verdict(!supervisor.livelock().empty(), !supervisor.starved().empty())));
  if (!supervisor.livelock().empty())
    record.incidents.push_back({.kind = "livelock",
                                .signature = supervisor.livelock_class_found(),
                                .text = supervisor.livelock(),
                                .json = supervisor.livelock_details_found()});
  if (!supervisor.starved().empty())
    record.incidents.push_back(
        {.kind = "starved", .signature = "starved", .text = supervisor.starved()});
  for (const analysis::Incident& incident : watch.incidents())
    record.incidents.push_back(
        describe_incident(incident.graph, incident.finding, incident.rescued, world));
  clients.finish(simulation.now());
  hazards.finish();
  for (const analysis::HazardClass& hazard : hazards.classes())
    record.hazards.push_back(describe_hazard(hazard, world));
  oversync.finish();
  record.dependencies = oversync.table().costliest(kDependencyRows);
  for (const auto& gpu : world.machine().gpus())
    for (const auto& engine : gpu->engines())
      if (engine->number() < metrics.engine_busy.size())
        record.engine_busy_ns[engine->name()] =
            static_cast<double>(metrics.engine_busy[engine->number()]);
  for (const auto& client : world.machine().clients()) {
    if (client->index() >= clients.clients().size()) continue;
    const auto& got = clients.clients()[client->index()];
    if (got.submitted == 0 && got.cycles.count == 0) continue;
    record.clients.push_back({client->name(), client_values(got, metrics.last_progress)});
  }
  record.series = series.finish(metrics.last_progress);
  add_distributions(metrics, record);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begun;
  const RunFacts facts{metrics,
                       world.machine(),
                       watch,
                       hazards,
                       oversync,
                       clients,
                       fingerprint.value(),
                       fingerprint.events(),
                       simulation.events(),
                       wall.count(),
                       usage.ru_maxrss,
                       &probes};
  for (const Column& column : columns()) record.values[column.name] = column.value(facts);
  return record;
}

}  // namespace fencelab::campaign
