#include "cli/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <unordered_map>

#include "campaign/database/database.hpp"
#include "campaign/dependencies.hpp"
#include "campaign/expectations.hpp"
#include "campaign/results.hpp"
#include "campaign/run_all.hpp"
#include "campaign/run_key.hpp"
#include "campaign/run_one.hpp"
#include "campaign/run_watched.hpp"
#include "campaign/tables.hpp"
#include "cli/output.hpp"
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

std::string words_of(const std::string& scenario, const std::string& point) {
  return point.empty() ? scenario : fmt::format("{} [{}]", scenario, point);
}

// ---------------------------------------------------------------- what came out

/// Whether runs came out as expected; point by point.
class Judge {
 public:
  /// `whole`: all runs of the point are there; relations of a part would say nothing.
  void look_at(const scenarios::Scenario& scenario, const std::vector<RunRecord>& records,
               bool whole) {
    for (const RunRecord& record : records) look_at(scenario, record);
    if (!whole) return;
    for (const campaign::Failure& failure : campaign::check_relations(scenario, records))
      complain("{}\n", failure.message), worsen(kExitExpectation);
  }
  void worsen(int code) { code_ = std::max(code_, code); }
  int code() const { return code_; }

 private:
  void look_at(const scenarios::Scenario& scenario, const RunRecord& record) {
    // A yardstick is not what the scenario is about.
    if (campaign::is_oracle_variant(record.stack) && record.status == "ok") return;
    tell_rules(scenario, record);
    for (const campaign::Failure& failure : campaign::check(scenario, record)) {
      complain("{}\n", failure.message);
      for (const auto& incident : record.incidents)
        if (failure.deadlock) complain("{}\n", incident.text);
      worsen(failure.deadlock ? kExitDeadlock : kExitExpectation);
    }
    if (record.status == "crashed" || record.status == "overdue") worsen(kExitCrash);
  }

  /// What a context forbids and was done all the same, although nothing got stuck; each rule once
  /// for a stack. A rule that the scenario says it breaks is no news.
  void tell_rules(const scenarios::Scenario& scenario, const RunRecord& record) {
    const auto expect = scenario.expect.find(record.stack);
    for (const auto& [rule, text] : record.broken_rules) {
      const bool stated = expect != scenario.expect.end() &&
                          std::find(expect->second.rules.begin(), expect->second.rules.end(),
                                    rule) != expect->second.rules.end();
      if (stated || !told_.insert(record.file + record.stack + rule).second) continue;
      complain("{} under {} (seed {}): breaks {}\n{}\n", words_of(record.scenario, record.point),
               record.stack, record.seed, rule, text);
    }
  }

  int code_ = kExitOk;
  std::set<std::string> told_;
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
           const policies::Registry& registry, campaign::StopSignals& stop)
      : options_(options),
        plans_(plans),
        registry_(registry),
        stop_(stop),
        database_(options.out, campaign::Connection::Mode::write) {
    pool_.jobs = options.jobs;
    pool_.stop = &stop;
    if (!options.time_limit.empty())
      pool_.time_limit = std::chrono::ceil<std::chrono::milliseconds>(
          *scenarios::parse_duration(options.time_limit).value);
    if (!options.memory_limit.empty())
      pool_.memory_limit = *scenarios::parse_size(options.memory_limit).value;
  }

  int run() {
    if (!plan()) return kExitUsage;
    make_runs();
    if (stop_.arrived() != 0) {
      complain(
          "fencelab: interrupted after {} of {} runs; no results were written\n  these runs are "
          "stored in {}: the same command goes on from there\n",
          stored_, planned_, campaign::Database::path_in(options_.out));
      return kExitCrash;
    }
    write_tables();
    tell_trace();
    if (options_.repeat) repeat();
    return judge_.code();
  }

 private:
  /// Every point is loaded once before anything runs.
  bool plan() {
    database_.begin_plan();
    RunCursor cursor(plans_, options_, registry_);
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

  /// Runs go round the parts of a campaign, so that each gets as many costly ones.
  bool is_ours(std::uint64_t place) const { return place % options_.shards + 1 == options_.shard; }

  bool is_stored(const std::string& key) {
    if (options_.rerun == Rerun::all || !options_.trace.path.empty()) return false;
    const auto status = database_.status_of(key);
    return status && (options_.rerun == Rerun::none || *status == "ok");
  }

  campaign::RunIdentity identity_of(const PointRun& run) const {
    const Plan& plan = *run.plan;
    const campaign::RunOrigin origin{options_.sets, options_.rounds, plan.point};
    return {key_of(run),
            plan.scenario.name,
            plan.point,
            run.stack->name,
            plan.scenario.file,
            run.seed,
            campaign::reproduce_command(plan.scenario.file, origin, run.stack->name, run.seed)};
  }

  static campaign::WorkItem item_of(const PointRun& run, const analysis::TraceOptions& trace) {
    RunRecord identity;
    identity.scenario = run.plan->scenario.name;
    identity.point = run.plan->point;
    identity.stack = run.stack->name;
    identity.file = run.plan->scenario.file;
    identity.seed = run.seed;
    return {identity, [run, trace] {
              RunRecord record =
                  campaign::run_watched(run.plan->scenario, *run.stack, run.seed, trace);
              record.point = run.plan->point;
              return record;
            }};
  }

  void make_runs() {
    if (stored_ > 0 && !options_.quiet)
      complain("{} of {} runs are stored already\n", stored_, planned_);
    Progress progress("runs", planned_ - stored_, options_.quiet);
    RunCursor cursor(plans_, options_, registry_);
    std::unordered_map<std::size_t, campaign::RunIdentity> under_way;
    std::size_t begun = 0;
    std::uint64_t place = 0;
    const auto next = [&]() -> std::optional<campaign::WorkItem> {
      while (const auto run = cursor.next()) {
        if (!is_ours(place++)) continue;
        campaign::RunIdentity identity = identity_of(*run);
        if (is_stored(identity.key)) continue;
        under_way.emplace(begun++, std::move(identity));
        return item_of(*run, options_.trace);
      }
      return std::nullopt;
    };
    campaign::run_each(
        next, pool_, [&](std::size_t item, const RunRecord& record, const std::string& json) {
          trace_error_ = record.trace_error;
          database_.store(under_way.extract(item).mapped(), record, json);
          ++stored_;
          const bool ok = record.status == "ok";
          progress.step(fmt::format("{} under {}: {}", words_of(record.scenario, record.point),
                                    record.stack, ok ? record.verdict : record.status),
                        !ok);
        });
  }

  /// The tables of all that was asked for, whenever it was made.
  void write_tables() {
    campaign::ResultFiles files(options_.out, campaign::build_description());
    campaign::CostlyDependencies costly;
    PointCursor points(plans_, options_, registry_);
    std::optional<std::string> failure;
    say("{}", campaign::comparison_table_header(options_.oracle));
    database_.for_each_point([&](const std::vector<campaign::StoredRun>& runs) {
      std::vector<RunRecord> records;
      for (const campaign::StoredRun& run : runs) records.push_back(run.record);
      auto plan = points.next();
      while (plan && (plan->scenario.name != records.front().scenario ||
                      plan->point != records.front().point))
        plan = points.next();
      if (!failure) failure = files.add(records);
      say("{}", campaign::comparison_table_rows(records, options_.oracle));
      costly.add(records);
      if (plan) judge_.look_at(plan->scenario, records, options_.shards == 1);
    });
    say("\n{}", costly.words());
    if (!failure) failure = files.publish();
    if (failure) {
      complain("fencelab: {}; no results were written\n", *failure);
      return judge_.worsen(kExitUsage);
    }
    say("{0}/runs.csv\n{0}/compare.csv\n{0}/dependencies.csv\n{0}/clients.csv\n", options_.out);
  }

  void tell_trace() {
    if (options_.trace.path.empty()) return;
    if (trace_error_.empty()) return say("{}\n", options_.trace.path);
    complain("fencelab: --trace: {}\n", trace_error_);
    judge_.worsen(kExitUsage);
  }

  void repeat() {
    RunCursor cursor(plans_, options_, registry_);
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
  campaign::PoolOptions pool_;
  Judge judge_;
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
                                              {options.sets, options.rounds, run->plan->point},
                                              run->stack->name, run->seed));
  if (options.count) say("{}\n", count);
  return cursor.ok() ? kExitOk : kExitUsage;
}

int run_campaign(const RunOptions& options, const std::vector<Plan>& plans,
                 const policies::Registry& registry) {
  int signal = 0, code = kExitUsage;
  {
    campaign::StopSignals stop;
    try {
      code = Campaign(options, plans, registry, stop).run();
    } catch (const campaign::DatabaseError& error) {
      complain("fencelab: {}; no results were written\n", error.what());
    }
    signal = stop.arrived();
  }
  if (signal != 0) campaign::end_by(signal);
  return code;
}

}  // namespace fencelab::cli
