#include "campaign/check_livelock.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/explore/livelock.hpp"
#include "analysis/explore/schedule_token.hpp"
#include "campaign/check_rules.hpp"
#include "campaign/livelock_words.hpp"
#include "campaign/scenario_stepper.hpp"
#include "campaign/schedule_hash.hpp"
#include "scenarios/runtime/world.hpp"

namespace fencelab::campaign {

namespace {

using analysis::Livelock;

/// States and steps, so that the search ends at the same point on every machine. Where the provers
/// could not finish either the graph is hardly smaller.
constexpr std::uint64_t kStatesMost = 50'000, kStepsMost = 10'000'000, kStepsFew = 1'000'000;

/// Part of the budget of wall time.
constexpr double kPartOfBudget = 0.1;

analysis::LivelockSearch search_within(const analysis::ExploreLimits& limits,
                                       const LivelockTask& task) {
  const analysis::LivelockOptions progress{[](analysis::Execution& execution) {
    return execution.progress() + ScenarioSubject::world_of(execution.run()).operations_done();
  }};
  return find_livelocks(task.subject, task.execution, limits, progress);
}

analysis::LivelockSearch search(const analysis::Proof& proof, const LivelockTask& task) {
  analysis::ExploreLimits limits;
  limits.time = std::chrono::duration<double>(task.options.budget) * kPartOfBudget;
  limits.states = kStatesMost;
  limits.steps = proof.exhausted ? kStepsMost : kStepsFew;
  if (task.options.steps_max) limits.steps = std::min(limits.steps, *task.options.steps_max / 4);
  return search_within(limits, task);
}

std::string kind_of(const Livelock& livelock) {
  return livelock.hard ? "livelock" : "soft-livelock";
}

Counterexample way_to(const Livelock& livelock, const LivelockTask& task) {
  analysis::Schedule schedule = livelock.way;
  schedule.insert(schedule.end(), livelock.round.begin(), livelock.round.end());
  Counterexample way;
  way.steps = name_schedule(task.subject, task.execution, schedule);
  if (livelock.way.size() < way.steps.size())
    way.steps[livelock.way.size()].question += way.steps[livelock.way.size()].question.empty()
                                                   ? "here the round begins"
                                                   : "; here the round begins";
  way.token = analysis::token_text({schedule_hash(task.subject.scenario(), task.stack, task.seed),
                                    analysis::schedule_of(way.steps)});
  way.seed = task.seed;
  way.timers = to_string(task.options.timers);
  way.scenario_hash = scenario_hash(task.subject.scenario());
  way.policies = policies_of(task.stack);
  for (std::size_t i = 1; i < schedule.size(); ++i)
    way.switches += schedule[i].actor != schedule[i - 1].actor;
  way.found_steps = schedule.size();
  return way;
}

SourcePlace place_of(std::uint32_t index, const LivelockTask& task) {
  analysis::Execution execution(task.subject, task.execution);
  const scenarios::World& world = ScenarioSubject::world_of(execution.run());
  if (index >= world.place_count()) return {world.scenario().file, 0, 0, ""};
  const scenarios::Place& place = world.place(index);
  return {world.scenario().file, place.line, place.column, place.pointer};
}

CheckFinding finding_of(const Livelock& livelock, const LivelockTask& task) {
  const LivelockWords words = describe_livelock(task.subject, task.execution, livelock);
  CheckFinding found;
  found.kind = kind_of(livelock);
  found.rule = rule_of_kind(found.kind);
  found.signature = words.signature;
  found.text = words.text;
  found.json = words.details;
  found.members = words.members;
  found.place = place_of(words.place, task);
  if (task.options.counterexamples) found.way = way_to(livelock, task);
  return found;
}

// A timed run that went round shows the same without a schedule: this tells more.
void add(CheckRecord& record, CheckFinding found) {
  for (CheckFinding& other : record.findings) {
    if (other.signature != found.signature || !other.rule.ends_with("livelock")) continue;
    if (other.rule == "livelock" && found.rule != other.rule) return;  // known to be worse
    if (other.way.token.empty() || other.rule != found.rule) other = std::move(found);
    return;
  }
  record.findings.push_back(std::move(found));
}

/// The state that `livelock` leads into, if somebody is stuck there for good.
std::optional<analysis::DeadState> stuck_in(const Livelock& livelock, const LivelockTask& task) {
  analysis::Execution execution(task.subject, task.execution);
  for (const analysis::ScheduledStep& step : livelock.way)
    execution.take(*execution.find(step.actor), step.choices);
  analysis::DeadState dead;
  dead.graph = execution.snapshot();
  const auto stuck = analysis::stuck_agents(dead.graph);
  if (stuck.empty()) return std::nullopt;
  dead.key = analysis::dead_key(execution.simulation(), dead.graph, stuck);
  dead.schedule = livelock.way;
  return dead;
}

bool is_free_by(const analysis::Proof& proof) {
  return proof.exhausted && proof.finished_by.starts_with("A");
}

}  // namespace

std::vector<LivelockClass> livelock_classes(const LivelockTask& task,
                                            const analysis::ExploreLimits& limits) {
  std::vector<LivelockClass> classes;
  for (const Livelock& livelock : search_within(limits, task).found) {
    if (stuck_in(livelock, task)) continue;  // a deadlock behind others who go on
    analysis::Execution execution(task.subject, task.execution);
    for (const analysis::ScheduledStep& step : livelock.way)
      execution.take(*execution.find(step.actor), step.choices);
    classes.push_back({kind_of(livelock), livelock_class(execution.simulation())});
  }
  return classes;
}

std::vector<analysis::DeadState> look_for_livelocks(CheckRecord& record,
                                                    const analysis::Proof& proof,
                                                    const LivelockTask& task) {
  LivelockClaim& claim = record.livelock;
  std::vector<analysis::DeadState> dead;
  if (task.options.preemptions) {
    claim = {LivelockClaim::Outcome::open, 0, 0, "preemptions bounded"};
  } else if (is_free_by(proof)) {
    // Prover A ran every schedule to its end, so that none goes on for ever.
    claim = {LivelockClaim::Outcome::free, 0, 0, ""};
  } else {
    const analysis::LivelockSearch found = search(proof, task);
    claim = {LivelockClaim::Outcome::free, found.states, found.transitions, found.bound};
    if (!found.exhausted) claim.outcome = LivelockClaim::Outcome::open;
    for (const Livelock& livelock : found.found) {
      if (auto stuck = stuck_in(livelock, task)) {
        dead.push_back(std::move(*stuck));
        continue;
      }
      claim.outcome = std::max(claim.outcome, livelock.hard ? LivelockClaim::Outcome::hard
                                                            : LivelockClaim::Outcome::soft);
      add(record, finding_of(livelock, task));
    }
  }
  record.assumptions.push_back(
      claim.outcome == LivelockClaim::Outcome::open
          ? fmt::format("explored: of deadlock only; livelock not decided ({})", claim.bound)
          : std::string("explored: livelock: whoever can act all the time does act at some time "
                        "(weak fairness)"));
  return dead;
}

}  // namespace fencelab::campaign
