#include <algorithm>
#include <array>
#include <string_view>

#include "campaign/check_all.hpp"
#include "campaign/hazard_rules.hpp"
#include "core/assert.hpp"

namespace fencelab::campaign {

namespace {

/// Place of `word` in a list that goes from worst to best; unknown words are best.
template <std::size_t N>
std::size_t rank(const std::array<std::string_view, N>& worst_first, std::string_view word) {
  return static_cast<std::size_t>(std::find(worst_first.begin(), worst_first.end(), word) -
                                  worst_first.begin());
}

constexpr std::array<std::string_view, 3> kStatuses = {"crashed", "budget", "error"};
constexpr std::array<std::string_view, 7> kVerdicts = {"deadlock", "orphan",  "masked",  "livelock",
                                                       "stall",    "starved", "complete"};

void add(std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& more) {
  if (more) sum = sum.value_or(0) + *more;
}

void add_texts(std::vector<std::string>& all, const std::vector<std::string>& more) {
  for (const std::string& text : more)
    if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
}

/// A class that is known already adds nothing; the first one keeps its report.
void add_findings(std::vector<CheckFinding>& all, std::vector<CheckFinding>& more) {
  for (CheckFinding& finding : more) {
    const bool is_hazard = find_hazard_rule(finding.kind) != nullptr;
    const auto same = std::find_if(all.begin(), all.end(), [&](const CheckFinding& known) {
      return known.rule == finding.rule && known.signature == finding.signature &&
             (is_hazard || known.members == finding.members) && known.state == finding.state;
    });
    if (same == all.end())
      all.push_back(std::move(finding));
    else
      same->count = std::max(same->count, finding.count);
  }
}

void add(CheckRecord& sum, CheckRecord& more) {
  sum.seeds.insert(sum.seeds.end(), more.seeds.begin(), more.seeds.end());
  if (rank(kStatuses, more.status) < rank(kStatuses, sum.status)) {
    sum.status = more.status;
    sum.message = more.message;
  }
  if (rank(kVerdicts, more.verdict) < rank(kVerdicts, sum.verdict)) sum.verdict = more.verdict;
  sum.strength = std::min(sum.strength, more.strength);
  sum.schedules += more.schedules;
  if (sum.shortfall.empty()) sum.shortfall = more.shortfall;
  sum.work.executions += more.work.executions;
  add(sum.work.states, more.work.states);
  add(sum.work.blocked, more.work.blocked);
  if (more.work.depth) sum.work.depth = std::max(sum.work.depth.value_or(0), *more.work.depth);
  add_texts(sum.work.bounds_hit, more.work.bounds_hit);
  sum.livelock.outcome = std::max(sum.livelock.outcome, more.livelock.outcome);
  sum.livelock.states += more.livelock.states;
  sum.livelock.transitions += more.livelock.transitions;
  if (sum.livelock.bound.empty()) sum.livelock.bound = more.livelock.bound;
  sum.wall_seconds += more.wall_seconds;
  add_texts(sum.assumptions, more.assumptions);
  add_findings(sum.findings, more.findings);
  sum.run = {std::max(sum.run.makespan_ns, more.run.makespan_ns),
             std::max(sum.run.jobs_done, more.run.jobs_done),
             std::max(sum.run.jobs_lost, more.run.jobs_lost),
             std::max(sum.run.hazards, more.run.hazards),
             std::max(sum.run.allocation_failures, more.run.allocation_failures)};
  for (const auto& [column, count] : more.hazards)
    sum.hazards[column] = std::max(sum.hazards[column], count);
  add_texts(sum.violations, more.violations);
  sum.fingerprint += " " + more.fingerprint;
}

}  // namespace

CheckRecord merge_seeds(std::vector<CheckRecord> records) {
  FENCELAB_ASSERT(!records.empty(), "nothing to merge");
  CheckRecord sum = std::move(records.front());
  for (std::size_t i = 1; i < records.size(); ++i) add(sum, records[i]);
  if (sum.status != "ok") sum.verdict.clear();  // of some seeds nothing is known
  return sum;
}

}  // namespace fencelab::campaign
