// fencelab vet: what holds for every policy, asked of one.
#include "campaign/vet/vet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "campaign/files.hpp"
#include "campaign/run_one.hpp"
#include "campaign/stop_signals.hpp"
#include "cli/names.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/program.hpp"
#include "cli/progress.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/nearest_name.hpp"

namespace fencelab::cli {

namespace {

using campaign::VetCase;
using campaign::VetCheck;

struct VetCommand {
  std::string name, axis, folder = "scenarios/library", out;
  unsigned jobs = 1;
  bool quiet = false;
};

/// The only policy of that name; nullptr after a complaint.
const policies::PolicyInfo* policy_of(const VetCommand& command,
                                      const policies::Registry& registry) {
  std::vector<const policies::PolicyInfo*> found;
  std::vector<std::string> known;
  for (const policies::PolicyInfo& policy : registry.policies()) {
    known.push_back(policy.name);
    if (policy.name == command.name && (command.axis.empty() || policy.axis == command.axis))
      found.push_back(&policy);
  }
  if (found.size() == 1) return found.front();
  const std::string name = scenarios::quote(command.name);
  if (found.empty()) {
    const std::string hint = scenarios::did_you_mean(command.name, known);
    complain("fencelab: vet: no policy is called {}{}{}{}\n", name,
             command.axis.empty() ? "" : " on axis " + scenarios::quote(command.axis),
             hint.empty() ? "" : "; ", hint);
  } else {
    complain("fencelab: vet: {} policies are called {}; --axis says which\n", found.size(), name);
  }
  return nullptr;
}

struct Cases {
  std::vector<std::unique_ptr<VetCase>> cases;
  std::size_t passed_over = 0;
  bool ok = true;
};

Cases cases_of(const VetCommand& command, const policies::PolicyInfo& policy,
               const policies::Registry& registry) {
  Cases found;
  const FoundFiles files = find_scenarios({command.folder});
  if (!files.error.empty()) {
    complain("fencelab: vet: --folder: {}\n", files.error);
    found.ok = false;
  }
  const auto names = scenarios::policy_names(registry, metric_names());
  for (const std::string& file : files.files) {
    const auto loaded = scenarios::load_scenario_file(file, names);
    // A folder may have other JSON in it, such as a build's.
    if (!loaded) continue;
    auto made = loaded->sweep.empty() ? campaign::vet_case(*loaded, policy, registry) : nullptr;
    if (made)
      found.cases.push_back(std::move(made));
    else
      ++found.passed_over;
  }
  if (found.ok && found.cases.empty()) {
    complain("fencelab: vet: no scenario of {} has a place for {} of axis {}\n", command.folder,
             policy.name, policy.axis);
    found.ok = false;
  }
  return found;
}

int code_of(const campaign::VetResult& result) {
  int code = kExitOk;
  for (const campaign::VetFinding& finding : result.findings) {
    switch (finding.check) {
      case VetCheck::runs: code = std::max(code, int{kExitCrash}); break;
      case VetCheck::deadlock: code = std::max(code, int{kExitDeadlock}); break;
      case VetCheck::determinism: code = std::max(code, int{kExitNondeterminism}); break;
      case VetCheck::hazard:
      case VetCheck::conservation:
      case VetCheck::invariance: code = std::max(code, int{kExitExpectation}); break;
    }
  }
  return code;
}

int vet_cases(const VetCommand& command, const policies::PolicyInfo& policy, const Cases& cases,
              campaign::StopSignals& stop) {
  Progress progress("steps", campaign::vet_steps(cases.cases.size()), command.quiet);
  campaign::VetOptions options;
  options.jobs = command.jobs;
  options.stop = &stop;
  const campaign::VetResult result = campaign::vet(
      cases.cases, options, [&](const std::string& label) { progress.step(label, false); });
  progress.end();
  if (stop.arrived() != 0) {
    complain("fencelab: interrupted; nothing was written\n");
    return kExitCrash;
  }
  const std::string page =
      campaign::vet_report(policy, result, cases.passed_over, campaign::build_description());
  say("{}", page);
  if (command.out.empty()) return code_of(result);
  if (const auto failure = campaign::write_file(command.out, page)) {
    complain("fencelab: vet: --out: {}\n", *failure);
    return kExitUsage;
  }
  return code_of(result);
}

int vet(const VetCommand& command) {
  const policies::Registry registry = known_policies();
  const policies::PolicyInfo* const policy = policy_of(command, registry);
  if (!policy) return kExitUsage;
  const Cases cases = cases_of(command, *policy, registry);
  if (!cases.ok) return kExitUsage;
  int signal = 0, code = kExitOk;
  {
    campaign::StopSignals stop;
    code = vet_cases(command, *policy, cases, stop);
    signal = stop.arrived();
  }
  if (signal != 0) campaign::end_by(signal);
  return code;
}

}  // namespace

void add_vet(CLI::App& app, Action& action) {
  auto command = std::make_shared<VetCommand>();
  CLI::App* const parser = app.add_subcommand(
      "vet", "try a policy on many scenarios: what holds for every policy must hold for it");
  add_plugin_options(*parser);
  parser->add_option("name", command->name, "the policy")->required();
  parser->add_option("--axis", command->axis, "its axis, where several have one of that name");
  parser->add_option("--folder", command->folder,
                     "where scenarios are looked for (default: scenarios/library)");
  parser->add_option("--out", command->out, "write the report, which is printed, to this file");
  parser->add_option("-j,--jobs", command->jobs, "runs at the same time (default: 1)")
      ->check(CLI::Range(1, 1024));
  parser->add_flag("--quiet", command->quiet, "no progress line");
  parser->callback([command, &action] { action = [command] { return vet(*command); }; });
}

}  // namespace fencelab::cli
