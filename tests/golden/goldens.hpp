// The reviewed files in tests/golden/data, and the library scenarios that they are about.
#pragma once

#include <string>
#include <vector>

#include "campaign/run_record.hpp"

namespace fencelab::golden {

/// Names of the scenarios of scenarios/library, sorted.
std::vector<std::string> library();

/// Runs a library scenario under its stacks with its seeds. `only_stack`: under that one alone.
std::vector<campaign::RunRecord> run_scenario(const std::string& name,
                                              const std::string& only_stack = {});

std::string golden_path(const std::string& name);

/// The reviewed text; a test that has none fails and says how to make it.
std::string read_golden(const std::string& name);

/// Whether goldens are to be written instead of compared (tests/golden/regenerate).
bool is_regenerating();
void write_golden(const std::string& name, const std::string& text);

/// What to do about a difference, for messages.
inline constexpr const char* kAdvice =
    "if this change is meant: tests/golden/regenerate, then review the diff like code "
    "(tests/golden/README.md)";

}  // namespace fencelab::golden
