#include "cli/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "campaign/database/database.hpp"
#include "campaign/dependencies.hpp"
#include "campaign/expectations.hpp"
#include "campaign/heartbeat.hpp"
#include "campaign/report/point_judgement.hpp"
#include "campaign/run_all.hpp"
#include "campaign/run_key.hpp"
#include "campaign/run_one.hpp"
#include "campaign/run_watched.hpp"
#include "cli/campaign_tables.hpp"
#include "cli/judge.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/points.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/quantity.hpp"

namespace fencelab::cli {

namespace {

using campaign::RunRecord;

std::string key_of(const PointRun& run) {
  return campaign::run_key(run.plan->scenario, run.plan->point, *run.stack, run.seed);
}

// ---------------------------------------------------------------- one run, here or elsewhere

RunRecord record_of(const PointRun& run, const campaign::RunTelling& telling,
                    std::uint64_t events_max) {
  RunRecord record =
      campaign::run_watched(run.plan->scenario, *run.stack, run.seed, telling, events_max);
  record.point = run.plan->point;
  return record;
}

/// What another rank, which has loaded the same command, is told.
std::string order_of(const PointRun& run) {
  return fmt::format("{} {} {} {} {}", run.place.plan, run.place.combination,
                     run.stack - run.plan->stacks.data(), run.seed, key_of(run));
}

/// On such a rank: finds the runs of orders.
class Orders {
 public:
  Orders(const RunOptions& options, const std::vector<Plan>& plans,
         const policies::Registry& registry)
      : options_(options), plans_(plans), registry_(registry) {}

  campaign::WorkerTask task_of(const std::string& order) {
    std::istringstream from(order);
    PointRun run;
    std::size_t stack = 0;
    std::string key;
    from >> run.place.plan >> run.place.combination >> stack >> run.seed >> key;
    run.plan = point_at(run.place);
    if (run.plan && stack < run.plan->stacks.size()) run.stack = &run.plan->stacks[stack];
    if (!run.stack || key_of(run) != key)
      throw std::runtime_error(
          "another rank read other scenarios than the first: its files differ, or its program");
    return [run, trace = options_.trace, most = options_.limits.events] {
      return record_of(run, {trace}, most).to_json();
    };
  }

 private:
  /// Orders come point by point.
  std::shared_ptr<const Plan> point_at(const PointPlace& place) {
    if (place.plan >= plans_.size()) return nullptr;
    if (latest_ && place.plan == place_.plan && place.combination == place_.combination)
      return latest_;
    bool ok = true;
    place_ = place;
    return latest_ = load_point(plans_, place, options_, registry_, ok);
  }

  const RunOptions& options_;
  const std::vector<Plan>& plans_;
  const policies::Registry& registry_;
  PointPlace place_;
  std::shared_ptr<const Plan> latest_;
};

/// What a second run must repeat: how it ended, and each of its events.
std::string outcome_of(const RunRecord& record) {
  const auto fingerprint = record.values.find("fingerprint");
  return record.status + " " + record.verdict + " " +
         (fingerprint == record.values.end() ? std::string() : fingerprint->second);
}

// ---------------------------------------------------------------- the runs

class Campaign {
 public:
  Campaign(const RunOptions& options, const std::vector<Plan>& plans,
           const policies::Registry& registry, campaign::StopSignals& stop, campaign::Ranks* ranks)
      : options_(options),
        plans_(plans),
        registry_(registry),
        stop_(stop),
        database_(options.out, campaign::Connection::Mode::write),
        heartbeats_(options.jobs * (ranks ? 2 * static_cast<std::size_t>(ranks->size()) : 1)) {
    pool_.jobs = options.jobs;
    pool_.stop = &stop;
    pool_.limits = worker_limits(options.limits);
    if (ranks) pool_.far = &far_.emplace(*ranks, options.jobs);
  }

  int run() {
    do {
      if (!plan()) return kExitUsage;
      make_runs();
    } while (stop_.arrived() == 0 && needs_more_seeds());
    if (stop_.arrived() != 0) {
      complain(
          "fencelab: interrupted after {} of {} runs; no results were written\n  these runs are "
          "stored in {}: the same command goes on from there\n",
          stored_, planned_, campaign::Database::path_in(options_.out));
      return kExitCrash;
    }
    write_tables();
    tell_trace();
    for (const std::string& point : too_wide_)
      complain("{}: an interval is still too wide with {} seeds (--max-seeds)\n", point,
               options_.max_seeds);
    if (options_.repeat) repeat();
    if (!options_.regression.against.empty())
      judge_.worsen(compare_with_earlier({options_.out}, options_.out, options_.regression));
    return judge_.code();
  }

 private:
  /// Every point is loaded once before anything runs.
  bool plan() {
    planned_ = stored_ = 0;
    database_.begin_plan();
    RunCursor cursor = all_runs();
    for (std::uint64_t place = 0; const auto run = cursor.next(); ++place) {
      if (!is_ours(place)) continue;
      if (++planned_ > options_.max_runs) {
        complain("fencelab: more than {} runs; `--count` says how many, `--max-runs` allows more\n",
                 options_.max_runs);
        return false;
      }
      const std::string key = key_of(*run);
      database_.add_to_plan(key, place);
      stored_ += is_stored(key);
    }
    database_.end_plan();
    if (cursor.ok() && planned_ == 0 && !options_.point.empty()) {
      complain("fencelab: no sweep has a point {}\n  expected one that `--list` names\n",
               scenarios::quote(options_.point));
      return false;
    }
    return cursor.ok();
  }

  RunCursor all_runs() const { return RunCursor(plans_, options_, registry_, more_seeds_); }

  /// Whether intervals are still too wide; points that have them get more seeds then, under all of
  /// their stacks. Asked when all runs are made, so that it does not matter who was faster.
  bool needs_more_seeds() {
    if (options_.until.empty()) return false;
    bool more = false;
    too_wide_.clear();
    campaign::RunGroups groups;
    const auto look = [&] {
      const auto point = groups.take();
      const auto needed = campaign::seeds_needed(point, options_.until, options_.max_seeds);
      const campaign::RunGroup& first = point.front();
      const std::size_t seeds = first.endings().size();
      if (needed.is_narrow) return;
      if (needed.seeds <= seeds)
        too_wide_.push_back(words_of(first.scenario(), first.point()));
      else
        more_seeds_[{first.scenario(), first.point()}] += needed.seeds - seeds;
      more = more || needed.seeds > seeds;
    };
    database_.for_each_run({[&](const campaign::StoredRun& run) { groups.add(run.record); }, look});
    return more;
  }

  /// Runs go round the parts of a campaign, so that each gets as many costly ones.
  bool is_ours(std::uint64_t place) const { return place % options_.shards + 1 == options_.shard; }

  bool is_stored(const std::string& key) {
    const Rerun rerun = more_seeds_.empty() ? options_.rerun : Rerun::none;  // once is enough
    if (rerun == Rerun::all || !options_.trace.path.empty()) return false;
    const auto status = database_.status_of(key);
    return status && (rerun == Rerun::none || *status == "ok");
  }

  campaign::RunIdentity identity_of(const PointRun& run) const {
    const Plan& plan = *run.plan;
    const campaign::RunOrigin origin{options_.sets, options_.rounds, plan.point,
                                     limit_arguments(options_.document)};
    return {key_of(run),
            plan.scenario.name,
            plan.point,
            run.stack->name,
            plan.scenario.file,
            run.seed,
            campaign::reproduce_command(plan.scenario.file, origin, run.stack->name, run.seed)};
  }

  campaign::WorkItem item_of(const PointRun& run, const campaign::RunTelling& telling) const {
    RunRecord identity;
    identity.scenario = run.plan->scenario.name;
    identity.point = run.plan->point;
    identity.stack = run.stack->name;
    identity.file = run.plan->scenario.file;
    identity.seed = run.seed;
    const auto work = [run, telling, most = options_.limits.events] {
      return record_of(run, telling, most);
    };
    return {identity, work, order_of(run)};
  }

  void make_runs() {
    if (!options_.quiet && !more_seeds_.empty())
      complain("{} more runs for seeds of points whose intervals are too wide\n",
               planned_ - stored_);
    else if (!options_.quiet && stored_ > 0)
      complain("{} of {} runs are stored already\n", stored_, planned_);
    Progress progress("runs", planned_ - stored_, options_.quiet);
    RunCursor cursor = all_runs();
    std::map<std::size_t, UnderWay> under_way;  // by number: who began first stands first
    progress.tell_of([&] { return under_way.empty() ? "" : way_of(under_way.begin()->second); });
    pool_.idle = [&] { progress.idle(); };
    std::size_t begun = 0;
    std::uint64_t place = 0;
    const auto next = [&]() -> std::optional<campaign::WorkItem> {
      while (const auto run = cursor.next()) {
        if (!is_ours(place++)) continue;
        campaign::RunIdentity identity = identity_of(*run);
        if (is_stored(identity.key)) continue;
        campaign::Heartbeat* const heartbeat = heartbeats_.take();
        under_way.emplace(begun++, UnderWay{std::move(identity), heartbeat, Clock::now()});
        return item_of(*run, {options_.trace, heartbeat});
      }
      return std::nullopt;
    };
    campaign::run_each(
        next, pool_, [&](std::size_t item, const RunRecord& record, const std::string& json) {
          trace_error_ = record.trace_error;
          const UnderWay run = under_way.extract(item).mapped();
          heartbeats_.give_back(run.heartbeat);
          database_.store(run.identity, record, json);
          ++stored_;
          const bool ok = record.status == "ok";
          progress.step(fmt::format("{} under {}: {}", words_of(record.scenario, record.point),
                                    record.stack, ok ? record.verdict : record.status),
                        !ok, Clock::now() - run.begun);
        });
    pool_.idle = nullptr;
  }

  using Clock = std::chrono::steady_clock;
  struct UnderWay {
    campaign::RunIdentity identity;
    campaign::Heartbeat* heartbeat = nullptr;
    Clock::time_point begun;
  };

  /// How far a run has got; nothing of one that takes no time to speak of.
  static std::string way_of(const UnderWay& run) {
    constexpr std::chrono::duration<double> kLong = std::chrono::seconds(5);
    const std::chrono::duration<double> took = Clock::now() - run.begun;
    if (took < kLong) return {};
    std::string text = fmt::format("now {} under {} (seed {}) for {}",
                                   words_of(run.identity.scenario, run.identity.point),
                                   run.identity.stack, run.identity.seed, waiting_time(took));
    const std::uint64_t events = run.heartbeat ? run.heartbeat->events.load() : 0;
    if (events > 0)
      text += fmt::format(", at {}, {:.2g} M events/s, {} pending, {} live processes",
                          scenarios::format_duration(core::Duration(
                              std::chrono::nanoseconds(run.heartbeat->simulated_ns))),
                          static_cast<double>(events) / took.count() * 1e-6,
                          run.heartbeat->pending.load(), run.heartbeat->processes.load());
    return text;
  }

  /// The tables of all that was asked for, whenever it was made.
  void write_tables() {
    CampaignTables tables(options_.out, options_.report, options_.oracle);
    campaign::CostlyDependencies costly;
    PointCursor points(plans_, options_, registry_);
    std::shared_ptr<const Plan> plan;  // of the present point
    std::optional<campaign::PointJudge> judge;
    const auto add = [&](const campaign::StoredRun& run) {
      if (!judge && (plan = point_of(run.identity, points)))
        judge.emplace(plan->scenario, options_.shards == 1);
      if (judge) judge_.tell(plan->scenario, run.record, judge->add(run.record));
      costly.add(run.record);
      tables.add(run);
    };
    const auto judgement_of = [&](const campaign::RunGroup& group) {
      if (!judge) return std::string();
      judge_.tell(judge->end());
      std::string words = judge->judgement().to_json();
      database_.store_judgement(group.scenario(), group.point(), words);
      judge.reset();
      return words;
    };
    database_.for_each_run({add, [&] {
                              costly.end_point();
                              tables.end_point(judgement_of);
                            }});
    say("\n{}", costly.words());
    if (const auto failure = tables.publish(planned_)) {
      complain("fencelab: {}; no results were written\n", *failure);
      return judge_.worsen(kExitUsage);
    }
    tables.tell_files();
  }

  /// Points come in the order of the plan.
  static std::shared_ptr<const Plan> point_of(const campaign::RunIdentity& run,
                                              PointCursor& points) {
    auto plan = points.next();
    while (plan && (plan->scenario.name != run.scenario || plan->point != run.point))
      plan = points.next();
    return plan;
  }

  void tell_trace() {
    if (options_.trace.path.empty()) return;
    if (trace_error_.empty()) return say("{}\n", options_.trace.path);
    complain("fencelab: --trace: {}\n", trace_error_);
    judge_.worsen(kExitUsage);
  }

  void repeat() {
    RunCursor cursor = all_runs();
    std::unordered_map<std::size_t, std::string> under_way;
    std::size_t begun = 0;
    std::uint64_t place = 0;
    const auto next = [&]() -> std::optional<campaign::WorkItem> {
      while (const auto run = cursor.next()) {
        if (!is_ours(place++)) continue;
        under_way.emplace(begun++, key_of(*run));
        return item_of(*run, {});
      }
      return std::nullopt;
    };
    campaign::run_each(next, pool_,
                       [&](std::size_t item, const RunRecord& second, const std::string&) {
                         const auto first = database_.find(under_way.extract(item).mapped());
                         if (first) compare(first->record, second);
                       });
  }

  void compare(const RunRecord& first, const RunRecord& second) {
    if (outcome_of(first) == outcome_of(second)) return;
    complain("{} under {} (seed {}): two runs differ: {}, then {}\n",
             words_of(first.scenario, first.point), first.stack, first.seed, outcome_of(first),
             outcome_of(second));
    judge_.worsen(kExitNondeterminism);
  }

  const RunOptions& options_;
  const std::vector<Plan>& plans_;
  const policies::Registry& registry_;
  campaign::StopSignals& stop_;
  campaign::Database database_;
  campaign::Heartbeats heartbeats_;
  std::optional<campaign::FarTasks> far_;
  campaign::PoolOptions pool_;
  Judge judge_;
  MoreSeeds more_seeds_;
  std::vector<std::string> too_wide_;  ///< points that may have no more
  std::uint64_t planned_ = 0, stored_ = 0;
  std::string trace_error_;  ///< why there is no whole trace
};

}  // namespace

int list_runs(const RunOptions& options, const std::vector<Plan>& plans,
              const policies::Registry& registry) {
  RunCursor cursor(plans, options, registry);
  std::uint64_t count = 0;
  for (auto run = cursor.next(); run; run = cursor.next(), ++count)
    if (options.list)
      say("{}\n", campaign::reproduce_command(run->plan->scenario.file,
                                              {options.sets, options.rounds, run->plan->point,
                                               limit_arguments(options.document)},
                                              run->stack->name, run->seed));
  if (options.count) say("{}\n", count);
  return cursor.ok() ? kExitOk : kExitUsage;
}

int serve_campaign(const RunOptions& options, const std::vector<Plan>& plans,
                   const policies::Registry& registry, campaign::Ranks& ranks) {
  Orders orders(options, plans, registry);
  campaign::serve_tasks(ranks, options.jobs, worker_limits(options.limits),
                        [&](const std::string& order) { return orders.task_of(order); });
  return kExitOk;
}

int run_campaign(const RunOptions& options, const std::vector<Plan>& plans,
                 const policies::Registry& registry, campaign::Ranks* ranks) {
  int signal = 0, code = kExitUsage;
  {
    campaign::StopSignals stop;
    try {
      code = Campaign(options, plans, registry, stop, ranks).run();
    } catch (const campaign::DatabaseError& error) {
      complain("fencelab: {}; no results were written\n", error.what());
    }
    signal = stop.arrived();
  }
  if (signal != 0) campaign::end_by(signal);
  return code;
}

}  // namespace fencelab::cli
