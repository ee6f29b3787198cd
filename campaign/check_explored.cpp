#include "campaign/check_explored.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/explore/minimise.hpp"
#include "analysis/explore/paranoid.hpp"
#include "analysis/explore/prove.hpp"
#include "analysis/explore/schedule_token.hpp"
#include "analysis/explore/search_worker.hpp"
#include "analysis/lockdep/rules.hpp"
#include "campaign/check_livelock.hpp"
#include "campaign/check_rules.hpp"
#include "campaign/hazard_rules.hpp"
#include "campaign/incident.hpp"
#include "campaign/scenario_stepper.hpp"
#include "campaign/schedule_hash.hpp"

namespace fencelab::campaign {

namespace {

using analysis::DeadState;

constexpr std::array<std::string_view, 7> kVerdicts = {"deadlock", "orphan",  "masked",  "livelock",
                                                       "stall",    "starved", "complete"};

std::size_t rank(std::string_view verdict) {
  return static_cast<std::size_t>(std::find(kVerdicts.begin(), kVerdicts.end(), verdict) -
                                  kVerdicts.begin());
}

class Explorer {
 public:
  Explorer(CheckRecord& record, const scenarios::Scenario& scenario,
           const scenarios::ResolvedStack& stack, std::uint64_t seed, const CheckOptions& options)
      : record_(record),
        scenario_(scenario),
        stack_(stack),
        seed_(seed),
        options_(options),
        subject_(scenario, stack),
        execution_{seed, mode_of(options.timers)} {}

  void run() {
    analysis::ProofOptions options;
    options.execution = execution_;
    options.budget = std::chrono::duration<double>(options_.budget) *
                     0.7;  // the rest is for livelocks, and for making counterexamples readable
    options.preemptions = options_.preemptions;
    options.steps_max = options_.steps_max;
    const analysis::Proof proof = prove_with_helpers(options);
    take_work(proof);
    say_assumptions();
    for (const auto& [key, dead] : proof.dead) add_dead(dead);
    const LivelockTask livelocks{subject_, execution_, stack_, seed_, options_};
    for (const DeadState& dead : look_for_livelocks(record_, proof, livelocks)) add_dead(dead);
    if (record_.livelock.outcome == LivelockClaim::Outcome::hard) worsen("livelock");
    settle_predictions(proof);
  }

 private:
  analysis::Proof prove_with_helpers(analysis::ProofOptions& options) {
    Helpers helpers(options_.helpers, search_service(scenario_, stack_, seed_, options_));
    options.workers = &helpers;
    return analysis::prove(subject_, options);
  }

  void take_work(const analysis::Proof& proof) {
    record_.work.executions += proof.executions;
    if (proof.states > 0) record_.work.states = proof.states;
    record_.work.blocked = proof.blocked;
    record_.work.depth = proof.depth;
    record_.work.bounds_hit = proof.bounds_hit;
    record_.schedules = proof.executions;
    const bool found = !proof.dead.empty();
    record_.strength = proof.exhausted ? Strength::proved : Strength::explored;
    if (record_.strength < options_.strength && !found && proof.bounds_hit.empty())
      record_.shortfall =
          fmt::format("{} schedules were tried, and there are more", proof.executions);
  }

  void say_assumptions() {
    const auto say = [this](std::string text) { record_.assumptions.push_back(std::move(text)); };
    say(fmt::format("explored: recovery timers fire {}", options_.timers == TimerPolicy::never
                                                             ? "never"
                                                         : options_.timers == TimerPolicy::quiescent
                                                             ? "only when nothing else can happen"
                                                             : "at any time"));
    say("explored: durations decide nothing; locks are handed over in the order of requests");
    say("explored: victims of evictions in any order");
    if (options_.preemptions)
      say(fmt::format("explored: at most {} preemptions", *options_.preemptions));
  }

  // One entry per kind of fault: the same cycle between other instances is no news.
  void add_dead(const DeadState& dead) {
    analysis::Execution execution(subject_, execution_);
    const scenarios::World& world = ScenarioSubject::world_of(execution.run());
    for (const analysis::Finding& finding : dead.findings()) {
      const bool rescued = finding.rescue.exists;
      const IncidentRecord incident = describe_incident(dead.graph, finding, rescued, world);
      CheckFinding found;
      static_cast<IncidentRecord&>(found) = incident;
      if (incident.kind.starts_with("masked")) found.kind = "masked";
      worsen(found.kind);
      found.rule = rule_of_kind(found.kind);
      if (CheckFinding* const same = known(found)) {
        if (same->way.token.empty()) add_schedule(dead, *same);
        continue;
      }
      add_schedule(dead, found);
      record_.findings.push_back(std::move(found));
    }
  }

  void worsen(const std::string& verdict) {
    if (rank(verdict) < rank(record_.verdict)) record_.verdict = verdict;
  }

  // What a timed run has shown already gets a schedule, and no second entry.
  CheckFinding* known(const CheckFinding& found) {
    for (CheckFinding& other : record_.findings)
      if (other.rule == found.rule && other.signature == found.signature) return &other;
    return nullptr;
  }

  void add_schedule(const DeadState& dead, CheckFinding& found) {
    if (!options_.counterexamples) return;
    analysis::ExploreLimits limits;
    limits.time = std::chrono::duration<double>(options_.budget) * 0.1;
    if (options_.steps_max) limits.steps = *options_.steps_max / 4;
    const auto minimal = analysis::minimise(subject_, execution_, dead, limits);
    Counterexample& way = found.way;
    way.steps = name_schedule(subject_, execution_, minimal.schedule);
    way.token = analysis::token_text(
        {schedule_hash(scenario_, stack_, seed_), analysis::schedule_of(way.steps)});
    way.seed = seed_;
    way.timers = to_string(options_.timers);
    way.scenario_hash = scenario_hash(scenario_);
    way.policies = policies_of(stack_);
    way.switches = minimal.switches;
    way.found_steps = dead.schedule.size();
    way.critical = minimal.critical;
    way.doomed = minimal.doomed_from_the_start;
  }

  // Exploration answers what a run only foretells, as far as it went.
  void settle_predictions(const analysis::Proof& proof) {
    for (CheckFinding& finding : record_.findings) {
      if (finding.kind != "predicted") continue;
      const bool happens = std::any_of(
          record_.findings.begin(), record_.findings.end(), [&](const CheckFinding& other) {
            return other.kind != "predicted" && !find_hazard_rule(other.kind) &&
                   share_a_member(finding, other);
          });
      if (happens || analysis::is_about_contexts(finding.rule))
        finding.state = CheckFinding::State::confirmed;
      else if (proof.exhausted)
        finding.state = CheckFinding::State::refuted;
      const std::string open = "PREDICTED(open)";
      if (finding.text.starts_with(open))
        finding.text.replace(0, open.size(),
                             fmt::format("PREDICTED({})", to_string(finding.state)));
    }
  }
  static bool share_a_member(const CheckFinding& prediction, const CheckFinding& other) {
    return std::any_of(
        prediction.members.begin(), prediction.members.end(), [&](const std::string& name) {
          return std::find(other.members.begin(), other.members.end(), name) != other.members.end();
        });
  }

  CheckRecord& record_;
  const scenarios::Scenario& scenario_;
  const scenarios::ResolvedStack& stack_;
  std::uint64_t seed_;
  CheckOptions options_;
  ScenarioSubject subject_;
  analysis::ExecutionOptions execution_;
};

std::vector<std::string> witnesses_of(const analysis::Prediction& prediction) {
  std::vector<std::string> names;
  for (const analysis::PredictedEdge& edge : prediction.edges) {
    const std::string& name = edge.witness.process_name;
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(name);
  }
  return names;
}

/// A searcher with a subject of its own.
struct Searcher {
  Searcher(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
           const analysis::ExecutionOptions& execution)
      : subject(scenario, stack), worker(subject, execution) {}
  ScenarioSubject subject;
  analysis::SearchWorker worker;
};

}  // namespace

MakeServe search_service(const scenarios::Scenario& scenario, const scenarios::ResolvedStack& stack,
                         std::uint64_t seed, const CheckOptions& options) {
  const analysis::ExecutionOptions execution{seed, mode_of(options.timers)};
  return [&scenario, &stack, execution]() -> Serve {
    auto searcher = std::make_shared<Searcher>(scenario, stack, execution);
    return [searcher](std::string_view task) { return searcher->worker.serve(task); };
  };
}

void predict_into(CheckRecord& record, const PredictedRun& run) {
  if (!run.report.complete)
    record.shortfall = "the search for cycles in the ordering graph gave up";
  else
    record.strength = std::max(record.strength, Strength::predicted);
  record.assumptions.push_back("predicted: orders between classes, as far as the timed run went");
  if (run.fences == analysis::FenceClasses::one)
    record.assumptions.push_back("predicted: all dma_fences are one class");
  for (std::size_t i = 0; i < run.report.reports.size(); ++i) {
    const analysis::Prediction& prediction = run.report.reports[i];
    CheckFinding found;
    found.rule = prediction.rule;
    found.kind = "predicted";
    found.signature = prediction.signature;
    found.state = CheckFinding::State::open;
    found.text = run.texts[i];
    found.place = run.places[i];
    found.members = witnesses_of(prediction);
    found.edges = analysis::wait_edges(prediction);
    record.findings.push_back(std::move(found));
  }
}

void doubt(CheckRecord& record, const scenarios::Scenario& scenario,
           const scenarios::ResolvedStack& stack, std::uint64_t seed, const CheckOptions& options) {
  ScenarioSubject subject(scenario, stack);
  analysis::ParanoidLimits limits;
  limits.seed = seed;
  limits.time = std::chrono::duration<double>(options.budget) * 0.2;
  const analysis::ParanoidReport report =
      analysis::check_paranoid(subject, {seed, mode_of(options.timers)}, limits);
  record.violations = report.violations;
  record.assumptions.push_back(fmt::format(
      "paranoid: {} schedules twice, {} pairs of steps in both orders, {} equal states: "
      "{} differences",
      report.walks, report.diamonds, report.hash_matches, report.violations.size()));
}

void explore_into(CheckRecord& record, const scenarios::Scenario& scenario,
                  const scenarios::ResolvedStack& stack, std::uint64_t seed,
                  const CheckOptions& options) {
  Explorer(record, scenario, stack, seed, options).run();
}

}  // namespace fencelab::campaign
