// Argument handling and wiring; no logic of its own.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "campaign/transport/ranks.hpp"

namespace fencelab::cli {

/// Exit codes (design section 8). Never a count.
enum ExitCode : int {
  kExitOk = 0,
  kExitExpectation = 1,
  kExitDeadlock = 2,
  kExitNondeterminism = 3,
  kExitCrash = 4,
  kExitUsage = 63,
};

/// A subcommand adds itself to the program and, when it is chosen, stores what to do in `action`.
using Action = std::function<int()>;
void add_run(CLI::App& app, Action& action, campaign::Ranks* ranks);
void add_merge(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
/// `ranks`: others that may help; null if there are none.
void add_check(CLI::App& app, Action& action, campaign::Ranks* ranks);
void add_replay(CLI::App& app, Action& action);
void add_validate(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_describe(CLI::App& app, Action& action);
void add_import(CLI::App& app, Action& action);
void add_new(CLI::App& app, Action& action);
void add_vet(CLI::App& app, Action& action);
void add_pages(CLI::App& app, Action& action);

/// On any rank but the first it prints nothing and does what the first one says, if the subcommand
/// knows how to; else nothing.
int run_program(int argc, char** argv);

/// Scenario files named by `paths`: files as they are, folders with every *.json below them,
/// sorted. A message instead if a path does not exist or a folder has none.
struct FoundFiles {
  std::vector<std::string> files;
  std::string error;
};
FoundFiles find_scenarios(const std::vector<std::string>& paths);

/// Where the scenario library is: scenarios/library here, as in a checkout, else where an installed
/// program has it; the former if there is neither.
std::string library_folder();

}  // namespace fencelab::cli
