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
#include "cli/reference.hpp"
#include "policies/registry.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/schema_text.hpp"

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

void list_words() {
  for (const Word& code : exit_code_words()) say("exit code {:<12} {}\n", code.word, code.meaning);
  for (const Word& reason : wait_reason_words())
    say("waits for {:<12} {}\n", reason.word, reason.meaning);
}

/// Pages of docs/reference, by what is listed; nothing for what has none.
std::string page_of(const std::string& what) {
  if (what == "stacks") return stacks_page();
  if (what == "policies") return policies_page();
  if (what == "rules") return rules_page();
  if (what == "metrics") return campaign::columns_markdown();
  if (what == "schema") return schema_page();
  if (what == "words") return words_page();
  return {};
}

int list_page(const std::string& what) {
  const std::string page = page_of(what);
  if (page.empty()) {
    complain("fencelab: --markdown: there is no page of {}\n", what);
    return kExitUsage;
  }
  say("{}", page);
  return kExitOk;
}

int list(const std::string& what, const std::string& folder, bool markdown) {
  if (markdown) return list_page(what);
  if (what == "stacks")
    for (const auto& preset : policies::presets()) say("{:<26} {}\n", preset.name, preset.summary);
  if (what == "axes")
    for (const auto& axis : policies::axes()) say("{:<12} {}\n", axis.name, axis.question);
  if (what == "policies") list_policies();
  if (what == "scenarios") return list_scenarios(folder);
  if (what == "rules")
    for (const auto& rule : campaign::check_rules()) say("{:<22} {}\n", rule.id, rule.title);
  if (what == "schema") say("{}", scenarios::scenario_schema_text());
  if (what == "words") list_words();
  if (what == "metrics")
    for (const auto& column : campaign::columns())
      say("{:<28} {:<6} {}\n", column.name, column.unit, column.meaning);
  return kExitOk;
}

/// As CLI::IsMember, with a suggestion.
std::string check_what(const std::string& what) {
  static const std::vector<std::string> kKnown = {"stacks",  "policies", "axes",   "scenarios",
                                                  "metrics", "rules",    "schema", "words"};
  if (std::find(kKnown.begin(), kKnown.end(), what) != kKnown.end()) return {};
  const std::string hint = scenarios::did_you_mean(what, kKnown);
  return fmt::format("{} is nothing to list; expected {}{}{}", scenarios::quote(what),
                     scenarios::one_of(kKnown), hint.empty() ? "" : "; ", hint);
}

}  // namespace

void add_list(CLI::App& app, Action& action) {
  struct Options {
    std::string what, folder = library_folder();
    bool markdown = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "list",
      "list stacks, policies, axes, scenarios, metrics, rules, the schema of scenarios, or words");
  add_plugin_options(*command);
  command
      ->add_option("what", options->what,
                   "stacks, policies, axes, scenarios, metrics, rules, schema or words")
      ->required()
      ->check(check_what);
  command->add_option(
      "--folder", options->folder,
      "where scenarios are looked for (default: scenarios/library, or what is installed)");
  command->add_flag("--markdown", options->markdown, "as the page of the reference");
  command->callback([options, &action] {
    action = [options] { return list(options->what, options->folder, options->markdown); };
  });
}

}  // namespace fencelab::cli
