// fencelab validate: all mistakes of scenario files at once.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/limits.hpp"
#include "cli/names.hpp"
#include "cli/output.hpp"
#include "cli/plugins.hpp"
#include "cli/program.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/runtime/stack_builder.hpp"

namespace fencelab::cli {

namespace {

bool validate_file(const std::string& file, const policies::Registry& registry,
                   const scenarios::DocumentLimits& limits) {
  auto loaded = scenarios::load_scenario_file(
      file, scenarios::policy_names(registry, metric_names()), {}, limits);
  complain("{}", scenarios::format_diagnostics(loaded.diagnostics()));
  if (!loaded) return false;
  bool ok = true;
  for (const scenarios::StackSpec& stack : loaded.value().stacks) {
    const auto resolved = scenarios::resolve_stack(loaded.value(), stack, registry);
    if (resolved) continue;
    complain("{}", scenarios::format_diagnostics(resolved.diagnostics()));
    ok = false;
  }
  if (ok) say("{}: ok\n", file);
  return ok;
}

}  // namespace

void add_validate(CLI::App& app, Action& action) {
  auto paths = std::make_shared<std::vector<std::string>>();
  auto limits = std::make_shared<scenarios::DocumentLimits>();
  CLI::App* command = app.add_subcommand("validate", "report every mistake of scenario files");
  add_plugin_options(*command);
  command->add_option("file", *paths, "scenario files, or folders of them")->required();
  add_document_limits(*command, *limits);
  command->callback([paths, limits, &action] {
    action = [paths, limits] {
      const FoundFiles found = find_scenarios(*paths);
      if (!found.error.empty()) {
        complain("fencelab: {}\n", found.error);
        return int{kExitUsage};
      }
      bool ok = true;
      const auto registry = known_policies();
      for (const std::string& file : found.files) ok = validate_file(file, registry, *limits) && ok;
      return ok ? int{kExitOk} : int{kExitUsage};
    };
  });
}

}  // namespace fencelab::cli
