#include "campaign/regression.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/run/verdict.hpp"
#include "campaign/comparison.hpp"

namespace fencelab::campaign {

namespace {

using Result = MetricChange::Result;

constexpr double kLevel = 0.05;

/// Worse is lower; runs that failed are worst, and so is what nobody knows.
int rank_of(const std::string& ending) {
  using analysis::Verdict;
  constexpr Verdict kWorstFirst[] = {Verdict::deadlock, Verdict::orphan, Verdict::masked,
                                     Verdict::livelock, Verdict::stall,  Verdict::starved,
                                     Verdict::complete};
  int rank = 1;
  for (const Verdict verdict : kWorstFirst) {
    if (ending == to_string(verdict)) return rank;
    ++rank;
  }
  return 0;
}

/// Of `values`, those whose seeds `other` has.
SeedValues shared(const SeedValues& values, const SeedValues& other) {
  SeedValues kept;
  for (const auto& value : values)
    if (std::binary_search(other.begin(), other.end(), value,
                           [](const auto& a, const auto& b) { return a.first < b.first; }))
      kept.push_back(value);
  return kept;
}

std::optional<MetricChange> change_of(const RunGroup& now, const RunGroup& before,
                                      std::size_t column, const Allowance& allowance) {
  if (allowance.better == Better::neither) return std::nullopt;
  const auto differences = paired_differences(now.values(column), before.values(column));
  if (std::all_of(differences.begin(), differences.end(), [](double d) { return d == 0; }))
    return std::nullopt;
  MetricChange change;
  change.metric = columns()[column].name;
  change.unit = columns()[column].unit;
  change.better_is = allowance.better;
  change.now = estimate(shared(now.values(column), before.values(column)));
  change.before = estimate(shared(before.values(column), now.values(column)));
  change.difference = estimate(differences);
  change.allowed = std::max(allowance.absolute, allowance.relative * std::abs(change.before.mean));
  change.p = paired_p_value(differences);
  return change;
}

/// How much worse it is; negative: better.
double harm_of(const MetricChange& change) {
  return change.better_is == Better::less ? change.difference.mean : -change.difference.mean;
}

void judge(MetricChange& change) {
  const double harm = harm_of(change);
  const bool is_known = !change.p_holm || *change.p_holm < kLevel;
  if (harm <= 0)
    change.result = Result::better;
  else if (harm <= change.allowed)
    change.result = Result::allowed;
  else
    change.result = is_known ? Result::worse : Result::unsure;
}

/// Over all of them, since one test in twenty finds something where there is nothing.
void judge_all(Regression& regression) {
  std::vector<MetricChange*> changes;
  std::vector<std::optional<double>> p;
  for (StackChange& stack : regression.stacks)
    for (MetricChange& change : stack.metrics) {
      changes.push_back(&change);
      p.push_back(change.p);
    }
  const auto adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    changes[i]->p_holm = adjusted[i];
    judge(*changes[i]);
  }
}

/// `watched`: else it does not matter how runs end, and whether there are any.
void compare_verdicts(const RunGroup* now, const RunGroup& before, bool watched,
                      StackChange& change) {
  std::map<std::uint64_t, std::string> by_seed;
  if (now)
    for (const RunGroup::Ending& is : now->endings())
      by_seed.emplace(is.seed, now->words()[is.word]);
  for (const RunGroup::Ending& was : before.endings()) {
    const auto is = by_seed.find(was.seed);
    if (is == by_seed.end()) {
      if (watched) change.missing.push_back(was.seed);
      continue;
    }
    ++change.seeds;
    const std::string &first = before.words()[was.word], &second = is->second;
    if (watched && first != second)
      change.verdicts.push_back({was.seed, first, second, rank_of(second) <= rank_of(first)});
  }
}

/// The runs of a point in one of the two campaigns.
struct PointRuns {
  std::vector<RunGroup> groups;
  std::vector<RunIdentity> identities;
};

const RunGroup* group_of(const PointRuns& point, const std::string& stack) {
  const auto found = std::find_if(point.groups.begin(), point.groups.end(),
                                  [&](const RunGroup& each) { return each.stack() == stack; });
  return found == point.groups.end() ? nullptr : &*found;
}

PointRuns runs_of(CampaignReader& reader, const RunIdentity& point) {
  PointRuns runs;
  RunGroups groups;
  reader.for_each_run_of(point.scenario, point.point, [&](const StoredRun& run) {
    groups.add(run.record);
    runs.identities.push_back(run.identity);
  });
  runs.groups = groups.take();
  return runs;
}

/// The command that makes the run again that one should look at.
std::string command_of(const PointRuns& point, const StackChange& change) {
  const auto worse = std::find_if(change.verdicts.begin(), change.verdicts.end(),
                                  [](const VerdictChange& each) { return each.is_worse; });
  for (const RunIdentity& run : point.identities)
    if (run.stack == change.stack && (worse == change.verdicts.end() || run.seed == worse->seed))
      return run.reproduce;
  return {};
}

void compare_points(const PointRuns& now, const PointRuns& before, const Tolerance& tolerance,
                    Regression& regression) {
  for (const RunGroup& own : before.groups) {
    const RunGroup* const other = group_of(now, own.stack());
    StackChange change;
    change.scenario = own.scenario();
    change.point = own.point();
    change.stack = own.stack();
    change.file = own.file();
    const auto allowed = [&](std::string_view metric) {
      return tolerance.allowance(own.scenario(), own.point(), own.stack(), metric);
    };
    compare_verdicts(other, own, allowed(kVerdictMetric).better != Better::neither, change);
    for (std::size_t i = 0; other && i < columns().size(); ++i)
      if (is_compared(columns()[i]))
        if (auto metric = change_of(*other, own, i, allowed(columns()[i].name)))
          change.metrics.push_back(std::move(*metric));
    change.reproduce = command_of(other ? now : before, change);
    regression.stacks.push_back(std::move(change));
  }
}

}  // namespace

std::string_view to_string(Result result) {
  switch (result) {
    case Result::worse: return "worse";
    case Result::unsure: return "unsure";
    case Result::allowed: return "allowed";
    case Result::better: return "better";
  }
  return "";
}

bool StackChange::is_worse() const {
  return !missing.empty() ||
         std::any_of(verdicts.begin(), verdicts.end(),
                     [](const VerdictChange& each) { return each.is_worse; }) ||
         std::any_of(metrics.begin(), metrics.end(),
                     [](const MetricChange& each) { return each.result == Result::worse; });
}

bool Regression::is_worse() const {
  return std::any_of(stacks.begin(), stacks.end(),
                     [](const StackChange& each) { return each.is_worse(); });
}

Regression find_regressions(CampaignReader& now, CampaignReader& before,
                            const Tolerance& tolerance) {
  Regression regression;
  RunGroups groups;
  PointRuns was;
  before.for_each_run({[&](const StoredRun& run) {
                         groups.add(run.record);
                         was.identities.push_back(run.identity);
                       },
                       [&] {
                         was.groups = groups.take();
                         compare_points(runs_of(now, was.identities.front()), was, tolerance,
                                        regression);
                         was = {};
                       }});
  std::size_t shared_runs = 0;
  for (const StackChange& change : regression.stacks) shared_runs += change.seeds;
  regression.added_runs = now.stored() - shared_runs;
  judge_all(regression);
  return regression;
}

}  // namespace fencelab::campaign
