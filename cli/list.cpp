// fencelab list: what there is.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "campaign/check_rules.hpp"
#include "campaign/columns.hpp"
#include "cli/names.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/program.hpp"
#include "policies/registry.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/runtime/stack_builder.hpp"

namespace fencelab::cli {

namespace {

void list_policies() {
  const auto registry = known_policies();
  for (const auto& axis : policies::axes()) {
    say("{}: {}\n", axis.name, axis.question);
    for (const auto& policy : registry.policies())
      if (policy.axis == axis.name) say("  {:<22} {}\n", policy.name, policy.summary);
  }
}

int list_scenarios(const std::string& folder) {
  const FoundFiles found = find_scenarios({folder});
  if (!found.error.empty()) {
    complain("fencelab: {}\n", found.error);
    return kExitUsage;
  }
  const auto names = scenarios::policy_names(known_policies(), metric_names());
  int code = kExitOk;
  for (const std::string& file : found.files) {
    const auto loaded = scenarios::load_scenario_file(file, names);
    if (loaded)
      say("{:<28} {}\n", loaded->name, loaded->title);
    else {
      complain("{}: error: this does not load; see `fencelab validate`\n", file);
      code = kExitUsage;
    }
  }
  return code;
}

int list(const std::string& what, const std::string& folder, bool markdown) {
  if (what == "stacks")
    for (const auto& preset : policies::presets()) say("{:<26} {}\n", preset.name, preset.summary);
  if (what == "axes")
    for (const auto& axis : policies::axes()) say("{:<12} {}\n", axis.name, axis.question);
  if (what == "policies") list_policies();
  if (what == "scenarios") return list_scenarios(folder);
  if (what == "rules")
    for (const auto& rule : campaign::check_rules()) say("{:<22} {}\n", rule.id, rule.title);
  if (what == "metrics" && markdown) say("{}", campaign::columns_markdown());
  if (what == "metrics" && !markdown)
    for (const auto& column : campaign::columns())
      say("{:<28} {:<6} {}\n", column.name, column.unit, column.meaning);
  return kExitOk;
}

/// As CLI::IsMember, with a suggestion.
std::string check_what(const std::string& what) {
  static const std::vector<std::string> kKnown = {"stacks",    "policies", "axes",
                                                  "scenarios", "metrics",  "rules"};
  if (std::find(kKnown.begin(), kKnown.end(), what) != kKnown.end()) return {};
  const std::string hint = scenarios::did_you_mean(what, kKnown);
  return fmt::format("{} is nothing to list; expected {}{}{}", scenarios::quote(what),
                     scenarios::one_of(kKnown), hint.empty() ? "" : "; ", hint);
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  struct Options {
    std::string what, folder = "scenarios/library";
    bool markdown = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("list", "list stacks, policies, axes, scenarios, metrics or rules");
  add_plugin_options(*command);
  command->add_option("what", options->what, "stacks, policies, axes, scenarios, metrics or rules")
      ->required()
      ->check(check_what);
  command->add_option("--folder", options->folder,
                      "where scenarios are looked for (default: scenarios/library)");
  command->add_flag("--markdown", options->markdown, "metrics as the reference page");
  command->callback([options, &action] {
    action = [options] { return list(options->what, options->folder, options->markdown); };
  });
}

}  // namespace fencelab::cli
