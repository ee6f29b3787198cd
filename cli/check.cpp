// fencelab check: what scenarios claim under their stacks, checked at a stated strength.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "campaign/check_report.hpp"
#include "campaign/check_results.hpp"
#include "campaign/explain.hpp"
#include "campaign/junit.hpp"
#include "campaign/run_one.hpp"
#include "campaign/sarif.hpp"
#include "cli/check_options.hpp"
#include "cli/names.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"

namespace fencelab::cli {

namespace {

using campaign::Baseline;
using campaign::CheckItem;
using campaign::CheckRecord;
using campaign::Judgement;

/// Everything that is needed to check, and what came of it.
struct Check {
  const CheckCommand& command;
  const policies::Registry& registry;
  std::vector<CheckItem> items;
  Baseline baseline;
  std::vector<CheckRecord> records;
  std::vector<Judgement> judgements;
  Baseline written;  ///< what --write-baseline writes
  campaign::Ranks* ranks = nullptr;
};

/// What the command line names, each followed by what is expected of it with fewer rounds.
std::optional<std::vector<Plan>> all_plans(const CheckCommand& command,
                                           const policies::Registry& registry) {
  auto named = load_plans(command, registry);
  if (!named || !choose_points(*named, command, registry)) return std::nullopt;
  std::vector<Plan> plans;
  for (Plan& whole : *named) {
    auto smaller = smaller_plans(whole, command.document, registry);
    if (!smaller) return std::nullopt;
    plans.push_back(std::move(whole));
    std::move(smaller->begin(), smaller->end(), std::back_inserter(plans));
  }
  return plans;
}

std::vector<CheckItem> items_of(const std::vector<Plan>& plans, const CheckCommand& command,
                                const campaign::CheckOptions& limits) {
  std::vector<CheckItem> items;
  const auto wanted = campaign::parse_strength(command.strength);
  for (const Plan& plan : plans)
    for (const auto& stack : plan.stacks) {
      CheckItem item{&plan.scenario, &stack, plan.seeds, limits};
      item.options.strength = campaign::strength_asked(plan.scenario, stack.name, wanted);
      items.push_back(std::move(item));
    }
  return items;
}

/// What is asked for and cannot be had is said before the work, not found in its results.
void warn_of_limits(const CheckCommand& command, const std::vector<CheckItem>& items) {
  campaign::Strength most = campaign::Strength::observed;
  for (const CheckItem& item : items) most = std::max(most, item.options.strength);
  const campaign::Strength best = campaign::strengths_built_in().back();
  if (most > best)
    complain("fencelab: strength {} is not built into this program; the strongest is {}\n",
             to_string(most), to_string(best));
  if (std::min(most, best) < campaign::Strength::explored &&
      (command.has_timers || command.preemptions || command.steps_max))
    complain(
        "fencelab: --timers, --preemptions and --max-steps say how schedules are explored: no "
        "effect\n");
}

/// What a second check must repeat.
std::string outcome_of(const CheckRecord& record) {
  std::string outcome = fmt::format("{} {} {}", record.status, record.verdict, record.fingerprint);
  for (const auto& finding : record.findings) outcome += "; " + finding.signature;
  return outcome;
}

void compare(const std::vector<CheckRecord>& again, Check& check) {
  for (std::size_t i = 0; i < again.size(); ++i) {
    const std::string first = outcome_of(check.records[i]), second = outcome_of(again[i]);
    if (first == second) continue;
    check.judgements[i].failures.push_back(
        {"nondeterminism",
         fmt::format("{}: {} under {}: two checks differ: {}, then {}", check.records[i].file,
                     check.records[i].scenario, check.records[i].stack, first, second),
         campaign::Blame::nondeterminism,
         {}});
  }
}

void judge_all(Check& check, const Baseline& baseline) {
  check.judgements.clear();
  for (std::size_t i = 0; i < check.records.size(); ++i)
    check.judgements.push_back(campaign::judge(*check.items[i].scenario, check.records[i],
                                               check.items[i].options.strength, baseline));
}

void judge(Check& check) {
  judge_all(check, check.baseline);
  check.written = check.baseline;
  if (check.command.write_baseline.empty()) return;
  check.written = campaign::updated_baseline(check.baseline, check.records, check.judgements);
  judge_all(check, check.written);
}

int exit_code(const std::vector<Judgement>& judgements) {
  constexpr int kCodes[] = {kExitExpectation, kExitDeadlock, kExitNondeterminism, kExitCrash};
  int code = kExitOk;
  for (const Judgement& judgement : judgements)
    for (const auto& failure : judgement.failures)
      code = std::max(code, kCodes[static_cast<std::size_t>(failure.blame)]);
  return code;
}

/// What can happen and is no failure.
void warn_of_findings(const CheckRecord& record, const Judgement& judgement) {
  for (std::size_t n = 0; n < record.findings.size(); ++n) {
    if (judgement.findings[n] != campaign::FindingStanding::warning) continue;
    const campaign::CheckFinding& finding = record.findings[n];
    complain("{}: warning: {} under {}: {} [{}]\n{}\n", record.file, record.scenario, record.stack,
             finding.signature, finding.rule,
             campaign::finding_report(record, finding, campaign::FindingStanding::warning));
  }
}

void report(const Check& check) {
  say("{}", campaign::check_table(check.records, check.judgements));
  std::map<std::string_view, std::size_t> counts;
  for (std::size_t i = 0; i < check.records.size(); ++i) {
    ++counts[campaign::result_word(check.records[i], check.judgements[i])];
    for (const auto& failure : check.judgements[i].failures) {
      complain("{} [{}]\n", failure.message, failure.rule);
      if (failure.finding)
        complain("{}\n", campaign::finding_report(check.records[i],
                                                  check.records[i].findings[*failure.finding],
                                                  campaign::FindingStanding::failure));
    }
    warn_of_findings(check.records[i], check.judgements[i]);
  }
  std::string summary;
  for (const auto& [word, count] : counts) summary += fmt::format(", {} {}", count, word);
  say("{} checks{}\n", check.records.size(), summary.empty() ? "" : ":" + summary.substr(1));
  for (const auto& entry : campaign::stale_entries(check.baseline, check.records))
    complain("{}:{}: warning: stale: {} under {} has no {} any more: {}\n", check.baseline.file,
             entry.line, entry.key.scenario, entry.key.stack, entry.key.rule, entry.key.signature);
}

std::optional<std::string> write(const Check& check) {
  const CheckCommand& command = check.command;
  const std::string build = campaign::build_description();
  std::vector<campaign::OutputFile> more;
  if (!command.junit.empty())
    more.push_back({command.junit, campaign::junit_xml(check.records, check.judgements)});
  if (!command.sarif.empty()) {
    std::vector<const scenarios::Scenario*> scenarios;
    for (const CheckItem& item : check.items) scenarios.push_back(item.scenario);
    const campaign::SarifOptions options{
        build.substr(0, build.find(' ')), std::filesystem::current_path().string(),
        !command.baseline.empty() || !command.write_baseline.empty()};
    more.push_back(
        {command.sarif, campaign::sarif_text(scenarios, check.records, check.judgements, options)});
  }
  if (!command.write_baseline.empty())
    more.push_back({command.write_baseline, campaign::baseline_text(check.written)});
  campaign::Drawings drawings;
  auto failure = campaign::write_check_results(command.out, check.records, check.judgements,
                                               {build}, more, drawings);
  if (!failure) warn_of_drawings(drawings.problem());
  return failure;
}

/// What could be done about the findings; in the same pool as the checks.
void explain(Check& check, const campaign::CheckAllOptions& pool) {
  const CheckCommand& command = check.command;
  campaign::ExplainOptions options;
  options.which = *campaign::parse_explain(command.explain);
  options.fixes.fixes_max = command.fixes;
  options.reduce = command.has_out;
  campaign::explain_findings(
      check.items, check.records, check.judgements,
      {check.registry, scenarios::policy_names(check.registry, metric_names()), command.document},
      pool, options);
}

int interrupted(const Progress& progress, std::size_t checks) {
  complain("fencelab: interrupted after {} of {} checks; no results were written\n",
           progress.done(), checks);
  return kExitCrash;
}

/// Signals wait meanwhile: either all files are there or none is touched.
int check_and_write(Check& check, campaign::StopSignals& stop) {
  Progress progress("checks", check.items.size(), check.command.quiet);
  const campaign::CheckAllOptions options{.jobs = check.command.jobs,
                                          .stop = &stop,
                                          .memory = worker_limits(check.command.limits).memory,
                                          .ranks = check.ranks};
  check.records = campaign::check_all(check.items, options, [&](const CheckRecord& record) {
    progress.step(fmt::format("{} under {}: {}", record.scenario, record.stack,
                              record.status == "ok" ? record.verdict : record.status),
                  record.status != "ok");
  });
  progress.end();
  std::vector<CheckRecord> again;
  if (check.command.repeat && stop.arrived() == 0)
    again = campaign::check_all(check.items, options, [](const CheckRecord&) {});
  if (stop.arrived() != 0) return interrupted(progress, check.items.size());
  judge(check);
  compare(again, check);
  campaign::CheckAllOptions here = options;
  here.ranks = nullptr;  // other ranks know the checks, not what is tried about them
  explain(check, here);
  if (stop.arrived() != 0) return interrupted(progress, check.items.size());
  report(check);
  if (const auto failure = write(check)) {
    complain("fencelab: {}; no results were written\n", *failure);
    return kExitUsage;
  }
  return exit_code(check.judgements);
}

/// On another rank than the first: what cannot be loaded here cannot be helped with here, and is
/// said by the first, where it is loaded as well.
int help(const CheckCommand& command, campaign::Ranks& ranks) {
  const auto limits = limits_of(command);
  const auto registry = known_policies();
  const auto plans = all_plans(command, registry);
  campaign::help_checks(
      limits && plans ? items_of(*plans, command, *limits) : std::vector<CheckItem>{}, ranks);
  return kExitOk;
}

int check(const CheckCommand& command, campaign::Ranks* ranks) {
  const auto limits = limits_of(command);
  const auto registry = known_policies();  // stacks point into it
  const auto plans = all_plans(command, registry);
  Baseline baseline;
  bool ok = limits && plans;
  if (!command.baseline.empty()) {
    auto loaded = campaign::load_baseline(command.baseline);
    if (loaded)
      baseline = std::move(loaded).value();
    else
      complain("{}", scenarios::format_diagnostics(loaded.diagnostics())), ok = false;
  }
  if (!ok || !prepare_outputs(command)) return kExitUsage;
  Check work{command, registry, items_of(*plans, command, *limits), std::move(baseline), {}, {},
             {},      ranks};
  warn_of_limits(command, work.items);
  int signal = 0, code = kExitOk;
  {
    campaign::StopSignals stop;
    code = check_and_write(work, stop);
    signal = stop.arrived();
  }
  if (signal != 0) campaign::end_by(signal);
  return code;
}

}  // namespace

void add_check(CLI::App& app, Action& action, campaign::Ranks* ranks) {
  auto command = std::make_shared<CheckCommand>();
  CLI::App* parser = add_check_options(app, *command);
  parser->callback([command, parser, &action, ranks] {
    command->has_seeds = parser->get_option("--seeds")->count() > 0;
    command->has_out = parser->get_option("--out")->count() > 0;
    command->has_timers = parser->get_option("--timers")->count() > 0;
    const bool is_first = !ranks || ranks->rank() == 0;
    action = [=] { return is_first ? check(*command, ranks) : help(*command, *ranks); };
  });
}

}  // namespace fencelab::cli
