// What the kinds of `fencelab import` have in common.
#pragma once

#include <string>

#include "cli/program.hpp"

namespace fencelab::cli {

/// A name that a scenario may have, made from a file's; `kind` where that gives none.
std::string scenario_name(const std::string& file, const std::string& kind);

/// Writes a scenario to the file `out`, or to stdout if that is empty; the exit code.
int write_scenario(const std::string& out, const std::string& scenario);

/// `fencelab import ftrace`
void add_import_ftrace(CLI::App& import, Action& action);
/// `fencelab import presentmon`
void add_import_presentmon(CLI::App& import, Action& action);

}  // namespace fencelab::cli
