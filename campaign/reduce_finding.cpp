#include "campaign/reduce_finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "analysis/explore/prove.hpp"
#include "campaign/check_livelock.hpp"
#include "campaign/check_results.hpp"
#include "campaign/run_one.hpp"
#include "campaign/scenario_stepper.hpp"
#include "campaign/worker_pool.hpp"

namespace fencelab::campaign {

namespace {

using Json = nlohmann::json;

template <class Findings>
bool has_class(const Findings& findings, const std::string& signature) {
  return std::any_of(findings.begin(), findings.end(),
                     [&](const auto& finding) { return finding.signature == signature; });
}

/// Makes the scenario of one finding smaller.
class FindingReducer {
 public:
  FindingReducer(const ExplainedFinding& explained, const ScenarioReading& reading,
                 const ReduceOptions& options, std::string name)
      : explained_(explained),
        finding_(*explained.finding),
        reading_(reading),
        options_(options),
        name_(std::move(name)) {}

  ReducedScenario run() {
    ReducedScenario reduced;
    reduced.stack = explained_.item->stack->name;
    auto document = document_of(file(), explained_.item->scenario->sets, reading_.limits);
    if (!document) return failed("the scenario cannot be read any more");
    const auto before = parts_of(*document);
    ReducedDocument smaller = reduce_scenario(
        *document, reduced.stack, [this](const Json& candidate) { return shows(candidate); },
        options_.limits);
    reduced.trials = smaller.trials;
    if (!smaller.complete && smaller.trials == 1)
      return failed("the class is not found again within the steps of a trial");
    finish(smaller.document);
    const auto after = parts_of(smaller.document);
    for (std::size_t i = 0; i < before.size(); ++i)
      if (after[i].second < before[i].second)
        reduced.removed.push_back(fmt::format("{} of {} {}", before[i].second - after[i].second,
                                              before[i].second, before[i].first));
    return checked(smaller.document, std::move(reduced));
  }

 private:
  const std::string& file() const { return explained_.item->scenario->file; }

  static ReducedScenario failed(const std::string& why) {
    ReducedScenario reduced;
    reduced.problem = why;
    return reduced;
  }

  std::optional<bool> shows(const Json& document) const {
    const auto variant = variant_of(document, file(), explained_.item->stack->name, reading_);
    if (!variant) return std::nullopt;
    if (finding_.way.token.empty()) return shows_when_run(*variant);
    ScenarioSubject subject(variant->scenario, variant->stack);
    const analysis::ExecutionOptions execution{seed(), mode_of(explained_.item->options.timers)};
    if (is_livelock()) return goes_round(subject, execution, variant->stack);
    return has_class(stuck_along(subject, execution, finding_.way.steps), finding_.signature) ||
           is_found(subject, execution);
  }

  // Each in a process of its own: shared hardware is simulated once in a process.
  bool shows_when_run(const ScenarioVariant& variant) const {
    const WorkerTask task = [&] {
      const RunRecord run = run_one(variant.scenario, variant.stack, seed(), nullptr);
      return std::string(has_class(run.incidents, finding_.signature) ? "shows" : "");
    };
    return run_tasks({task}, {}, [](std::size_t, const WorkerResult&) {}).front().text == "shows";
  }

  bool is_livelock() const { return finding_.rule.ends_with("livelock"); }

  // A hard one must stay hard, and a soft one the worst: what is left would tell of another fault
  // otherwise.
  bool goes_round(ScenarioSubject& subject, const analysis::ExecutionOptions& execution,
                  const scenarios::ResolvedStack& stack) const {
    analysis::ExploreLimits limits;
    limits.time = explained_.item->options.budget;
    limits.steps = options_.livelock_steps;
    const LivelockTask task{subject, execution, stack, seed(), explained_.item->options};
    const auto classes = livelock_classes(task, limits);
    const bool found = std::any_of(classes.begin(), classes.end(), [this](const auto& each) {
      return each.kind == finding_.kind && each.signature == finding_.signature;
    });
    const bool worse = std::any_of(classes.begin(), classes.end(), [this](const auto& each) {
      return each.kind != finding_.kind && each.kind == "livelock";
    });
    if (!found || worse) return false;
    // Leaving out what lets go of a lock makes another fault, which would hide this one.
    analysis::ProofOptions proof;
    proof.execution = execution;
    proof.budget = limits.time;
    proof.steps_max = options_.livelock_steps;
    return analysis::prove(subject, proof).dead.empty();
  }

  bool is_found(ScenarioSubject& subject, const analysis::ExecutionOptions& execution) const {
    analysis::ProofOptions proof;
    proof.execution = execution;
    proof.budget = explained_.item->options.budget;
    proof.steps_max = options_.steps_per_trial;
    proof.preemptions = explained_.item->options.preemptions;
    for (const auto& [key, dead] : analysis::prove(subject, proof).dead)
      if (has_class(dead.findings(), finding_.signature)) return true;
    return false;
  }

  std::uint64_t seed() const {
    return finding_.way.token.empty() ? explained_.item->seeds.front() : finding_.way.seed;
  }

  // A test from now on: it states what is found in it, as strongly as that was asked for.
  void finish(Json& document) const {
    document["name"] = name_;
    document["title"] = fmt::format("What is left of {} under {}: {}", explained_.record->scenario,
                                    explained_.item->stack->name, finding_.signature);
    document["seeds"] = Json::array({seed()});
    document["expect"] = {{explained_.item->stack->name,
                           {{"claim", is_livelock() ? "livelock" : finding_.kind},
                            {"strength", to_string(explained_.item->options.strength)}}}};
  }

  /// The very check that found it, on what is left; its token replays there.
  ReducedScenario checked(const Json& document, ReducedScenario reduced) const {
    const auto variant = variant_of(document, file(), reduced.stack, reading_);
    if (!variant) return failed("what is left is no scenario");
    CheckOptions options = explained_.item->options;
    options.steps_max = is_livelock() ? 4 * options_.livelock_steps : options_.steps_at_last;
    options.paranoid = false;
    const CheckItem item{&variant->scenario, &variant->stack, {seed()}, options};
    const CheckRecord record = check_all({item}, {}, [](const CheckRecord&) {}).front();
    for (const CheckFinding& found : record.findings) {
      if (found.signature != finding_.signature || found.kind == "predicted") continue;
      if (is_livelock() && found.kind != finding_.kind) continue;
      reduced.token = found.way.token;
      reduced.core = found.members;
      reduced.text = scenario_text(document);
      return reduced;
    }
    return failed("the check does not find the class in what is left");
  }

  const ExplainedFinding& explained_;
  const CheckFinding& finding_;
  const ScenarioReading& reading_;
  const ReduceOptions& options_;
  std::string name_;
};

std::string text_of(const ReducedScenario& reduced) {
  return Json{{"text", reduced.text},      {"token", reduced.token},     {"stack", reduced.stack},
              {"core", reduced.core},      {"removed", reduced.removed}, {"trials", reduced.trials},
              {"problem", reduced.problem}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

ReducedScenario reduced_in(const WorkerResult& result) {
  ReducedScenario reduced;
  if (result.status != WorkerResult::Status::ok) {
    reduced.problem = result.text.empty() ? "it took too long" : result.text;
    return reduced;
  }
  const Json json = Json::parse(result.text);
  json.at("text").get_to(reduced.text);
  json.at("token").get_to(reduced.token);
  json.at("stack").get_to(reduced.stack);
  json.at("core").get_to(reduced.core);
  json.at("removed").get_to(reduced.removed);
  json.at("trials").get_to(reduced.trials);
  json.at("problem").get_to(reduced.problem);
  return reduced;
}

std::size_t number_of(const ExplainedFinding& explained) {
  return static_cast<std::size_t>(explained.finding - explained.record->findings.data());
}

/// A name that a scenario may have.
std::string name_for(const ExplainedFinding& explained) {
  std::string name = fmt::format("{}-{}-{}-min", explained.record->scenario,
                                 explained.item->stack->name, number_of(explained) + 1);
  for (char& c : name) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_') c = '-';
  }
  constexpr std::size_t kLongest = 128;
  return name.substr(name.size() - std::min(name.size(), kLongest));
}

}  // namespace

void reduce_findings(const std::vector<ExplainedFinding>& findings, const ScenarioReading& reading,
                     const CheckAllOptions& pool, const ReduceOptions& options) {
  std::vector<WorkerTask> tasks;
  std::chrono::milliseconds limit{0};
  for (const ExplainedFinding& explained : findings) {
    limit = std::max(limit, 2 * explained.item->options.budget + std::chrono::seconds(5));
    tasks.emplace_back([&, name = name_for(explained)] {
      return text_of(FindingReducer(explained, reading, options, name).run());
    });
  }
  run_tasks(tasks, {.jobs = pool.jobs, .stop = pool.stop, .limits = {.time = limit, .memory = {}}},
            [&](std::size_t task, const WorkerResult& result) {
              const ExplainedFinding& explained = findings[task];
              ReducedScenario& reduced = explained.finding->reduced = reduced_in(result);
              if (!reduced.text.empty())
                reduced.file = finding_stem(*explained.record, number_of(explained)) + ".min.json";
            });
}

}  // namespace fencelab::campaign
