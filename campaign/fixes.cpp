#include "campaign/fixes.hpp"

#include <algorithm>
#include <tuple>

#include "campaign/fix_candidates.hpp"
#include "campaign/hazard_rules.hpp"
#include "campaign/judgement.hpp"

namespace fencelab::campaign {

namespace {

/// A change under way.
struct Trial {
  std::size_t finding = 0;
  FixCandidate candidate;
  std::unique_ptr<ScenarioVariant> variant;
};

/// What to try against one finding, in the order in which it is tried: programs are few, and
/// recovery comes last.
std::vector<FixCandidate> candidates_for(const ExplainedFinding& explained,
                                         const nlohmann::json& document,
                                         const ScenarioReading& reading) {
  const auto members = mechanism_of(explained.finding->json);
  if (members.empty()) return {};
  const FixContext context{document, *explained.item->stack, reading.registry, members};
  std::vector<FixCandidate> all = program_candidates(context);
  for (FixCandidate& candidate : policy_candidates(context)) all.push_back(std::move(candidate));
  return all;
}

void add_trials(const ExplainedFinding& explained, std::size_t index,
                const ScenarioReading& reading, const FixOptions& options,
                std::vector<Trial>& trials) {
  const std::string& file = explained.item->scenario->file;
  const auto document = document_of(file, explained.item->scenario->sets, reading.limits);
  if (!document) return;
  std::size_t added = 0;
  for (FixCandidate& candidate : candidates_for(explained, *document, reading)) {
    if (added == options.trials_max) return;
    auto variant =
        variant_of(*document, file, explained.item->stack->name, reading, candidate.sets);
    if (!variant) continue;
    trials.push_back({index, std::move(candidate), std::move(variant)});
    ++added;
  }
}

bool is_livelock(const CheckFinding& finding) { return finding.rule.ends_with("livelock"); }

CheckItem item_for(const Trial& trial, const ExplainedFinding& explained,
                   const FixOptions& options) {
  const CheckItem& original = *explained.item;
  CheckItem item{&trial.variant->scenario, &trial.variant->stack, original.seeds, original.options};
  const std::uint64_t most =
      is_livelock(*explained.finding) ? options.livelock_steps_max : options.steps_max;
  item.options.steps_max = std::min(most, original.options.steps_max.value_or(most));
  item.options.counterexamples = false;
  item.options.paranoid = false;
  return item;
}

bool is_worse(const RunFigures& now, const RunFigures& before) {
  return now.hazards > before.hazards || now.jobs_lost > before.jobs_lost ||
         now.allocation_failures > before.allocation_failures;
}

FixTrial::Outcome freedom_of(const CheckRecord& record) {
  const bool foretold = std::any_of(
      record.findings.begin(), record.findings.end(),
      [](const CheckFinding& finding) { return finding.state == CheckFinding::State::open; });
  switch (record.strength) {
    case Strength::proved: return FixTrial::Outcome::proved;
    case Strength::explored: return FixTrial::Outcome::explored;
    case Strength::predicted:
      if (!foretold) return FixTrial::Outcome::predicted;
      break;
    case Strength::observed: break;
  }
  return FixTrial::Outcome::observed;
}

bool is_free(const FixTrial& fix) { return fix.outcome < FixTrial::Outcome::worse; }
bool is_still_stuck(const FixTrial& fix) {
  return fix.outcome == FixTrial::Outcome::other || fix.outcome == FixTrial::Outcome::same;
}

/// A fix with the axis and the option that it is.
struct Tried {
  FixTrial fix;
  std::string axis, option;
  std::size_t number = 0;  ///< in the order in which they were tried
  auto key() const {
    return std::tuple(fix.outcome, fix.run.hazards + fix.run.jobs_lost, fix.run.makespan_ns);
  }
  /// What came out of both is the same, so that one of them stands for both.
  bool is_like(const Tried& other) const {
    return !axis.empty() && axis == other.axis && key() == other.key() &&
           fix.core == other.fix.core && fix.run == other.fix.run;
  }
};

/// Best first, of equal ones the first that was tried; of an axis what is alike stands together.
std::vector<FixTrial> best_of(std::vector<Tried> tried, std::size_t most) {
  std::sort(tried.begin(), tried.end(), [](const Tried& a, const Tried& b) {
    return std::pair(a.key(), a.number) < std::pair(b.key(), b.number);
  });
  std::vector<Tried> kept;
  for (Tried& each : tried) {
    const auto same = std::find_if(kept.begin(), kept.end(),
                                   [&](const Tried& other) { return other.is_like(each); });
    if (same != kept.end())
      same->fix.alike.push_back(each.option);
    else if (kept.size() < most)
      kept.push_back(std::move(each));
  }
  std::vector<FixTrial> fixes;
  for (Tried& each : kept) fixes.push_back(std::move(each.fix));
  return fixes;
}

}  // namespace

namespace {

const CheckFinding* soft_livelock_in(const CheckRecord& record) {
  for (const CheckFinding& found : record.findings)
    if (found.kind == "soft-livelock") return &found;
  return nullptr;
}

/// Of a check in which nothing is stuck.
void judge_freedom(const CheckRecord& before, const CheckFinding& finding, const CheckRecord& after,
                   FixTrial& trial) {
  using Outcome = FixTrial::Outcome;
  trial.outcome = is_worse(after.run, before.run) ? Outcome::worse : freedom_of(after);
  if (const CheckFinding* const soft = soft_livelock_in(after)) {
    const bool same = finding.kind == soft->kind && finding.signature == soft->signature;
    if (is_livelock(finding)) {
      trial.outcome = same ? Outcome::same : Outcome::other;
      trial.core = soft->signature;
    } else if (!soft_livelock_in(before)) {
      trial.outcome = Outcome::worse;  // it may go round for ever instead
    }
    return;
  }
  // A proof is one of freedom from deadlock, unless the search for livelocks was over, too.
  const bool undecided = after.livelock.outcome == LivelockClaim::Outcome::open;
  if (!is_livelock(finding) || !undecided || trial.outcome != Outcome::proved) return;
  trial.outcome = Outcome::explored;
  trial.strength += "(livelock open)";
}

}  // namespace

FixTrial judge_trial(const CheckRecord& before, const CheckFinding& finding,
                     const CheckRecord& after) {
  FixTrial trial;
  if (after.status != "ok") return trial;
  trial.strength = strength_word(after);
  trial.verdict = after.verdict;
  trial.run = after.run;
  using Outcome = FixTrial::Outcome;
  if (!is_stuck(after.verdict) && after.verdict != "stall") {
    judge_freedom(before, finding, after, trial);
    return trial;
  }
  trial.outcome = after.verdict == "masked" ? Outcome::recovers : Outcome::other;
  for (const CheckFinding& found : after.findings) {
    if (found.kind == "predicted" || found.kind == "soft-livelock" || find_hazard_rule(found.kind))
      continue;
    if (trial.core.empty()) trial.core = found.signature;
    if (found.signature != finding.signature) continue;
    trial.core = found.signature;
    if (trial.outcome == Outcome::other) trial.outcome = Outcome::same;
  }
  // Who waited for a timer before gains nothing by another.
  if (trial.outcome == Outcome::recovers && finding.kind == "masked") trial.outcome = Outcome::same;
  return trial;
}

void try_fixes(const std::vector<ExplainedFinding>& findings, const ScenarioReading& reading,
               const CheckAllOptions& pool, const FixOptions& options) {
  std::vector<Trial> trials;
  for (std::size_t i = 0; i < findings.size(); ++i)
    add_trials(findings[i], i, reading, options, trials);
  std::vector<CheckItem> items;
  for (const Trial& trial : trials)
    items.push_back(item_for(trial, findings[trial.finding], options));
  const std::vector<CheckRecord> records = check_all(items, pool, [](const CheckRecord&) {});
  std::vector<std::vector<Tried>> tried(findings.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const ExplainedFinding& explained = findings[trials[i].finding];
    FixTrial fix = judge_trial(*explained.record, *explained.finding, records[i]);
    fix.change = std::move(trials[i].candidate.change);
    fix.sets = std::move(trials[i].candidate.sets);
    ++explained.finding->fixes_tried;
    explained.finding->fixes_free += is_free(fix);
    explained.finding->fixes_stuck += is_still_stuck(fix);
    tried[trials[i].finding].push_back({std::move(fix), std::move(trials[i].candidate.axis),
                                        std::move(trials[i].candidate.option), i});
  }
  for (std::size_t i = 0; i < findings.size(); ++i)
    findings[i].finding->fixes = best_of(std::move(tried[i]), options.fixes_max);
}

}  // namespace fencelab::campaign
