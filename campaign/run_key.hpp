// What tells runs apart, and how to make one again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "campaign/database/database.hpp"
#include "scenarios/runtime/stack_builder.hpp"
#include "scenarios/scenario.hpp"

namespace fencelab::campaign {

/// Equal for runs that come out equal: of the program, of what decides in the scenario, of the
/// stack with every parameter, and of the seed; 32 hex digits. Names of scenario, point and stack
/// count, too: they are in what a run tells.
std::string run_key(const scenarios::Scenario& scenario, const std::string& point,
                    const scenarios::ResolvedStack& stack, std::uint64_t seed);

/// The options of a command that chose a scenario point.
struct RunOrigin {
  std::vector<std::string> sets;  ///< `--set`
  std::string rounds;             ///< `--rounds`; empty: all
  std::string point;              ///< `--point`; empty: nothing is swept
  std::string limits;             ///< what the file may ask for, as options, each behind a blank
};

/// The command that makes one run again, with the plug-ins that are loaded, quoted for a shell.
std::string reproduce_command(const std::string& file, const RunOrigin& origin,
                              const std::string& stack, std::uint64_t seed);

/// `text` as one word of a POSIX shell.
std::string shell_word(const std::string& text);

}  // namespace fencelab::campaign
