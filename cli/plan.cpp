#include "cli/plan.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "campaign/hazard_rules.hpp"
#include "campaign/run_watched.hpp"
#include "campaign/scenario_variant.hpp"
#include "campaign/tables.hpp"
#include "cli/names.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "scenarios/fewer_rounds.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/seeds.hpp"
#include "scenarios/stack_words.hpp"

namespace fencelab::cli {

namespace {

bool has_stack(const std::vector<scenarios::StackSpec>& stacks, const std::string& name) {
  return std::any_of(stacks.begin(), stacks.end(),
                     [&](const auto& stack) { return stack.name == name; });
}

void complain_of_stack(const scenarios::Scenario& scenario, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& stack : scenario.stacks) known.push_back(stack.name);
  for (const auto& preset : policies::presets())
    if (!has_stack(scenario.stacks, preset.name)) known.push_back(preset.name);
  const std::string hint = scenarios::did_you_mean(name, known);
  complain(
      "{}: error: no stack {} in the scenario, and no preset of that name\n  expected {}{}{}\n",
      scenario.file, scenarios::quote(name), scenarios::one_of(known), hint.empty() ? "" : "; ",
      hint);
}

/// Stacks to run: those asked for by name (presets count although the scenario does not list them).
bool choose_stacks(Plan& plan, const PlanOptions& options, const policies::Registry& registry) {
  std::vector<scenarios::StackSpec> chosen;
  for (const scenarios::StackSpec& stack : plan.scenario.stacks)
    if (options.stacks.empty() ||
        std::find(options.stacks.begin(), options.stacks.end(), stack.name) != options.stacks.end())
      chosen.push_back(stack);
  bool ok = true;
  for (const std::string& name : options.stacks) {
    if (has_stack(chosen, name)) continue;
    scenarios::StackWords words = scenarios::parse_stack(name, plan.scenario.stacks);
    if (!words.error.empty() || !policies::find_preset(words.stack.preset)) {
      if (words.error.empty())
        complain_of_stack(plan.scenario, words.base);
      else
        complain("--stack {}: error: {}\n", scenarios::quote(name), words.error);
      ok = false;
      continue;
    }
    chosen.push_back(std::move(words.stack));
  }
  for (const scenarios::StackSpec& stack : chosen) {
    auto resolved = scenarios::resolve_stack(plan.scenario, stack, registry);
    if (resolved)
      plan.stacks.push_back(std::move(resolved).value());
    else
      complain("{}", scenarios::format_diagnostics(resolved.diagnostics())), ok = false;
  }
  return ok;
}

/// Results are told apart by the name of their scenario, so two of one name would be mixed up.
bool has_own_names(const std::vector<Plan>& plans) {
  std::map<std::string, std::string> file_of;
  bool ok = true;
  for (const Plan& plan : plans) {
    const auto [first, is_new] = file_of.emplace(plan.scenario.name, plan.scenario.file);
    if (is_new) continue;
    complain("{}: error: scenario {} has been read already, from {}\n  expected each name once\n",
             plan.scenario.file, scenarios::quote(plan.scenario.name), first->second);
    ok = false;
  }
  return ok;
}

std::optional<std::vector<std::uint64_t>> seeds_of(const PlanOptions& options) {
  auto seeds = scenarios::parse_seeds(options.seeds);
  if (seeds) return std::move(seeds.value);
  complain("--seeds {}: error: {} [{}]\n  expected {}\n", options.seeds, seeds.error.message,
           seeds.error.code, seeds.error.expected);
  return std::nullopt;
}

}  // namespace

namespace {

using scenarios::Scenario;

/// The scenario of `file` as the command line changes it, and then with 1/`divisor` of the rounds.
scenarios::Loaded<Scenario> load_smaller(const std::string& file,
                                         const scenarios::PolicyNames& names,
                                         std::vector<std::string> sets, std::uint64_t divisor,
                                         const scenarios::DocumentLimits& limits) {
  if (const auto document = campaign::document_of(file, sets, limits))
    for (std::string& set : scenarios::fewer_rounds(*document, divisor))
      sets.push_back(std::move(set));
  return scenarios::load_scenario_file(file, names, sets,
                                       limits);  // says it if the file cannot be read
}

/// Hazards that the whole may show, fewer rounds may show; how many there must be is another thing.
std::map<std::string, scenarios::Bound> hazards_allowed(const scenarios::ExpectSpec& whole) {
  std::map<std::string, scenarios::Bound> bounds;
  for (const campaign::HazardRule& rule : campaign::hazard_rules())
    for (const std::string_view column : rule.columns) {
      const auto found = whole.metrics.find(std::string(column));
      if (found == whole.metrics.end()) continue;
      bounds.insert(*found).first->second.min.reset();
    }
  return bounds;
}

/// What else the whole is expected to do says nothing about fewer rounds: only `small` does.
void expect_of_smaller(Scenario& scenario, std::uint64_t divisor) {
  scenario.relations.clear();
  std::map<std::string, scenarios::ExpectSpec> expectations;
  for (auto& [stack, whole] : scenario.expect) {
    if (!whole.small || whole.small->divisor != divisor) continue;
    scenarios::ExpectSpec& spec = expectations[stack];
    spec.verdicts = whole.small->verdicts;
    if (spec.verdicts.empty()) spec.verdicts = whole.claim.empty() ? whole.verdicts : whole.claim;
    spec.strength = whole.small->strength.empty() ? "proved" : whole.small->strength;
    spec.why = whole.small->why;
    spec.metrics = hazards_allowed(whole);
    spec.place = whole.small->place;
  }
  scenario.expect = std::move(expectations);
}

scenarios::Loaded<Scenario> load(const std::string& file, const scenarios::PolicyNames& names,
                                 const PlanOptions& options) {
  if (options.rounds.empty())
    return scenarios::load_scenario_file(file, names, options.sets, options.document);
  const std::uint64_t divisor = *scenarios::parse_rounds(options.rounds);
  auto loaded = load_smaller(file, names, options.sets, divisor, options.document);
  if (loaded) expect_of_smaller(loaded.value(), divisor);
  return loaded;
}

/// The stacks of `whole` of which something is expected at 1/`divisor` of the rounds.
std::optional<Plan> smaller_plan(const Plan& whole, std::uint64_t divisor,
                                 const scenarios::PolicyNames& names,
                                 const scenarios::DocumentLimits& limits,
                                 const policies::Registry& registry) {
  auto loaded = load_smaller(whole.scenario.file, names, whole.scenario.sets, divisor, limits);
  if (!loaded) {
    complain("{}", scenarios::format_diagnostics(loaded.diagnostics()));
    return std::nullopt;
  }
  Plan plan{std::move(loaded).value(), {}, whole.seeds, {}};
  expect_of_smaller(plan.scenario, divisor);
  plan.scenario.name += fmt::format("@1/{}", divisor);
  PlanOptions stacks;
  for (const auto& stack : whole.stacks)
    if (plan.scenario.expect.contains(stack.name)) stacks.stacks.push_back(stack.name);
  if (!choose_stacks(plan, stacks, registry)) return std::nullopt;
  return plan;
}

}  // namespace

void add_rounds_option(CLI::App& command, PlanOptions& options) {
  command
      .add_option("--rounds", options.rounds,
                  "the part of its rounds that each loop makes, such as 1/30 (rounded up); what "
                  "the scenario expects of all rounds does not count then")
      ->check(CLI::Validator(
          [](const std::string& text) {
            return scenarios::parse_rounds(text)
                       ? std::string()
                       : scenarios::quote(text) + " is none; expected 1/2 to 1/1000000";
          },
          ""));
}

std::optional<std::vector<Plan>> smaller_plans(const Plan& whole,
                                               const scenarios::DocumentLimits& limits,
                                               const policies::Registry& registry) {
  std::set<std::uint64_t> divisors;
  for (const auto& stack : whole.stacks) {
    const auto found = whole.scenario.expect.find(stack.name);
    if (found != whole.scenario.expect.end() && found->second.small)
      divisors.insert(found->second.small->divisor);
  }
  const auto names = scenarios::policy_names(registry, metric_names());
  std::vector<Plan> plans;
  for (const std::uint64_t divisor : divisors) {
    auto plan = smaller_plan(whole, divisor, names, limits, registry);
    if (!plan) return std::nullopt;
    plans.push_back(std::move(*plan));
  }
  return plans;
}

std::optional<std::vector<Plan>> load_plans(const PlanOptions& options,
                                            const policies::Registry& registry) {
  const FoundFiles found = find_scenarios(options.paths);
  if (!found.error.empty()) {
    complain("fencelab: {}\n", found.error);
    return std::nullopt;
  }
  std::optional<std::vector<std::uint64_t>> seeds;
  if (options.has_seeds) seeds = seeds_of(options);
  bool ok = seeds || !options.has_seeds;
  std::vector<Plan> plans;
  const auto names = scenarios::policy_names(registry, metric_names());
  for (const std::string& file : found.files) {
    auto loaded = load(file, names, options);
    if (!loaded) {  // warnings are what `validate` is for
      complain("{}", scenarios::format_diagnostics(loaded.diagnostics()));
      ok = false;
      continue;
    }
    Plan plan{std::move(loaded).value(), {}, {}, {}};
    plan.seeds = seeds ? *seeds : plan.scenario.seeds;
    ok = choose_stacks(plan, options, registry) && ok;
    plans.push_back(std::move(plan));
  }
  ok = has_own_names(plans) && ok;
  return ok ? std::optional(std::move(plans)) : std::nullopt;
}

namespace {

using Choices = std::map<std::string, scenarios::ResolvedStack::Choice>;

/// Every GPU of the stack and its system part, changed by `change`.
template <class Change>
void for_each_part(scenarios::ResolvedStack& stack, Change change) {
  change(stack.system);
  for (auto& [gpu, choices] : stack.by_gpu) change(choices);
}

bool can_have_oracle(scenarios::ResolvedStack stack) {
  bool is_oracle = true, can = true;
  for_each_part(stack, [&](Choices& choices) {
    is_oracle = is_oracle && choices.at("sync").policy->name == "oracle";
    can = can && !(choices.at("submission").policy->name == "user" &&
                   choices.at("residency").policy->name == "bo-fence");
  });
  return can && !is_oracle;
}

}  // namespace

void add_oracles(Plan& plan, const policies::Registry& registry) {
  const policies::PolicyInfo* oracle = registry.find("sync", "oracle");
  const std::vector<scenarios::ResolvedStack> stacks = plan.stacks;
  for (scenarios::ResolvedStack stack : stacks) {
    if (!can_have_oracle(stack)) continue;
    stack.name = campaign::oracle_variant(stack.name);
    for_each_part(stack, [&](Choices& choices) {
      scenarios::ResolvedStack::Choice choice{oracle, {}};
      for (const policies::Parameter& parameter : oracle->parameters)
        choice.values.set(parameter.name, parameter.default_value);
      choices["sync"] = choice;
    });
    plan.stacks.push_back(std::move(stack));
  }
}

std::optional<Plan> plan_of_point(const Plan& base, const scenarios::SweepPoint& point,
                                  const PlanOptions& options, bool oracle,
                                  const policies::Registry& registry) {
  PlanOptions with_point = options;
  with_point.sets.insert(with_point.sets.end(), point.sets.begin(), point.sets.end());
  const auto names = scenarios::policy_names(registry, metric_names());
  auto loaded = load(base.scenario.file, names, with_point);
  if (!loaded) {
    complain("at point {}:\n{}", point.name(), scenarios::format_diagnostics(loaded.diagnostics()));
    return std::nullopt;
  }
  Plan plan{std::move(loaded).value(), {}, {}, point.name()};
  plan.seeds = options.has_seeds ? base.seeds : plan.scenario.seeds;
  if (!choose_stacks(plan, options, registry)) return std::nullopt;
  if (oracle) add_oracles(plan, registry);
  return plan;
}

bool choose_points(std::vector<Plan>& plans, const PlanOptions& options,
                   const policies::Registry& registry) {
  for (Plan& plan : plans) {
    const scenarios::Sweep& sweep = plan.scenario.sweep;
    if (sweep.empty()) continue;
    std::optional<scenarios::SweepPoint> chosen;
    for (std::uint64_t n = 0; n < sweep.combinations() && !options.point.empty() && !chosen; ++n)
      if (auto point = sweep.point(n); point && point->name() == options.point) chosen = point;
    if (!chosen) {
      complain(
          "{}: error: this is a sweep; {}\n  expected --point with one of its points, as "
          "`fencelab run --list` names them\n",
          plan.scenario.file,
          options.point.empty() ? "no point of it was chosen"
                                : "it has no point " + scenarios::quote(options.point));
      return false;
    }
    auto there = plan_of_point(plan, *chosen, options, false, registry);
    if (!there) return false;
    plan = std::move(*there);
  }
  return true;
}

void add_point_option(CLI::App& command, PlanOptions& options) {
  command.add_option("--point", options.point,
                     "of a sweep: this point only, named as `fencelab run --list` names it");
}

}  // namespace fencelab::cli
